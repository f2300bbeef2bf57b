"""What the frozen statistics say of every item, kept on disk between runs; and how to whiten it."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn

from workers.datasets.collection import Collection
from workers.datasets.pixels import pixel_batches
from workers.evaluation.vectors import pictures_stamp
from workers.export import round_to_half, stored_state
from workers.networks.fabric import GROUPS, SIDE_PX, Fabric

SMALLEST_DEVIATION = 1e-3
# Directions are divided by the fourth root of their variance: halfway between none and full whitening.
WHITENING = 0.25


def describe_items(
    collections: Sequence[Collection], fabric: Fabric, *, cache: Path, device: str = "cpu"
) -> NDArray[np.float32]:
    """Describe the items of all collections in order, (N, WIDTH), as serving will.

    The weights are rounded to halves first, since that is how they are stored. Each collection is
    cached by its hash and theirs; 7,500 pictures take about two minutes on one core.
    """
    round_to_half(fabric)
    fabric.eval().to(memory_format=torch.channels_last).to(device)
    stamp = weights_stamp(fabric)
    return np.concatenate([_describe(c, fabric, cache=cache, stamp=stamp) for c in collections])


def whitening(descriptions: NDArray[np.float32], *, width: int) -> tuple[Tensor, Tensor]:
    """Fit the projection to the `width` widest directions of descriptions, both groups in equal parts.

    Returns:
        Centre (S,) and matrix (width, S); `(x - centre) @ matrix.T` has mean 0 and, over all its
        entries, mean square 1.
    """
    centre = descriptions.mean(axis=0, dtype=np.float64)  # (S,)
    scale = _scale(descriptions - centre)  # (S,)
    scaled = (descriptions - centre) / scale  # (N, S)
    variances, axes = np.linalg.eigh(scaled.T @ scaled / len(scaled))  # (S,), (S, S)
    widest = np.argsort(variances)[::-1][:width]
    matrix = axes[:, widest].T * np.maximum(variances[widest], 1e-6)[:, None] ** -WHITENING
    matrix /= np.sqrt(((scaled @ matrix.T) ** 2).mean())
    return torch.tensor(centre).float(), torch.tensor(matrix / scale).float()


def _scale(centred: NDArray[np.floating]) -> NDArray[np.floating]:
    """What to divide (N, S) by: moments each by their own deviation, the grid as a whole."""
    moments, grid = np.split(centred, [GROUPS[0]], axis=1)
    own = moments.std(axis=0) + SMALLEST_DEVIATION
    whole = np.full(grid.shape[1], grid.std() + SMALLEST_DEVIATION)
    return np.concatenate([own * len(own) ** 0.5, whole * len(whole) ** 0.5])


def _describe(
    collection: Collection, fabric: Fabric, *, cache: Path, stamp: str
) -> NDArray[np.float32]:
    path = cache / f"described-{stamp}-{pictures_stamp(collection)}.safetensors"
    if path.is_file():
        return load_file(path)["described"]
    on = next(fabric.parameters()).device
    rows = []
    batches = pixel_batches(collection.items, side_px=SIDE_PX, what=f"describe {collection.name}")
    for pixels in batches:
        with torch.inference_mode():
            rows.append(fabric(torch.from_numpy(pixels).to(on)).cpu().numpy())  # (B, S)
    descriptions = np.concatenate(rows)  # (N, S)
    cache.mkdir(parents=True, exist_ok=True)
    save_file({"described": descriptions}, path)
    return descriptions


def weights_stamp(network: nn.Module) -> str:
    """Name a network's weights by hash."""
    digest = sha256()
    for name, value in sorted(stored_state(network).items()):
        digest.update(name.encode() + value.cpu().numpy().tobytes())
    return digest.hexdigest()[:12]
