"""What diversity costs and what it buys: strips of eight, by how much it counts.

`python benchmarks/diversity.py FOLDER [--products 600] [--pool 3]`, a data set that
`python -m workers.evaluation retrieval` reads; one thread unless OMP_NUM_THREADS says otherwise.
"""

import argparse
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionshop.settings")
sys.path.insert(0, str(Path(__file__).parents[1]))

import django
import numpy as np
from numpy.typing import NDArray

django.setup()

from recommender.models import Checkpoint  # noqa: E402 - after Django is set up
from recommender.ranking.diversity import POOL, Diversity  # noqa: E402 - after Django is set up
from workers.checkpoints import find, load_card  # noqa: E402 - after Django is set up
from workers.datasets import read  # noqa: E402 - after Django is set up
from workers.datasets.collection import Item  # noqa: E402 - after Django is set up
from workers.evaluation.vectors import embed, encoder_for, queries  # noqa: E402 - after Django is set up

SEED, LENGTH = 7, 8
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class Row:
    """A product of a pool; `at` is its place in the gallery."""

    at: int
    worth: float
    likeness: list[float]
    slot: str


@dataclass(frozen=True)
class Gallery:
    """All products, their vectors and the same as a search weighs them."""

    items: tuple[Item, ...]
    vectors: NDArray[np.float32]
    asking: NDArray[np.float32]

    def pool(self, at: int, count: int) -> list[Row]:
        """The products of the same slot most like one, a colour of each model."""
        scores = self.vectors @ self.asking[at]
        own, known, found = self.items[at], set[str](), list[int]()
        for other in np.argsort(-scores, kind="stable"):
            item = self.items[other]
            model = item.model or item.key
            if item.slot == own.slot and model not in {own.model or own.key, *known}:
                known.add(model)
                found.append(int(other))
            if len(found) == count:
                break
        alike = self.asking[found] @ self.vectors[found].T
        return [
            Row(other, float(scores[other]), alike[n, :n].tolist(), own.slot)
            for n, other in enumerate(found)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--products", type=int, default=600)
    parser.add_argument("--pool", type=int, default=POOL, help="Looked at for each one shown.")
    asked = parser.parse_args()
    gallery = load(asked.data)
    places = random.Random(SEED).sample(range(len(gallery.items)), k=asked.products)  # noqa: S311 - a sample
    pools = {at: gallery.pool(at, asked.pool * LENGTH) for at in places}
    full = {at: pool for at, pool in pools.items() if len(pool) == asked.pool * LENGTH}
    say(f"{len(full)} strips of {LENGTH} out of {len(gallery.items)} products")
    say("| share | same type | alike, mean | closest two | replaced |\n|---|---|---|---|---|")
    for share in SHARES:
        told = np.mean(
            [list(figures(gallery, at, pool=pool, share=share)) for at, pool in full.items()], 0
        )
        say(f"| {share} | " + " | ".join(f"{figure:.3f}" for figure in told) + " |")


def load(data: Path) -> Gallery:
    checkpoint = find("visual")
    card = load_card(checkpoint)
    items = read(data).items
    vectors = embed(items, encoder_for(checkpoint))["embedding"].astype(np.float32)
    return Gallery(items, vectors, queries(vectors, card))


def figures(gallery: Gallery, at: int, *, pool: list[Row], share: float) -> Iterator[float]:
    wanted = Diversity(share, Checkpoint())
    rows = wanted.choose_rows(pool, tiers=[0] * len(pool), limit=LENGTH, per_slot=LENGTH)[:LENGTH]
    shown = [row.at for row in rows]
    alike = gallery.asking[shown] @ gallery.vectors[shown].T
    pairs = alike[np.triu_indices(len(shown), 1)]
    yield np.mean([gallery.items[other].label == gallery.items[at].label for other in shown])
    yield pairs.mean()
    yield pairs.max()
    yield len(set(shown) - {row.at for row in pool[:LENGTH]})


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
