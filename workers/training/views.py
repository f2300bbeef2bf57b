"""The features of augmented views of pictures, kept on disk for a resumed run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import Tensor
from tqdm import tqdm

from workers.datasets.collection import Item
from workers.images import Pixels, prepare
from workers.training.augment import vary

BATCH = 32


def prepared_batches(items: Sequence[Item], *, side_px: int) -> Iterator[Pixels]:
    """Decode and prepare items batch by batch, (B, side_px, side_px, 3) uint8."""
    for start in range(0, len(items), BATCH):
        part = items[start : start + BATCH]
        yield np.stack([prepare(item.open(), side_px=side_px) for item in part])


@dataclass(frozen=True)
class Views:
    """Augmented views of one data set's items; view 0 is the picture itself.

    `look` maps (B, S, S, 3) uint8 pixels to (B, D) features.
    """

    items: Sequence[Item]
    look: Callable[[Tensor], Tensor]
    seed: int
    cache: Path
    side_px: int = 192

    def features(self, view: int) -> NDArray[np.float16]:
        """Compute (N, D) features of one view, or find them where a run before left them."""
        path = self.cache / f"view-{view}.safetensors"
        if path.is_file():
            return load_file(path)["features"]
        features = np.concatenate(list(self._batches(view)))
        self.cache.mkdir(parents=True, exist_ok=True)
        save_file({"features": features}, path)
        return features

    def _batches(self, view: int) -> Iterator[NDArray[np.float16]]:
        generator = np.random.default_rng([self.seed, view])
        batches = prepared_batches(self.items, side_px=self.side_px)
        total = -(-len(self.items) // BATCH)
        for pixels in tqdm(batches, total=total, desc=f"view {view}", unit="batches"):
            drawn = pixels
            if view:
                drawn = np.stack([vary(picture, generator=generator) for picture in pixels])
            with torch.inference_mode():
                yield self.look(torch.from_numpy(drawn)).half().numpy()
