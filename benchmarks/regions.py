"""The deletion test of the region view: does hiding the named region cost more than hiding another?

`python benchmarks/regions.py --data RETAIL [--pairs 60] [--method windows …]`, one thread unless OMP_NUM_THREADS says otherwise.

A region is sought with the fills of `workers.serving.regions` and judged with blur and with grey, which none of them uses.
"""

import argparse
import csv
import json
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workers.checkpoints import find
from workers.images import estimate_ground, garment_mask
from workers.serving.encoders import Encoder, load_encoder
from workers.serving.regions import (
    CELLS,
    FILLS,
    WINDOW,
    Box,
    Judge,
    blur,
    drops_of,
    find_region,
    garment_frame,
    hidden,
    likeness,
    on_ground,
    rating,
    window_box,
)
from workers.serving.scorers import PairScorer, load_pair_scorer

GALLERY = 500
MASKS = 50
RESAMPLES = 2000
ON_GARMENT = 0.5  # of a random box at least
Method = Callable[..., Box]
Pair = tuple[Path, Path]


@dataclass(frozen=True)
class Models:
    visual: Encoder
    style: Encoder
    scorer: PairScorer


def main() -> None:
    """Print a figure for every strip, method, fill and control as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--boxes", type=int, default=6, help="Random boxes of each control.")
    parser.add_argument("--method", nargs="+", default=["windows"], choices=sorted(METHODS))
    parser.add_argument("--strip", nargs="+", default=list(STRIPS), choices=list(STRIPS))
    asked = parser.parse_args()
    models = Models(
        load_encoder(find("visual")),
        load_encoder(find("style")),
        load_pair_scorer(find("compat-mlp")),
    )
    for strip in asked.strip:
        pairs = PAIRS[strip](asked.data, models, count=asked.pairs, seed=asked.seed)
        for method in asked.method:
            words = {"strip": strip, "method": method}
            for line in measured(pairs, models, **words, seed=asked.seed, boxes=asked.boxes):
                sys.stdout.write(json.dumps({**words, **line}) + "\n")
                sys.stdout.flush()


def measured(
    pairs: Sequence[Pair], models: Models, *, strip: str, method: str, seed: int, boxes: int
) -> Iterator[dict[str, object]]:
    """Compare the named region with each control, under each fill that judges."""
    rng = seeded(seed)
    taken: list[float] = []
    drops: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for pair in pairs:
        first, second = (opened(path) for path in pair)
        for picture, other in ((first, second), (second, first)):
            judge = STRIPS[strip](models, other=other)
            began = time.perf_counter()
            named = METHODS[method](picture, judge=judge)
            taken.append(time.perf_counter() - began)
            for key, drop in compared(picture, named, judge=judge, rng=rng, count=boxes).items():
                drops[key].append(drop)
    for (fill, control), found in drops.items():
        halves = np.array(found).reshape(len(pairs), 2, 2)  # pair, picture, named and control
        yield {
            "fill": fill,
            "control": control,
            **summary(halves, seed=seed),
            "ms": round(1000 * float(np.median(taken))),
        }


def summary(drops: NDArray[np.floating], *, seed: int) -> dict[str, object]:
    """Mean losses and the share of pictures where the named region costs more; pairs are resampled."""
    gain = drops[..., 0] - drops[..., 1]  # (pairs, 2)
    wins = gain > 0
    rows = np.random.default_rng(seed).integers(0, len(gain), (RESAMPLES, len(gain)))
    return {
        "named": round(float(drops[..., 0].mean()), 4),
        "random": round(float(drops[..., 1].mean()), 4),
        "gain_95": interval(gain[rows].mean(axis=(1, 2))),
        "wins": round(float(wins.mean()), 3),
        "wins_95": interval(wins[rows].mean(axis=(1, 2))),
        "pictures": gain.size,
    }


def interval(values: NDArray[np.floating]) -> list[float]:
    return [round(float(value), 4) for value in np.quantile(values, (0.025, 0.975))]


def compared(
    picture: Image.Image, named: Box, *, judge: Judge, rng: random.Random, count: int
) -> dict[tuple[str, str], tuple[float, float]]:
    """The loss of the named box and the mean loss of random ones, by fill and control."""
    controls = random_boxes(picture, named, rng=rng, count=count)
    names = [name for name, boxes in controls.items() for _ in boxes]
    boxes = [named, *(box for some in controls.values() for box in some)]
    found = {}
    for fill in (blur, in_grey):
        drops = sum(drops_of(picture, boxes, judge=judge, fills=[fill]).values())
        for control in controls:
            others = [d for d, name in zip(drops[1:], names, strict=True) if name == control]
            found[fill.__name__, control] = (float(drops[0]), float(np.mean(others)))
    return found


def random_boxes(
    picture: Image.Image, named: Box, *, rng: random.Random, count: int
) -> dict[str, list[Box]]:
    """Boxes of the named one's size: on the garment, covering as much of it, and anywhere."""
    width, height = named[2] - named[0], named[3] - named[1]
    anywhere = [_placed(picture, size=(width, height), rng=rng) for _ in range(200)]
    pixels = np.asarray(picture)
    mask = garment_mask(pixels, estimate_ground(pixels))
    shares = [float(mask[t:b, lft:r].mean()) for lft, t, r, b in anywhere]
    own = float(mask[named[1] : named[3], named[0] : named[2]].mean())
    by_share = sorted(zip(shares, anywhere, strict=True), reverse=True)
    on = [box for share, box in by_share if share >= ON_GARMENT] or [b for _, b in by_share[:20]]
    near = [b for _, b in sorted((abs(share - own), box) for share, box in by_share)[:20]]
    return {
        "on the garment": rng.sample(on, min(count, len(on))),
        "as much garment": rng.sample(near, count),
        "anywhere": anywhere[:count],
    }


