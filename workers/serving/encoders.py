"""An encoder at work: pictures to embeddings, categories and slots."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender.features import PaletteColour, PictureFeatures
from workers.checkpoints import PIXELS, Card, CheckpointError
from workers.images import framing, prepare
from workers.serving.runtime import Arrays, Session, open_checkpoint

Recognised = tuple[str, float, str, float]  # category, its share, slot, its share

SHORTEST_NORM = 1e-6
DECODERS = 2  # threads; Pillow lets go of the interpreter while it scales
PREPARE = "workers.images.prepare"


class BadVector(ValueError):  # noqa: N818 - named as `recommender.photos.BadPhoto`
    """A network gave NaN, infinity or a zero vector for this picture."""


class Encoder:
    """A network of pictures with the card that says how to show them to it."""

    def __init__(self, card: Card, session: Session) -> None:
        self.card = card
        self._session = session

    def encode(self, images: Sequence[Image.Image]) -> list[PictureFeatures | BadVector]:
        """Encode upright RGB pictures, one result each, in order; an empty list gives one.

        A picture whose vector is unusable gets the reason in its place; its neighbours keep theirs.
        An encoder that knows no categories says "".
        """
        encoded: list[PictureFeatures | BadVector] = []
        at_once = self._session.largest_batch
        for start in range(0, len(images), at_once):
            encoded += self._encode(images[start : start + at_once])
        return encoded

    def forward(self, images: Sequence[Image.Image]) -> Arrays:
        """Run the network alone on one batch of at least one picture.

        Returns:
            `embedding` (B, D), and whatever else the network gives, as `features` and
            `category_logits`.
        """
        return run_on_pictures(self._session, self.card, images)

    def vectors(self, images: Sequence[Image.Image]) -> NDArray[np.floating]:
        """Give the (B, D) embeddings of at least one picture, as the network made them."""
        at_once = self._session.largest_batch
        starts = range(0, len(images), at_once)
        return np.concatenate([self.forward(images[s : s + at_once])["embedding"] for s in starts])

    def _encode(self, images: Sequence[Image.Image]) -> list[PictureFeatures | BadVector]:
        outputs = self.forward(images)
        categories = _categories(self.card, outputs, count=len(images))
        return [
            self._features(vector, category)
            for vector, category in zip(outputs["embedding"], categories, strict=True)
        ]

    def _features(
        self, vector: NDArray[np.floating], category: Recognised
    ) -> PictureFeatures | BadVector:
        try:
            check_vector(vector, name=self.card.identity)
        except BadVector as error:
            return error
        return PictureFeatures({self.card.identity: vector.astype(float).tolist()}, *category)


def load_encoder(folder: Path, *, device: str | None = None, threads: int | None = None) -> Encoder:
    """Load an encoder; hashes are verified.

    Args:
        folder: Its checkpoint.
        device: "cpu" or "cuda"; by default CUDA where torch finds it.
        threads: For ONNX Runtime; by default OMP_NUM_THREADS, else its own choice.

    Raises:
        CheckpointError: The checkpoint is no encoder of pictures, or wants them prepared otherwise.
    """
    card, session = open_picture_network(folder, device=device, threads=threads)
    if not card.purpose.is_encoder:
        raise CheckpointError(
            f"{card.identity} is made for {card.purpose}; it encodes no pictures."
        )
    return Encoder(card, session)


def open_picture_network(
    folder: Path, *, device: str | None, threads: int | None
) -> tuple[Card, Session]:
    """Open a checkpoint whose network looks at pictures.

    Raises:
        CheckpointError: It looks at none, or wants them prepared in a way that is not known here.
    """
    card, session = open_checkpoint(folder, device=device, threads=threads)
    if card.reads != PIXELS:
        raise CheckpointError(
            f"{card.identity} reads {card.reads!r} and no pictures; what reads another encoder's "
            "features is not served any more: train it anew."
        )
    if (wanted := card.preprocessing.get("function")) != PREPARE:
        raise CheckpointError(f"{card.identity} wants {wanted!r}; pictures come from {PREPARE!r}.")
    return card, session


def merge_features(
    seen: Sequence[PictureFeatures], *, palette: Sequence[PaletteColour]
) -> PictureFeatures:
    """Join what encoders saw in a picture; the first that names a category is believed."""
    embeddings = {name: vector for each in seen for name, vector in each.embeddings.items()}
    naming = next((each for each in seen if each.category), PictureFeatures({}))
    return replace(naming, embeddings=embeddings, palette=palette)


def check_vector(vector: NDArray[np.floating], *, name: str) -> None:
    """Refuse a vector that no search can use.

    Raises:
        BadVector: Names the encoder and what is wrong.
    """
    if not np.isfinite(vector).all():
        raise BadVector(f"{name} gave NaN or infinity for this picture.")
    if np.linalg.norm(vector) < SHORTEST_NORM:
        raise BadVector(f"{name} gave a zero vector for this picture.")


def run_on_pictures(session: Session, card: Card, images: Sequence[Image.Image]) -> Arrays:
    """Run a network of pixels on at least one picture, prepared as its card says."""
    how = framing(card.preprocessing)
    with ThreadPoolExecutor(max_workers=DECODERS) as threads:
        squares = list(threads.map(partial(prepare, **how), images))
    return session.run({"pixels": np.stack(squares)})


def softmax(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Turn (B, C) logits into (B, C) shares."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.floating] = shifted / shifted.sum(axis=1, keepdims=True)
    return shares


def recognise(card: Card, shares: NDArray[np.floating]) -> list[Recognised]:
    """Name the best category and the best slot of each row of (B, categories) shares."""
    names = list(card.categories)
    slots = sorted(set(card.categories.values()))
    member = np.array([[card.categories[name] == slot for slot in slots] for name in names])
    by_slot = shares @ member  # (B, slots)
    best, best_slot = shares.argmax(axis=1), by_slot.argmax(axis=1)
    return [
        (names[c], float(row[c]), slots[s], float(slot_row[s]))
        for row, slot_row, c, s in zip(shares, by_slot, best, best_slot, strict=True)
    ]


def _categories(card: Card, outputs: Arrays, *, count: int) -> list[Recognised]:
    if not card.categories or "category_logits" not in outputs:
        return [("", 0.0, "", 0.0)] * count
    return recognise(card, softmax(outputs["category_logits"]))
