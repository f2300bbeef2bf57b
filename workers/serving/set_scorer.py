"""A set scorer at work: whole outfits as stored vectors and slots to scores."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import Card, CheckpointError, Purpose
from workers.serving.runtime import Session, open_checkpoint
from workers.serving.scorers import Vectors

LARGEST_BATCH = 1024  # sets
NOTHING, UNKNOWN, FIRST_SLOT = 0, 1, 2  # as the network numbers slots; importing it needs torch
SHORTEST = 2  # places of a padded batch


class SetScorer:
    """Judges whole outfits of any number of items."""

    def __init__(self, card: Card, session: Session) -> None:
        self.card = card
        self._session = session
        self._numbers = {slot: FIRST_SLOT + at for at, slot in enumerate(card.options["slots"])}

    def score(self, sets: Sequence[Vectors], slots: Sequence[Sequence[str]]) -> list[float]:
        """Score sets of vectors, in [0, 1], in order; the order within a set does not matter.

        Args:
            sets: Each (K, D) vectors of the style encoder that the card names.
            slots: The slot of each item; "" or one that the card does not name counts as unknown.

        Raises:
            ValueError: A set is empty, has vectors of another width, or not one slot for each.
        """
        given = [np.asarray(each, dtype=np.float32) for each in sets]
        for vectors, named in zip(given, slots, strict=True):
            self._check(vectors, named)
        scores: list[float] = []
        for start in range(0, len(given), LARGEST_BATCH):
            part = slice(start, start + LARGEST_BATCH)
            scores += self._run(given[part], slots[part])
        return scores

    def _check(self, vectors: NDArray[np.float32], named: Sequence[str]) -> None:
        width = self.card.dimension
        is_set = vectors.ndim == 2 and vectors.shape[1] == width and len(vectors) > 0
        if not is_set or len(vectors) != len(named):
            message = (
                f"{self.card.identity} scores sets of (K, {width}) vectors and K slots; "
                f"got {vectors.shape} and {len(named)} slots."
            )
            raise ValueError(message)

    def _run(
        self, sets: Sequence[NDArray[np.float32]], slots: Sequence[Sequence[str]]
    ) -> list[float]:
        longest = max(SHORTEST, *map(len, sets))
        vectors = np.zeros((len(sets), longest, self.card.dimension), np.float32)
        numbers = np.full((len(sets), longest), NOTHING, np.int64)
        for row, (each, named) in enumerate(zip(sets, slots, strict=True)):
            vectors[row, : len(each)] = each
            numbers[row, : len(each)] = [self._numbers.get(slot, UNKNOWN) for slot in named]
        found: list[float] = self._session.run({"vectors": vectors, "slots": numbers})[
            "score"
        ].tolist()
        return found


def load_set_scorer(
    folder: Path, *, device: str | None = None, threads: int | None = None
) -> SetScorer:
    """Load a set scorer; hashes are verified.

    Raises:
        CheckpointError: The checkpoint is no set scorer.
    """
    card, session = open_checkpoint(folder, device=device, threads=threads)
    if card.purpose is not Purpose.SET:
        raise CheckpointError(f"{card.identity} is made for {card.purpose}; it scores no sets.")
    return SetScorer(card, session)
