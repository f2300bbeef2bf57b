"""Pairs of products from the same set or not, a set being a look or, where there are none, a class."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from workers.training.looks import Indices

TRIES = 20  # draws of a stranger before an anchor goes without


class SetPairs:
    """Draws as many pairs from the same set as from different ones."""

    def __init__(self, sets: Sequence[Sequence[int]]) -> None:
        self._sets = [tuple(dict.fromkeys(members)) for members in sets]
        self._sets = [members for members in self._sets if len(members) > 1]
        self._of: dict[int, set[int]] = defaultdict(set)
        for number, members in enumerate(self._sets):
            for index in members:
                self._of[index].add(number)
        self.items = sorted(self._of)

    def draw(
        self, generator: Generator, *, most: int | None = None
    ) -> tuple[Indices, NDArray[np.float32]]:
        """Draw for every item, or `most` of them, one partner and one stranger.

        Returns:
            (P, 2) item indices, and (P,) 1 for the same set, 0 for none in common. An item that
            shares a set with nearly all others may get no stranger.
        """
        pairs: list[tuple[int, int]] = []
        labels: list[float] = []
        for anchor in generator.permutation(self.items)[:most].tolist():
            pairs.append((anchor, self._partner(anchor, generator)))
            labels.append(1.0)
            stranger = self._stranger(anchor, generator)
            if stranger is not None:
                pairs.append((anchor, stranger))
                labels.append(0.0)
        return np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(labels, dtype=np.float32)

    def _partner(self, anchor: int, generator: Generator) -> int:
        own = sorted(self._of[anchor])
        members = self._sets[own[generator.integers(len(own))]]
        others = [index for index in members if index != anchor]
        return others[generator.integers(len(others))]

    def _stranger(self, anchor: int, generator: Generator) -> int | None:
        for at in generator.integers(len(self.items), size=TRIES):
            drawn: int = self.items[at]
            if not self._of[drawn] & self._of[anchor]:
                return drawn
        return None
