"""What encoders say of the items of data sets, as serving computes it, and how vectors are compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tqdm import tqdm

from workers.checkpoints import (
    EMBEDDINGS_OF,
    ONNX,
    PIXELS,
    Card,
    CheckpointError,
    find,
    load_card,
)
from workers.datasets.collection import Collection, Item
from workers.serving.encoders import Encoder, load_encoder

BATCH = 32

Outputs = dict[str, NDArray[Any]]  # by name, the first axis follows the items


@dataclass(frozen=True)
class ItemVectors:
    """Per item, in the collections' order: `embedding` (N, D) and `features` (N, F).

    Features are the embedding where the network has none.
    """

    card: Card
    embedding: NDArray[np.float32]
    features: NDArray[np.float32]


def item_vectors(collections: Sequence[Collection], *, folder: Path, cache: Path) -> ItemVectors:
    """Encode the items of all collections; each is cached by its hash and the checkpoint's."""
    encoder = load_encoder(folder)
    parts = [_through_cache(collection, encoder, cache=cache) for collection in collections]
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return ItemVectors(encoder.card, joined["embedding"], joined["features"])


def embed(items: Sequence[Item], encoder: Encoder, *, what: str = "encode") -> Outputs:
    """Encode every item's picture, under a progress bar."""
    rows: dict[str, list[NDArray[Any]]] = {}
    for start in tqdm(range(0, len(items), BATCH), desc=what, unit="batches"):
        pictures = [item.open() for item in items[start : start + BATCH]]
        for name, values in encoder.forward(pictures).items():
            rows.setdefault(name, []).append(values)
    return {name: np.concatenate(parts) for name, parts in rows.items()}


def _through_cache(collection: Collection, encoder: Encoder, *, cache: Path) -> Outputs:
    path = cache / f"seen-{encoder.card.sha256[ONNX][:12]}-{pictures_stamp(collection)}.safetensors"
    if path.is_file():
        return load_file(path)
    outputs = embed(collection.items, encoder, what=f"encode {collection.name}")
    arrays = {"embedding": outputs["embedding"]}
    arrays["features"] = outputs.get("features", outputs["embedding"]).copy()
    cache.mkdir(parents=True, exist_ok=True)
    save_file(arrays, path)
    return arrays


def pictures_stamp(collection: Collection) -> str:
    """Name a collection's pictures by hash; no vector depends on the looks."""
    return replace(collection, looks={}).fingerprint()[:12]


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
