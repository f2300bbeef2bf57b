"""A pair scorer at work: triplets, its training curve, and suggestions for several items at once."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import CheckpointError, load_card
from workers.datasets.collection import Collection, Item
from workers.datasets.looks import gather
from workers.evaluation.sheet import BAD, GOOD, Cell, Row, draw_curves, draw_rows
from workers.evaluation.vectors import embed, encoder_for
from workers.serving.scorers import PairScorer, load_pair_scorer
from workers.showcase.gallery import choose_items, item_words
from workers.training.triplets import FAMILY, Negatives, Triplets

TRIPLETS, SUGGESTIONS, TOP = 6, 4, 6


def show(
    collection: Collection,
    *,
    checkpoint: Path,
    out: Path,
    visual: str | None = None,
    most: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Draw `triplets.png`, `suggestions.png` and, where training left it, `curve.png`.

    Raises:
        CheckpointError: The scorer reads another encoder, or no product is known to be worn with another.
    """
    scorer = load_pair_scorer(checkpoint)
    items = choose_items(collection, most=most, seed=seed)
    vectors = embed(items, encoder_for(checkpoint, visual=visual))["embedding"]
    place = {item.key: at for at, item in enumerate(items)}
    looks = {
        name: kept
        for name, keys in collection.looks.items()
        if len(kept := tuple(key for key in keys if key in place)) > 1
    }
    shown = Collection(collection.name, collection.licence, tuple(items), looks)
    return {
        "triplets": _triplets(shown, vectors, scorer, out=out, seed=seed),
        "suggestions": _suggestions(shown, vectors, scorer, out=out, seed=seed),
        "curve": _curve(checkpoint, out=out),
    }


def _triplets(
    collection: Collection,
    vectors: NDArray[np.float32],
    scorer: PairScorer,
    *,
    out: Path,
    seed: int,
) -> list[dict[str, Any]]:
    """Draw anchors with a partner and a rival of the partner's kind, each with its score."""
    corpus = gather([collection])
    source = Triplets(corpus, looks=corpus.looks, negatives=Negatives(FAMILY, 1), seed=seed)
    generator = np.random.default_rng(seed)
    rivals = generator.permutation(source.rivals(generator))[: TRIPLETS * 20]
    if not len(rivals):
        raise CheckpointError(f"{collection.name} has no looks with rivals; there are no triplets.")
    rows: list[Row] = []
    said: list[dict[str, Any]] = []
    for anchor, rival in rivals.tolist():
        kind = corpus.family[rival]
        partners = [b for b in corpus.together[anchor] if corpus.family[b] == kind]
        if not partners or len(rows) == TRIPLETS:
            continue
        trio = (anchor, min(partners), rival)
        good, bad = scorer.score(vectors[[anchor, anchor]], vectors[list(trio[1:])])
        rows.append(_trio(collection.items, trio, scores=(good, bad)))
        names = ("anchor", "positive", "negative")
        said.append(
            {name: collection.items[at].key for name, at in zip(names, trio, strict=True)}
            | {"positive_score": good, "negative_score": bad}
        )
    if not rows:
        raise CheckpointError(f"{collection.name} has no partner and rival of one kind to show.")
    draw_rows(rows, out=out / "triplets.png", heading=f"Triplets: {scorer.card.identity}")
    return said


def _trio(items: Sequence[Item], trio: tuple[int, int, int], *, scores: tuple[float, float]) -> Row:
    anchor, positive, negative = (items[at] for at in trio)
    good, bad = scores
    outcome = (GOOD, "right") if good > bad else (BAD, "wrong")
    return Row(
        outcome[1],
        [
            Cell(anchor.open(), f"anchor\n{anchor.label}"),
            Cell(positive.open(), f"worn with it\n{good:.3f}", outcome[0]),
            Cell(negative.open(), f"a rival\n{bad:.3f}", outcome[0]),
        ],
    )


def _suggestions(
    collection: Collection,
    vectors: NDArray[np.float32],
    scorer: PairScorer,
    *,
    out: Path,
    seed: int,
) -> list[dict[str, Any]]:
    """Suggest what goes with several items: candidates of other slots by their mean score."""
    generator = np.random.default_rng(seed)
    items = collection.items
    place = {item.key: at for at, item in enumerate(items)}
    looks = [look for look in collection.looks.values() if len(look) > 2]
    drawn = generator.permutation(len(looks))[:SUGGESTIONS].tolist()
    rows, said = [], []
    for query in ([place[key] for key in looks[at][:2]] for at in drawn):
        taken = {items[at].slot for at in query}
        candidates = [at for at, item in enumerate(items) if item.slot not in taken]
        scores = np.mean(
            [scorer.score(vectors[[at] * len(candidates)], vectors[candidates]) for at in query],
            axis=0,
        )
        best = [(candidates[k], float(scores[k])) for k in np.argsort(-scores, kind="stable")[:TOP]]
        asked = [Cell(items[at].open(), f"has\n{items[at].label}") for at in query]
        given = [Cell(items[at].open(), f"{items[at].label}\n{score:.3f}") for at, score in best]
        rows.append(Row("", [*asked, Cell(None, "goes with\nboth:"), *given]))
        said.append(
            {
                "query": [item_words(items[at]) for at in query],
                "suggestions": [{**item_words(items[at]), "score": score} for at, score in best],
            }
        )
    if rows:
        draw_rows(
            rows,
            out=out / "suggestions.png",
            heading=f"Suggestions of {scorer.card.identity}, best first",
        )
    return said


def _curve(checkpoint: Path, *, out: Path) -> dict[str, list[float]]:
    """Draw loss and validation figures over the epochs; nothing where training left none."""
    card = load_card(checkpoint)
    run = checkpoint.parent if checkpoint.name == "scorer" else checkpoint
    work = run.with_name(f"{run.name}.work")
    found = sorted(work.glob("*/history.json"))
    if not found:
        return {}
    rows = json.loads(found[0].read_text())["rows"]
    curves = {name: [row[name] for row in rows] for name in rows[0] if name != "epoch"}
    draw_curves(
        curves, out=out / "curve.png", heading=f"Training of {card.identity}", ylabel="value"
    )
    return curves
