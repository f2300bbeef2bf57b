"""A product-disjoint split: looks of products that no training look holds, as a folder of its own.

    python -m workers.evaluation split --data DIR --out DIR [--share 0.15] [--seed 0]

Which products stay unseen is decided by communities of the graph of looks, not by random items, or
each look would be torn apart and a season's twins would lie on both sides.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from numpy.random import Generator

from workers.datasets.collection import Collection, Item
from workers.datasets.looks import UNLEARNT, learnable_looks
from workers.evaluation.benchmark import NEGATIVES, Blank, LabelledSet
from workers.evaluation.negatives import HARD, Drawer

# Modularity alone makes seven communities of nine tenths of a real catalogue; finer ones let the
# share be met, and the unseen side speak of more than one corner of it.
RESOLUTION = 5.0
ASKED_PER_LOOK = 2
FEWEST_ASKED = 3  # products of a look that is asked about: a context of two and an answer
COLUMNS = ("sku", "model", "category", "family", "slot", "colour", "gender", "season", "image1")
Looks = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Sides:
    """Looks that are learnt from and looks that are asked about; they share no product."""

    learnt: dict[str, tuple[str, ...]]
    asked: dict[str, tuple[str, ...]]


def divide(looks: Looks, *, share: float, seed: int) -> Sides:
    """Keep whole communities of products unseen until they hold a share of the looks.

    A look with products on both sides counts on each with what it has there, while that is two; pairs
    that mix the sides are dropped.
    """
    unseen: set[str] = set()
    groups = communities(looks, seed=seed)
    for index in np.random.default_rng(seed).permutation(len(groups)).tolist():
        if sum(_is_mostly(keys, unseen) for keys in looks.values()) >= share * len(looks):
            break
        unseen |= groups[index]
    learnt = {name: tuple(k for k in keys if k not in unseen) for name, keys in looks.items()}
    asked = {name: tuple(k for k in keys if k in unseen) for name, keys in looks.items()}
    return Sides(
        {name: keys for name, keys in learnt.items() if len(keys) > 1},
        {name: keys for name, keys in asked.items() if len(keys) > 1},
    )


def communities(looks: Looks, *, seed: int) -> list[set[str]]:
    """Group products by whom they are worn with; an order that only the looks and the seed decide.

    Source: Blondel et al. 2008, "Fast unfolding of communities in large networks".
    """
    graph = nx.Graph()
    together = Counter(
        pair for keys in looks.values() for pair in combinations(sorted(set(keys)), 2)
    )
    graph.add_nodes_from(sorted({key for keys in looks.values() for key in keys}))
    graph.add_weighted_edges_from((a, b, count) for (a, b), count in sorted(together.items()))
    found: list[set[str]] = nx.community.louvain_communities(
        graph, weight="weight", resolution=RESOLUTION, seed=seed
    )
    return sorted(found, key=min)


def write_split(collection: Collection, out: Path, *, share: float, seed: int) -> dict[str, int]:
    """Write the folder as a catalogue with questions; the collection's own test looks stay unread.

    Returns:
        How many looks and products lie on each side, and how many questions of each kind there are.
    """
    sides = divide(learnable_looks(collection), share=share, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    _write_csv(out / "products.csv", COLUMNS, (_row(item, out) for item in collection.items))
    learnt = {name if "/" in name else f"train/{name}": k for name, k in sides.learnt.items()}
    looks = learnt | {f"{UNLEARNT}{name}": keys for name, keys in sides.asked.items()}
    worn = [(name, key) for name, keys in looks.items() for key in keys]
    _write_csv(out / "looks.csv", ("look", "sku"), worn)
    counts = {
        "looks learnt": len(sides.learnt),
        "looks unseen": len(sides.asked),
        "products learnt": len({key for keys in sides.learnt.values() for key in keys}),
        "products unseen": len({key for keys in sides.asked.values() for key in keys}),
    }
    return counts | _write_questions(collection, sides, out, seed=seed)


def _write_questions(
    collection: Collection, sides: Sides, out: Path, *, seed: int
) -> dict[str, int]:
    items = {item.key: item for item in collection.items}
    drawer = Drawer.over(
        items, asked=sides.asked.values(), known=learnable_looks(collection).values()
    )
    counts: dict[str, int] = {}
    for negatives in NEGATIVES:
        generator = np.random.default_rng([seed, len(negatives)])
        how: dict[str, Any] = {"is_hard": negatives == HARD, "generator": generator}
        looks = sides.asked.values()
        blanks = [blank for keys in looks for blank in _blanks(keys, drawer, **how)]
        labelled = [entry for keys in looks for entry in _labelled_sets(keys, drawer, **how)]
        _write_blanks(out / f"test_fitb_{negatives}.json", blanks)
        lines = [f"{int(entry.is_look)} {' '.join(entry.keys)}\n" for entry in labelled]
        (out / f"test_compatibility_{negatives}.txt").write_text("".join(lines))
        counts |= {f"{negatives} blanks": len(blanks), f"{negatives} sets": len(labelled)}
    return counts


def _blanks(
    keys: Sequence[str], drawer: Drawer, *, is_hard: bool, generator: Generator
) -> list[Blank]:
    if len(keys) < FEWEST_ASKED:
        return []
    blanks = []
    for at in sorted(generator.permutation(len(keys))[:ASKED_PER_LOOK].tolist()):
        context = tuple(key for index, key in enumerate(keys) if index != at)
        wrong = drawer.draw(keys[at], context, count=3, is_hard=is_hard, generator=generator)
        if len(wrong) == 3:
            correct = int(generator.integers(4))
            answers = (*wrong[:correct], keys[at], *wrong[correct:])
            blanks.append(Blank(context, answers, correct))
    return blanks


def _labelled_sets(
    keys: Sequence[str], drawer: Drawer, *, is_hard: bool, generator: Generator
) -> list[LabelledSet]:
    """Pair a look with one in which every product is replaced; none where rivals are too few."""
    if len(keys) < FEWEST_ASKED:
        return []
    replaced: list[str] = []
    for key in keys:
        context = (*replaced, *(k for k in keys if k != key))
        replaced += drawer.draw(key, context, count=1, is_hard=is_hard, generator=generator)
    if len(set(replaced)) < len(keys):
        return []
    return [LabelledSet(tuple(keys), is_look=True), LabelledSet(tuple(replaced), is_look=False)]


def _is_mostly(keys: Sequence[str], unseen: set[str]) -> bool:
    inside = sum(key in unseen for key in keys)
    return inside > 1 and inside > len(keys) / 2


def _row(item: Item, out: Path) -> tuple[str, ...]:
    own = (item.model, item.label, item.family or item.slot, item.slot)
    return (item.key, *own, item.colour, item.gender, item.season, _picture(item, out))


def _picture(item: Item, out: Path) -> str:
    """Name the picture where it lies; cut out of a photo, a copy."""
    if item.cut is None:
        return str(item.path.absolute())
    name = f"images/{item.key.replace('/', '-')}.png"
    (out / "images").mkdir(exist_ok=True)
    item.open().save(out / name)
    return name


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])


def _write_blanks(path: Path, blanks: Iterable[Blank]) -> None:
    entries: list[dict[str, Any]] = [
        {
            "question": blank.context,
            "blank_position": len(blank.context),
            "answers": blank.answers,
            "correct": blank.correct,
        }
        for blank in blanks
    ]
    path.write_text(json.dumps(entries) + "\n")
