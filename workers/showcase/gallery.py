"""Products with pictures and what a checkpoint says about them, for the pictures of this package."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workers.checkpoints import Card, CheckpointError
from workers.datasets.collection import SUFFIXES, Collection, Item
from workers.serving.encoders import Encoder, load_encoder


@dataclass(frozen=True)
class Gallery:
    """Items and their vectors in one space, scaled so that an inner product is their likeness."""

    card: Card
    items: tuple[Item, ...]
    vectors: NDArray[np.float32]


def gallery(items: Sequence[Item], checkpoint: Path) -> Gallery:
    """Encode items with an encoder."""
    encoder = load_encoder(checkpoint)
    return Gallery(
        encoder.card, tuple(items), embed_pictures([item.open() for item in items], encoder)
    )


def embed_pictures(pictures: Sequence[Image.Image], encoder: Encoder) -> NDArray[np.float32]:
    """Embed pictures: (N, D), the whole of unit norm."""
    vectors = encoder.vectors(pictures).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def choose_items(collection: Collection, *, most: int, seed: int) -> list[Item]:
    """Draw items with pictures; those that looks hold first, whole looks at a time.

    Raises:
        CheckpointError: The data set came without pictures.
    """
    generator = np.random.default_rng(seed)
    seen = {item.key: item for item in collection.items if item.has_picture}
    if not seen:
        raise CheckpointError(f"{collection.name} came without pictures; there is nothing to show.")
    looks = list(collection.looks.values())
    worn = [key for at in generator.permutation(len(looks)).tolist() for key in looks[at]]
    rest = [list(seen)[at] for at in generator.permutation(len(seen)).tolist()]
    keys = dict.fromkeys(key for key in (*worn, *rest) if key in seen)
    return [seen[key] for key in list(keys)[:most]]


def sets_of(collection: Collection, items: Sequence[Item]) -> list[list[int]]:
    """Number the items of each look, or of each class where there are no looks."""
    place = {item.key: at for at, item in enumerate(items)}
    if collection.looks:
        looks = collection.looks.values()
        return [[place[key] for key in look if key in place] for look in looks]
    labels = sorted({item.label for item in items})
    return [[at for at, i in enumerate(items) if i.label == label] for label in labels]


def folder_pictures(folder: Path) -> dict[str, Image.Image]:
    """Decode the pictures of a folder, by file name.

    Raises:
        CheckpointError: There are none.
    """
    found = {
        path.name: _decode(path)
        for path in sorted(folder.glob("*"))
        if path.suffix.lower() in SUFFIXES
    }
    if not found:
        raise CheckpointError(f"There are no pictures in {folder}; name a folder with --queries.")
    return found


def item_words(item: Item) -> dict[str, Any]:
    """Name an item in a JSON file."""
    return {"key": item.key, "label": item.label}


def _decode(path: Path) -> Image.Image:
    with Image.open(path) as file:
        return file.convert("RGB")
