"""Items of a data set with all that an encoder says about them, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from workers.checkpoints import (
    EMBEDDINGS_OF,
    PIXELS,
    Card,
    CheckpointError,
    find,
    load_card,
)
from workers.datasets.collection import Item
from workers.serving.encoders import Encoder, load_encoder

BATCH = 32


@dataclass(frozen=True)
class Embedded:
    """Items in order, and per output of the network an array whose first axis follows them."""

    items: tuple[Item, ...]
    outputs: dict[str, NDArray[Any]]


def embed(items: Sequence[Item], encoder: Encoder) -> Embedded:
    """Encode every item's picture, as serving would."""
    rows: dict[str, list[NDArray[Any]]] = {}
    for start in tqdm(range(0, len(items), BATCH), desc="encode", unit="batches"):
        pictures = [item.open() for item in items[start : start + BATCH]]
        for name, values in encoder.forward(pictures).items():
            rows.setdefault(name, []).append(values)
    return Embedded(tuple(items), {name: np.concatenate(parts) for name, parts in rows.items()})


def encoder_for(checkpoint: Path, *, visual: str | None = None) -> Encoder:
    """Load the encoder a checkpoint needs: itself, or the visual encoder whose vectors it scores.

    Args:
        checkpoint: An encoder or scorer.
        visual: Name or folder of the visual encoder; by default the shipped one.

    Raises:
        CheckpointError: It reads another visual encoder; says how to name that.
    """
    card = load_card(checkpoint)
    if card.reads == PIXELS:
        return load_encoder(checkpoint)
    base = find(visual or "visual")
    identity = load_card(base).identity
    if card.reads != f"{EMBEDDINGS_OF}{identity}":
        message = (
            f"{card.identity} reads the {card.reads}, and {base} is {identity}; "
            "name the folder of the encoder that it reads with --visual."
        )
        raise CheckpointError(message)
    return load_encoder(base)


def queries(vectors: NDArray[Any], card: Card) -> NDArray[Any]:
    """Scale the parts as serving's query does, so that `queries(v) @ v.T` is what a search ranks by.

    A weight may be negative: likeness in that part then counts against a pair.

    Args:
        vectors: (N, D) embeddings.
        card: Its default weights; none, no change.
    """
    return vectors * part_weights(card).astype(vectors.dtype) if card.parts else vectors


def part_weights(card: Card) -> NDArray[np.float32]:
    """Spread the default weights of a card's parts over the entries of its vectors: (D,)."""
    weights = [
        np.full(width, card.weights.get(name, 1.0), np.float32)
        for name, width in card.parts.items()
    ]
    return np.concatenate(weights) if weights else np.ones(card.dimension, np.float32)


def similarity(vectors: NDArray[Any], card: Card) -> NDArray[Any]:
    """Rank every item for every other: (N, D) embeddings to (N, N) scores."""
    scores: NDArray[Any] = queries(vectors, card) @ vectors.T
    return scores


def part_of(vectors: NDArray[Any], card: Card, *, name: str) -> NDArray[Any]:
    """Cut one part out of (N, D) embeddings."""
    start = 0
    for part, width in card.parts.items():
        if part == name:
            return vectors[:, start : start + width]
        start += width
    raise KeyError(f"{card.identity} has no part {name!r}; it has {', '.join(card.parts)}.")
