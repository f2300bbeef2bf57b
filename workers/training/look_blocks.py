"""Fine-tune the last blocks of the statistics' backbone on looks, before pictures are described by them.

The blocks before stay as they are, so what they make of every picture is computed once and kept on
disk: an epoch over 4,000 looks takes a minute or two on a CPU core instead of half an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from workers.datasets.collection import Collection, Item
from workers.datasets.looks import Indices, Look, LookSplit
from workers.datasets.pixels import BATCH, pixel_batches
from workers.evaluation.answers import figures_by_vectors
from workers.evaluation.vectors import pictures_stamp
from workers.networks.colour import garment_weight, to_lab
from workers.networks.fabric import (
    GRID,
    POOL_PX,
    READ,
    SIDE_PX,
    SMALLEST_WEIGHT,
    Fabric,
    moments,
)
from workers.networks.visual import unit
from workers.training.config import Config
from workers.training.descriptions import weights_stamp
from workers.training.look_contrast import LooksTask, pair_counts
from workers.training.loop import device_of
from workers.training.run import Run

FIRST_BLOCK = 14  # that learns, the first at 6×6 cells; the last is 16
STRIDE = 16  # pixels to a cell of the maps before it
LAST = READ[max(READ)]
AXES = 128


@dataclass(frozen=True)
class EarlyMaps:
    """What the blocks that do not learn make of every item, and where its garment lies."""

    maps: NDArray[np.float16]  # (N, 96, 12, 12), on disk
    garment: NDArray[np.float16]  # (N, 1, 6, 6)

    def of(self, items: Tensor, on: torch.device) -> tuple[Tensor, Tensor]:
        """Read some items: (n, 96, 12, 12) and (n, 1, 6, 6)."""
        rows = items.numpy()
        return (
            torch.from_numpy(self.maps[rows]).float().to(on),
            torch.from_numpy(self.garment[rows]).float().to(on),
        )


class LateBlocks(nn.Module):
    """The last blocks of a `Fabric`, shared with it, and a projection that only training needs."""

    def __init__(self, fabric: Fabric) -> None:
        super().__init__()
        self.blocks = fabric.features[FIRST_BLOCK:]
        self.project = nn.Linear(2 * LAST + GRID * GRID * LAST, AXES)
        self.log_temperature = nn.Parameter(torch.tensor(0.1).log())

    def train(self, mode: bool = True) -> "LateBlocks":
        """Leave BatchNorm's statistics ImageNet's: batches of looks are too alike."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def forward(self, maps: Tensor, garment: Tensor) -> Tensor:
        """Place garments among each other: (B, 96, 12, 12) and (B, 1, 6, 6) to (B, AXES) of unit norm."""
        late = self.blocks(maps)  # (B, LAST, 6, 6)
        grid = functional.avg_pool2d(late, late.shape[-1] // GRID).flatten(1)  # (B, GRID² · LAST)
        fabric = torch.cat(moments(late, garment + SMALLEST_WEIGHT), dim=1)  # (B, 2 · LAST)
        return unit(self.project(torch.cat([unit(fabric), unit(grid)], dim=1)))


class FineTuningTask(LooksTask):
    """Looks contrasted with each other, as the head will do it; held-out questions as validation."""

    def __init__(
        self, network: LateBlocks, *, early: EarlyMaps, split: LookSplit, config: Config
    ) -> None:
        super().__init__(split, config=config)
        self.network = network
        self._early = early

    def loss(self, batch: list[Look]) -> Tensor:
        """Contrast all items of the batch's looks."""
        items, worn = pair_counts(batch, self._split.corpus.family)
        vectors = self.network(*self._early.of(torch.from_numpy(items), device_of(self.network)))
        return self._contrast(
            vectors,  # (n, AXES)
            items=items,
            worn=worn,
            log_temperature=self.network.log_temperature,
            elsewhere_weight=1.0,
        )

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the mean inner product with the context."""
        return figures_by_vectors(self._split.questions, self._embed)

    def _embed(self, items: Indices) -> NDArray[np.float32]:
        on = device_of(self.network)
        parts = torch.split(torch.from_numpy(items), BATCH)
        vectors = [self.network(*self._early.of(part, on)).cpu() for part in parts]
        return np.asarray(torch.cat(vectors).numpy())


def fine_tune(fabric: Fabric, run: Run, split: LookSplit, *, config: Config) -> None:
    """Fine-tune the fabric's last blocks in place; the best epoch by held-out looks is kept."""
    early = early_maps(fabric.to(run.device), run.collections, cache=run.work)
    torch.manual_seed(config.seed)
    task = FineTuningTask(LateBlocks(fabric), early=early, split=split, config=config)
    run.fit(task, config=config, name="tuned", score="fitb")


def early_maps(fabric: Fabric, collections: Sequence[Collection], *, cache: Path) -> EarlyMaps:
    """Compute what the blocks before the first that learns see, or find it where a run left it.

    27 kB an item, read back as a memory map.
    """
    stamps = [weights_stamp(fabric.features[:FIRST_BLOCK]), *map(pictures_stamp, collections)]
    name = "-".join(stamps)
    maps_file, garment_file = cache / f"early-maps-{name}.npy", cache / f"early-garment-{name}.npy"
    items = [item for collection in collections for item in collection.items]
    if not garment_file.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        unfinished = maps_file.with_suffix(".new")
        garment = _write_maps(fabric.eval(), items, to=unfinished)
        unfinished.replace(maps_file)
        np.save(garment_file, garment)
    return EarlyMaps(np.load(maps_file, mmap_mode="r"), np.load(garment_file))


def _write_maps(fabric: Fabric, items: Sequence[Item], *, to: Path) -> NDArray[np.float16]:
    """Write the maps of all items to a file; returns where their garments lie."""
    on = next(fabric.parameters()).device
    side = SIDE_PX // STRIDE
    shape = (len(items), READ[FIRST_BLOCK - 1], side, side)
    written = np.lib.format.open_memmap(to, mode="w+", dtype=np.float16, shape=shape)
    garments = []
    batches = pixel_batches(items, side_px=SIDE_PX, what="early maps")
    for number, pixels in enumerate(batches):
        with torch.inference_mode():
            maps, garment = early_pass(fabric, torch.from_numpy(pixels).to(on))
        written[number * BATCH : number * BATCH + len(maps)] = maps.half().cpu().numpy()
        garments.append(garment.half().cpu().numpy())
    written.flush()
    return np.concatenate(garments)


def early_pass(fabric: Fabric, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """The maps before the first block that learns, and the garment in the cells of those after it."""
    rgb = pixels.permute(0, 3, 1, 2).float() / 255  # (B, 3, S, S)
    lab = to_lab(functional.avg_pool2d(rgb, POOL_PX), fabric.matrix)  # (B, 3, S/2, S/2)
    garment = functional.avg_pool2d(garment_weight(lab).unsqueeze(1), 2 * STRIDE // POOL_PX)
    return fabric.features[:FIRST_BLOCK](rgb * 2 - 1), garment
