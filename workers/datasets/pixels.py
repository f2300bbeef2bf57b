"""Pictures of a data set as arrays: all of them on disk, decoded once, or batch by batch."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from workers.datasets.collection import Item
from workers.images import Pixels, prepare

BATCH = 32
DECODERS = 8  # threads; Pillow lets go of the interpreter while it decodes and scales


def decode_pictures(
    items: Sequence[Item], *, side_px: int, cache: Path, framing: Mapping[str, Any] | None = None
) -> Pixels:
    """Decode, prepare and keep every item's picture, or find them where a run before left them.

    Args:
        items: One picture each.
        side_px: Of the square.
        framing: Further arguments of `workers.images.prepare`, such as its fit.
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

    def square(item: Item) -> Pixels:
        return prepare(item.open(), side_px=side_px, **(framing or {}))

    with ThreadPoolExecutor(max_workers=DECODERS) as threads:
        squares = threads.map(square, items)
        for index, each in enumerate(tqdm(squares, total=len(items), desc="decode")):
            pixels[index] = each
    pixels.flush()
    unfinished.replace(cache)
    return np.load(cache, mmap_mode="r")  # type: ignore[no-any-return]


def pixel_batches(items: Sequence[Item], *, side_px: int, what: str) -> Iterator[Pixels]:
    """Decode and prepare items batch by batch, (B, side_px, side_px, 3) uint8, under a progress bar."""
    starts = range(0, len(items), BATCH)
    for start in tqdm(starts, desc=what, unit="batches"):
        part = items[start : start + BATCH]
        yield np.stack([prepare(item.open(), side_px=side_px) for item in part])
