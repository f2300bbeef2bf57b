"""What the visual encoder sees in every item, as serving computes it; kept on disk between runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tqdm import tqdm

from workers.checkpoints import ONNX, Card
from workers.datasets.collection import Collection
from workers.serving.encoders import Encoder, load_encoder

BATCH = 32


@dataclass(frozen=True)
class SeenItems:
    """Per item, in the collections' order: `embedding` (N, D) and `features` (N, F), the embedding where the network has none."""

    card: Card
    embedding: NDArray[np.float32]
    features: NDArray[np.float32]


def seen_items(collections: Sequence[Collection], *, visual: Path, cache: Path) -> SeenItems:
    """Encode the items of all collections; each is cached by its hash and the checkpoint's."""
    encoder = load_encoder(visual)
    found = [_seen(collection, encoder, cache=cache) for collection in collections]
    joined = {key: np.concatenate([part[key] for part in found]) for key in found[0]}
    return SeenItems(encoder.card, joined["embedding"], joined["features"])


def _seen(
    collection: Collection, encoder: Encoder, *, cache: Path
) -> dict[str, NDArray[np.float32]]:
    pictured = replace(collection, looks={}).fingerprint()  # no embedding depends on the looks
    key = f"{encoder.card.sha256[ONNX][:12]}-{pictured[:12]}"
    path = cache / f"seen-{key}.safetensors"
    if path.is_file():
        return load_file(path)
    parts: dict[str, list[NDArray[np.float32]]] = {"embedding": [], "features": []}
    starts = range(0, len(collection.items), BATCH)
    for start in tqdm(starts, desc=f"encode {collection.name}", unit="batches"):
        pictures = [item.open() for item in collection.items[start : start + BATCH]]
        outputs = encoder.forward(pictures)
        parts["embedding"].append(outputs["embedding"])
        parts["features"].append(outputs.get("features", outputs["embedding"]))
    arrays = {name: np.concatenate(rows) for name, rows in parts.items()}
    cache.mkdir(parents=True, exist_ok=True)
    save_file(arrays, path)
    return arrays
