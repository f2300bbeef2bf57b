"""A pair scorer at work: two lists of stored vectors to scores."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import Card, CheckpointError, Purpose
from workers.serving.runtime import Session, open_checkpoint

Vectors = Sequence[Sequence[float]] | NDArray[np.floating]

LARGEST_BATCH = 4096  # pairs


class PairScorer:
    """Says how well two products go together, by the vectors of one encoder."""

    def __init__(self, card: Card, session: Session) -> None:
        self.card = card
        self._session = session

    def score(self, a: Vectors, b: Vectors) -> list[float]:
        """Score pairs of two equally long lists of vectors, in [0, 1], in order.

        Raises:
            ValueError: The lists differ in length or the vectors are not of the card's width.
        """
        first, second = (np.asarray(side, dtype=np.float32) for side in (a, b))
        if first.size == 0 and second.size == 0:
            return []
        width = self.card.dimension
        if first.shape != second.shape or first.ndim != 2 or first.shape[1] != width:
            message = f"{self.card.identity} scores two (K, {width}) lists; got {first.shape} and {second.shape}."
            raise ValueError(message)
        scores: list[float] = []
        for start in range(0, len(first), LARGEST_BATCH):
            part = slice(start, start + LARGEST_BATCH)
            outputs = self._session.run({"a": first[part], "b": second[part]})
            scores += outputs["score"].tolist()
        return scores


def load_pair_scorer(
    folder: Path, *, device: str | None = None, threads: int | None = None
) -> PairScorer:
    """Load a pair scorer; hashes are verified.

    Raises:
        CheckpointError: The checkpoint is no pair scorer.
    """
    card, session = open_checkpoint(folder, device=device, threads=threads)
    if card.purpose is not Purpose.PAIR:
        raise CheckpointError(f"{card.identity} is made for {card.purpose}; it scores no pairs.")
    return PairScorer(card, session)