def in_grey(picture: Image.Image) -> Image.Image:
    return Image.new("RGB", picture.size, (128, 128, 128))


def _placed(picture: Image.Image, *, size: tuple[int, int], rng: random.Random) -> Box:
    left, top = (rng.randint(0, room - side) for room, side in zip(picture.size, size, strict=True))
    return (left, top, left + size[0], top + size[1])


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - draws pairs, not secrets


def by_windows(picture: Image.Image, *, judge: Judge, fills: Sequence[object] = FILLS) -> Box:
    """What is served: slide the window that is named."""
    left, top, right, bottom = find_region(picture, judge=judge, fills=fills).box
    width, height = picture.size
    return (round(left * width), round(top * height), round(right * width), round(bottom * height))


def by_cells(picture: Image.Image, *, judge: Judge) -> Box:
    """Cover each cell alone and name the window whose cells lose most together."""
    frame = garment_frame(picture)
    cells = [window_box(frame, row=r, column=c, cells=1) for r, c in np.ndindex(CELLS, CELLS)]
    drops = sum(drops_of(picture, cells, judge=judge, fills=[on_ground]).values())
    return _best_window(frame, drops.reshape(CELLS, CELLS))


def by_masks(picture: Image.Image, *, judge: Judge) -> Box:
    """RISE (Petsiuk, 2018): cover random halves; a cell counts as the scores where it was seen."""
    frame = garment_frame(picture)
    rng = np.random.default_rng(0)
    seen = rng.random((MASKS, CELLS, CELLS)) < 0.5
    cover = on_ground(picture)
    covered = []
    for mask in seen:
        image = picture
        for row, column in np.argwhere(~mask):
            image = hidden(image, window_box(frame, row=row, column=column, cells=1), cover)
        covered.append(image)
    scores = sum(judge(covered).values())
    return _best_window(frame, np.tensordot(scores - scores.mean(), seen, axes=1))


def by_middle(picture: Image.Image, *, judge: Judge) -> Box:
    """Name the middle of the garment, whatever the score."""
    middle = (CELLS - WINDOW) // 2
    return window_box(garment_frame(picture), row=middle, column=middle)


def _best_window(frame: Box, cells: NDArray[np.floating]) -> Box:
    places = list(np.ndindex(CELLS - WINDOW + 1, CELLS - WINDOW + 1))
    row, column = max(places, key=lambda p: cells[p[0] : p[0] + WINDOW, p[1] : p[1] + WINDOW].sum())
    return window_box(frame, row=row, column=column)


def alike_pairs(data: Path, models: Models, *, count: int, seed: int) -> list[Pair]:
    """Random products with one of the three that are most like them among some hundred."""
    rng = seeded(seed)
    paths = rng.sample(sorted(pictures(data).values()), GALLERY)
    card = models.visual.card
    seen = models.visual.vectors([opened(path) for path in paths])
    scale = np.concatenate(
        [np.full(width, card.weights[name]) for name, width in card.parts.items()]
    )
    scores = (seen * scale) @ seen.T
    np.fill_diagonal(scores, -1)
    anchors = rng.sample(range(len(paths)), count)
    return [(paths[a], paths[rng.choice(np.argsort(-scores[a])[:3].tolist())]) for a in anchors]


def worn_pairs(data: Path, _models: Models, *, count: int, seed: int) -> list[Pair]:
    """Two products of one look of the validation split."""
    rng, paths = seeded(seed), pictures(data)
    looks: dict[str, list[Path]] = defaultdict(list)
    with (data / "outfits_valid.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["cod_modelo_color"] in paths:
                looks[row["cod_outfit"]].append(paths[row["cod_modelo_color"]])
    known = [look for _, look in sorted(looks.items()) if len(look) > 1]
    return [(a, b) for a, b in (rng.sample(look, 2) for look in rng.sample(known, count))]


def pictures(data: Path) -> dict[str, Path]:
    """Every product's picture that is there."""
    with (data / "product_data.csv").open(newline="") as file:
        found = {row["cod_modelo_color"]: row["des_filename"] for row in csv.DictReader(file)}
    return {key: path for key, name in found.items() if (path := located(data, name)).is_file()}


def located(data: Path, name: str) -> Path:
    return data / name if (data / name).is_file() else data / "images" / Path(name).name


def opened(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def _alike(models: Models, *, other: Image.Image) -> Judge:
    return likeness(models.visual, other=other, weights=models.visual.card.weights)


def _in_style(models: Models, *, other: Image.Image) -> Judge:
    return likeness(models.style, other=other, weights=models.style.card.weights)


def _rated(models: Models, *, other: Image.Image) -> Judge:
    return rating(models.visual, other=other, score=models.scorer.score)


METHODS: dict[str, Method] = {
    "windows": by_windows,
    "windows-ground": partial(by_windows, fills=[on_ground]),
    "cells": by_cells,
    "masks": by_masks,
    "middle": by_middle,
}
STRIPS = {"similar": _alike, "style": _in_style, "scorer": _rated}
PAIRS = {"similar": alike_pairs, "style": worn_pairs, "scorer": worn_pairs}

if __name__ == "__main__":
    main()
