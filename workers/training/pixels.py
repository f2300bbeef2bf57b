"""Pictures of a data set as one array on disk, decoded once, and batches of them for training."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from workers.datasets.collection import Item
from workers.images import Pixels, prepare

DECODERS = 8  # threads; Pillow lets go of the interpreter while it decodes and scales


def decoded(
    items: Sequence[Item], *, side_px: int, cache: Path, framed: Mapping[str, Any] | None = None
) -> Pixels:
    """Decode, prepare and keep every item's picture, or find them where a run before left them.

    Args:
        items: One picture each.
        side_px: Of the square.
        framed: Further arguments of `workers.images.prepare`, such as its fit.
        cache: A `.npy` file; 1,000 pictures of 128 px take 49 MB. Read back as a memory map.

    Returns:
        (N, side_px, side_px, 3) uint8 RGB, in the items' order.
    """
    if cache.is_file():
        return np.load(cache, mmap_mode="r")  # type: ignore[no-any-return]
    cache.parent.mkdir(parents=True, exist_ok=True)
    unfinished = cache.with_suffix(".new")
    shape = (len(items), side_px, side_px, 3)
    pixels = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.uint8, shape=shape)

    def prepared(item: Item) -> Pixels:
        return prepare(item.open(), side_px=side_px, **(framed or {}))

    with ThreadPoolExecutor(max_workers=DECODERS) as threads:
        squares = threads.map(prepared, items)
        for index, square in enumerate(tqdm(squares, total=len(items), desc="decode")):
            pixels[index] = square
    pixels.flush()
    unfinished.replace(cache)
    return np.load(cache, mmap_mode="r")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Shuffled:
    """Indices of one epoch in batches; the order depends on seed and epoch alone."""

    count: int
    batch: int
    seed: int
    epoch: int

    def __len__(self) -> int:
        return (self.count + self.batch - 1) // self.batch

    def __iter__(self) -> Iterator[NDArray[np.int64]]:
        order = np.random.default_rng([self.seed, self.epoch]).permutation(self.count)
        for start in range(0, self.count, self.batch):
            yield order[start : start + self.batch]


def augmented(
    pixels: Pixels, *, side_px: int, generator: np.random.Generator, padding_px: int = 8
) -> Pixels:
    """Flip half of the pictures and shift all: a crop of each, padded by its own edge.

    Args:
        pixels: (B, H, W, 3) uint8.
        side_px: Of the crop, at most H + 2 * padding_px and W + 2 * padding_px.
        generator: Decides.
        padding_px: On every side.

    Returns:
        (B, side_px, side_px, 3) uint8.
    """
    B, H, W, _ = pixels.shape
    around = ((0, 0), (padding_px, padding_px), (padding_px, padding_px), (0, 0))
    padded = np.pad(pixels, around, mode="edge")
    tops = generator.integers(H + 2 * padding_px - side_px + 1, size=B)
    lefts = generator.integers(W + 2 * padding_px - side_px + 1, size=B)
    flips = np.less(generator.random(B), 0.5)
    out = np.empty((B, side_px, side_px, 3), dtype=np.uint8)
    for index, (top, left, flip) in enumerate(
        zip(tops.tolist(), lefts.tolist(), flips.tolist(), strict=True)
    ):
        crop = padded[index, top : top + side_px, left : left + side_px]
        out[index] = crop[:, ::-1] if flip else crop
    return out
