"""A classifier at work: pictures to categories, and no vectors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workers.checkpoints import Card, CheckpointError
from workers.serving.encoders import (
    Recognised,
    open_picture_network,
    recognise,
    run_on_pictures,
    softmax,
)
from workers.serving.runtime import Session


class Classifier:
    """Names the category of pictures, and no more."""

    def __init__(self, card: Card, session: Session) -> None:
        self.card = card
        self._session = session

    def shares(self, images: Sequence[Image.Image]) -> NDArray[np.floating]:
        """Give every category of the card its probability.

        Returns:
            (B, categories) in the card's order, each row adding up to 1; no pictures, no rows.
        """
        at_once = self._session.largest_batch
        rows = [
            softmax(self._logits(images[start : start + at_once]))
            for start in range(0, len(images), at_once)
        ]
        return np.concatenate([np.empty((0, len(self.card.categories)), np.float32), *rows])

    def recognise(self, images: Sequence[Image.Image]) -> list[Recognised]:
        """Name the likeliest category and slot of each picture, with their shares."""
        return recognise(self.card, self.shares(images))

    def _logits(self, images: Sequence[Image.Image]) -> NDArray[np.floating]:
        outputs = run_on_pictures(self._session, self.card, images)
        return outputs["category_logits"] if "category_logits" in outputs else outputs["logits"]


def load_classifier(
    folder: Path, *, device: str | None = None, threads: int | None = None
) -> Classifier:
    """Load a classifier, or an encoder that names categories; hashes are verified.

    Raises:
        CheckpointError: The checkpoint reads no pixels or names no categories.
    """
    card, session = open_picture_network(folder, device=device, threads=threads)
    if not card.categories:
        raise CheckpointError(f"{folder} names no categories of pictures; its card lists none.")
    return Classifier(card, session)
