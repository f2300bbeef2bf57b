"""Checkpoints at work: pictures to embeddings and attributes, pairs of embeddings to scores.

ONNX Runtime serves unless torch is installed and sees a CUDA device; on a CPU torch is not imported.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workers.checkpoints import (
    FEATURES_OF,
    PIXELS,
    Card,
    CheckpointError,
    Kind,
    load_card,
    verify,
)
from workers.images import PaletteColour, framing, palette, prepare
from workers.runtime import Arrays, Session, open_session

Vectors = Sequence[Sequence[float]] | NDArray[np.floating]
Recognised = tuple[str, float, str, float]  # category, its share, slot, its share

SHORTEST_NORM = 1e-6
DECODERS = 2  # threads; Pillow lets go of the interpreter while it decodes and scales
LARGEST_PAIR_BATCH = 4096
PREPARE = "workers.images.prepare"
NOTHING: Recognised = ("", 0.0, "", 0.0)


class BadVector(ValueError):  # noqa: N818 - named as `recommender.photos.BadPhoto`
    """A network gave NaN, infinity or a zero vector for this picture."""


@dataclass(frozen=True)
class EncodedPicture:
    """All that the encoders say about one picture.

    `embeddings` has one entry per encoder, `name@version`; `error` is set instead of vectors when
    the networks gave none worth storing. An encoder that knows no categories says "" with confidence
    0, which whoever stores it takes for "nothing new", not for "nothing".
    """

    embeddings: dict[str, list[float]]
    category: str
    category_confidence: float
    slot: str
    slot_confidence: float
    palette: list[PaletteColour]
    error: BadVector | None = None


@dataclass(frozen=True)
class _Stage:
    card: Card
    session: Session


class EncoderGroup:
    """Encoders that share one pass over the pixels: a backbone and heads on its features."""

    def __init__(self, backbone: _Stage, heads: Sequence[_Stage]) -> None:
        self._backbone = backbone
        self._heads = tuple(heads)

    @property
    def cards(self) -> tuple[Card, ...]:
        return (self._backbone.card, *(head.card for head in self._heads))

    def encode(self, images: Sequence[Image.Image]) -> list[EncodedPicture]:
        """Encode upright RGB pictures, one result each, in order; an empty list gives one.

        A picture whose vectors are unusable gets an `error`; its neighbours keep their results.
        """
        encoded: list[EncodedPicture] = []
        at_once = self._backbone.session.largest_batch
        for start in range(0, len(images), at_once):
            encoded += self._encode(images[start : start + at_once])
        return encoded

    def forward(self, images: Sequence[Image.Image]) -> Arrays:
        """Run the networks alone on one batch of at least one picture.

        Returns:
            (B, D) embeddings by `name@version`, the `features` that heads read (the backbone's
            embedding where it gives no others) and, where it names categories, `category_logits`.
        """
        seen = _look(self._backbone, images)
        outputs = {self._backbone.card.identity: seen["embedding"], "features": seen["embedding"]}
        outputs |= {name: value for name, value in seen.items() if name != "embedding"}
        for head in self._heads:
            out = head.session.run({"features": outputs["features"]})
            outputs[head.card.identity] = out["embedding"]
        return outputs

    def _encode(self, images: Sequence[Image.Image]) -> list[EncodedPicture]:
        outputs = self.forward(images)
        categories = _recognised(self._backbone.card, outputs, count=len(images))
        names = [card.identity for card in self.cards]
        return [
            _encoded(
                {name: outputs[name][index] for name in names}, categories[index], palette(image)
            )
            for index, image in enumerate(images)
        ]


class Scorer:
    """A pair scorer over stored embeddings."""

    def __init__(self, stage: _Stage) -> None:
        self._stage = stage

    @property
    def card(self) -> Card:
        return self._stage.card

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
        for start in range(0, len(first), LARGEST_PAIR_BATCH):
            part = slice(start, start + LARGEST_PAIR_BATCH)
            scores += self._stage.session.run({"a": first[part], "b": second[part]})[
                "score"
            ].tolist()
        return scores


class Classifier:
    """Names the category of pictures, and no more."""

    def __init__(self, stage: _Stage) -> None:
        self._stage = stage

    @property
    def card(self) -> Card:
        return self._stage.card

    def shares(self, images: Sequence[Image.Image]) -> NDArray[np.floating]:
        """Give every category of the card its probability.

        Returns:
            (B, categories) in the card's order, each row adding up to 1; no pictures, no rows.
        """
        at_once = self._stage.session.largest_batch
        rows = [
            softmax(_logits(_look(self._stage, images[start : start + at_once])))
            for start in range(0, len(images), at_once)
        ]
        return np.concatenate([np.empty((0, len(self.card.categories)), np.float32), *rows])

    def recognise(self, images: Sequence[Image.Image]) -> list[Recognised]:
        """Name the likeliest category and slot of each picture, with their shares."""
        return _named(self.card, self.shares(images))


def load_encoders(
    folders: Sequence[Path], *, device: str | None = None, threads: int | None = None
) -> EncoderGroup:
    """Load one encoder of pixels and any heads on its features; hashes are verified.

    Args:
        folders: Checkpoints, in any order.
        device: "cpu" or "cuda"; by default CUDA where torch finds it.
        threads: For ONNX Runtime; by default OMP_NUM_THREADS, else its own choice.

    Raises:
        CheckpointError: No or several checkpoints read pixels, or a head reads another's features.
    """
    stages = [_open(folder, device=device, threads=threads) for folder in folders]
    backbones = [stage for stage in stages if stage.card.input == PIXELS]
    if len(backbones) != 1:
        names = ", ".join(stage.card.identity for stage in backbones) or "none"
        raise CheckpointError(f"A group needs exactly one encoder that reads pixels; got {names}.")
    heads = [stage for stage in stages if stage is not backbones[0]]
    for head in heads:
        check_input(head.card, f"{FEATURES_OF}{backbones[0].card.identity}")
    return EncoderGroup(backbones[0], heads)


def load_groups(
    folders: Sequence[Path], *, device: str | None = None, threads: int | None = None
) -> list[EncoderGroup]:
    """Load encoders of any number of spaces, one group for each that reads pixels, in their order.

    Raises:
        CheckpointError: A head reads the features of a backbone that is not among the folders.
    """
    cards = {folder: load_card(folder) for folder in folders}
    trees = {f"{FEATURES_OF}{c.identity}": [f] for f, c in cards.items() if c.input == PIXELS}
    for folder, card in cards.items():
        if card.input == PIXELS:
            continue
        if card.input not in trees:
            raise CheckpointError(
                f"{card.identity} reads {card.input!r}, and nothing here has them."
            )
        trees[card.input].append(folder)
    return [load_encoders(tree, device=device, threads=threads) for tree in trees.values()]


def load_scorer(folder: Path, *, device: str | None = None, threads: int | None = None) -> Scorer:
    """Load a scorer; hashes are verified.

    Raises:
        CheckpointError: The checkpoint is no scorer.
    """
    stage = _open(folder, device=device, threads=threads)
    if stage.card.kind is not Kind.SCORER:
        raise CheckpointError(f"{folder} is a checkpoint of kind {stage.card.kind}, not a scorer.")
    return Scorer(stage)


def load_classifier(
    folder: Path, *, device: str | None = None, threads: int | None = None
) -> Classifier:
    """Load a classifier, or an encoder that names categories; hashes are verified.

    Raises:
        CheckpointError: The checkpoint reads no pixels or names no categories.
    """
    stage = _open(folder, device=device, threads=threads)
    if stage.card.input != PIXELS or not stage.card.categories:
        raise CheckpointError(f"{folder} names no categories of pictures; its card lists none.")
    return Classifier(stage)


def check_vectors(vectors: Iterable[tuple[str, NDArray[np.floating]]]) -> None:
    """Refuse vectors that no search can use.

    Raises:
        BadVector: Names the encoder and what is wrong.
    """
    for name, vector in vectors:
        if not np.isfinite(vector).all():
            raise BadVector(f"{name} gave NaN or infinity for this picture.")
        if np.linalg.norm(vector) < SHORTEST_NORM:
            raise BadVector(f"{name} gave a zero vector for this picture.")


def _open(folder: Path, *, device: str | None, threads: int | None) -> _Stage:
    card = load_card(folder)
    verify(folder, card)
    if card.input == PIXELS and card.preprocessing.get("function") != PREPARE:
        found = card.preprocessing.get("function")
        raise CheckpointError(f"{card.identity} wants {found!r}; pictures come from {PREPARE!r}.")
    return _Stage(card, open_session(folder, card, device=device, threads=threads))


def check_input(card: Card, expected: str) -> None:
    """Refuse a head that was trained on another encoder's features.

    Raises:
        CheckpointError: Names both.
    """
    if card.input != expected:
        message = (
            f"{card.identity} reads {card.input!r}, this group offers {expected!r}; train it anew."
        )
        raise CheckpointError(message)


def _encoded(
    vectors: dict[str, NDArray[np.floating]],
    category: Recognised,
    colours: list[PaletteColour],
) -> EncodedPicture:
    try:
        check_vectors(vectors.items())
    except BadVector as error:
        return EncodedPicture({}, *NOTHING, colours, error=error)
    lists = {name: [float(value) for value in vector] for name, vector in vectors.items()}
    return EncodedPicture(lists, *category, colours)


def _look(stage: _Stage, images: Sequence[Image.Image]) -> Arrays:
    """Run a network of pixels on at least one picture, prepared as its card says."""
    how = framing(stage.card.preprocessing)
    with ThreadPoolExecutor(max_workers=DECODERS) as threads:
        squares = list(threads.map(partial(prepare, **how), images))
    return stage.session.run({"pixels": np.stack(squares)})


def softmax(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Turn (B, C) logits into (B, C) shares."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.floating] = shifted / shifted.sum(axis=1, keepdims=True)
    return shares


def _logits(outputs: Arrays) -> NDArray[np.floating]:
    return outputs["category_logits"] if "category_logits" in outputs else outputs["logits"]


def _recognised(card: Card, outputs: Arrays, *, count: int) -> list[Recognised]:
    if not card.categories or "category_logits" not in outputs:
        return [NOTHING] * count
    return _named(card, softmax(outputs["category_logits"]))


def _named(card: Card, shares: NDArray[np.floating]) -> list[Recognised]:
    """Turn (B, categories) shares into the best category and the best slot of each row."""
    names = list(card.categories)
    slots = sorted(set(card.categories.values()))
    member = np.array([[card.categories[name] == slot for slot in slots] for name in names])
    by_slot = shares @ member  # (B, slots)
    best, best_slot = shares.argmax(axis=1), by_slot.argmax(axis=1)
    return [
        (names[c], float(row[c]), slots[s], float(slot_row[s]))
        for row, slot_row, c, s in zip(shares, by_slot, best, best_slot, strict=True)
    ]
