"""Fine-tune the last blocks of the backbone to tell categories apart; the first stay ImageNet's."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from workers.evaluation.metrics import macro_f1
from workers.images import Pixels
from workers.networks.mobilenet_v2 import pool
from workers.training.augmentation import luminance, vary_grey
from workers.training.loop import device_of

Labels = NDArray[np.int64]

FIRST_BLOCK = 7  # that learns; the ones before see edges and weave, and cost most of the time
DROPPED = 0.2  # of the last features
MIXED = 0.35  # of the batches: two pictures in one, labels in the same shares
SMOOTHING = 0.05
RARE = 0.3  # categories are drawn in proportion to count^(1 - RARE)
BATCH_NORM_MOMENTUM = 0.03
LONGEST_AVERAGE = 0.995


@dataclass(frozen=True)
class Source:
    """One data set's pictures and categories, and how much of every batch it makes."""

    pixels: Pixels  # (N, S, S, 3)
    labels: Labels  # (N,)
    share: float

    def draw(self, count: int, generator: Generator) -> Labels:
        """Draw (count,) rows, rare categories more often than they occur."""
        counts = np.bincount(self.labels)[self.labels]
        weights = counts ** -float(RARE)
        return generator.choice(len(self.labels), size=count, p=weights / weights.sum())


class LateBlocks(nn.Module):
    """The blocks that learn and the head they learn from: maps of the block before to logits."""

    def __init__(self, blocks: nn.Module, category: nn.Linear) -> None:
        super().__init__()
        self.blocks, self.category = blocks, category
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = BATCH_NORM_MOMENTUM

    def forward(self, maps: Tensor) -> Tensor:
        """Name categories: (B, 32, S/8, S/8) to logits (B, categories)."""
        last = functional.dropout(pool(self.blocks(maps)), DROPPED, self.training)  # (B, WIDTH)
        logits: Tensor = self.category(last)
        return logits


class Averaged(nn.Module):
    """A network and the running average of its weights, which is what is kept."""

    def __init__(self, live: nn.Module) -> None:
        super().__init__()
        self.live = live
        self.average = deepcopy(live).requires_grad_(requires_grad=False)

    def train(self, mode: bool = True) -> "Averaged":
        """Switch the live network only."""
        super().train(mode)
        self.average.eval()
        return self

    def follow(self, step: int) -> None:
        """Move the average towards the weights after a step; early ones count for little."""
        kept = min(LONGEST_AVERAGE, (step + 1) / (step + 20))
        with torch.no_grad():
            there, here = self.average.state_dict(), self.live.state_dict()
            for key, value in there.items():
                if value.is_floating_point():
                    value.lerp_(here[key], 1 - kept)


@dataclass(frozen=True)
class ViewBatches(Sequence[tuple[Pixels, Labels]]):
    """The batches of one epoch, grey views (B, S, S) and labels (B,), drawn when asked for.

    `seed` holds the run's seed and the epoch; with a batch's number it decides the batch.
    """

    sources: Sequence[Source]
    steps: int
    batch: int
    side_px: int
    seed: tuple[int, int]

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self.steps:
            raise IndexError(index)
        generator = np.random.default_rng([*self.seed, index])
        views, labels = [], []
        for source in self.sources:
            rows = source.draw(round(source.share * self.batch), generator)
            labels.append(source.labels[rows])
            views += [
                vary_grey(source.pixels[row], side_px=self.side_px, generator=generator)
                for row in rows
            ]
        return np.stack(views), np.concatenate(labels)


@dataclass(frozen=True)
class ViewConfig:
    """Two resolutions: the first epochs on small views, which cost half; then the full ones."""

    small_epochs: int = 12
    small_px: int = 192
    side_px: int = 256
    steps: int = 100
    batch: int = 64
    seed: int = 0


class CategoryTask:
    """Cross-entropy on views of several data sets; validated by the average's accuracy on what is held out."""

    def __init__(
        self,
        trunk: nn.Module,
        late: LateBlocks,
        *,
        sources: Sequence[Source],
        held_out: Source,
        config: ViewConfig,
    ) -> None:
        self.network = Averaged(late)
        self._trunk = trunk.eval()
        self._sources, self._held_out, self._config = sources, held_out, config
        self._step = 0

    def batches(self, epoch: int) -> ViewBatches:
        """Draw an epoch."""
        config = self._config
        self._step = epoch * config.steps
        side_px = config.small_px if epoch < config.small_epochs else config.side_px
        return ViewBatches(self._sources, config.steps, config.batch, side_px, (config.seed, epoch))

    def loss(self, batch: tuple[Pixels, Labels]) -> Tensor:
        """Cross-entropy, some batches with two pictures in one."""
        views, labels = batch
        maps, truth = self._maps(views), torch.from_numpy(labels).to(device_of(self.network))
        if torch.rand(()) >= MIXED:
            return self._cross_entropy(self.network.live(maps), truth)
        partner = torch.randperm(len(maps), device=maps.device)
        maps, share = _mix(maps, maps[partner])
        logits = self.network.live(maps)  # (B, categories)
        first, second = (self._cross_entropy(logits, t) for t in (truth, truth[partner]))
        return share * first + (1 - share) * second

    def after_step(self, *, learning_rate: float) -> None:
        """Let the average follow."""
        self.network.follow(self._step)
        self._step += 1

    def validate(self) -> dict[str, float]:
        """Accuracy and macro F1 of the average, offered only what the held-out pictures show."""
        truth = self._held_out.labels
        offered = np.unique(truth)
        logits = self.logits(self._held_out.pixels).numpy()[:, offered]
        guess = offered[logits.argmax(axis=1)]
        return {"accuracy": float((guess == truth).mean()), "macro_f1": macro_f1(truth, guess)}

    def logits(self, pixels: Pixels) -> Tensor:
        """What the average says of whole pictures: (N, S, S, 3) to (N, categories)."""
        starts = range(0, len(pixels), self._config.batch)
        parts = [luminance(pixels[start : start + self._config.batch]) for start in starts]
        with torch.no_grad():
            return torch.cat([self.network.average(self._maps(part)).cpu() for part in parts])

    def _maps(self, views: Pixels) -> Tensor:
        """Run the blocks that do not learn: (B, S, S) uint8 to (B, 32, S/8, S/8)."""
        grey = (
            torch.from_numpy(views).to(device_of(self.network)).float()[:, None] / 127.5 - 1
        )  # (B, 1, S, S)
        fast = grey.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            maps: Tensor = self._trunk.to(grey.device)(fast)
        return maps

    @staticmethod
    def _cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
        return functional.cross_entropy(logits, truth, label_smoothing=SMOOTHING)


def _mix(maps: Tensor, others: Tensor) -> tuple[Tensor, float]:
    """Blend two batches, or paste a square of one into the other; and the share of the first.

    Sources: Zhang et al. 2018, "mixup"; Yun et al. 2019, "CutMix".
    """
    share = float(torch.distributions.Beta(0.4, 0.4).sample())
    if torch.rand(()) < 0.5:
        return share * maps + (1 - share) * others, share
    side = maps.shape[2]
    cut = int(side * (1 - share) ** 0.5)
    top, left = torch.randint(0, side - cut + 1, (2,)).tolist()
    pasted = maps.clone()
    pasted[:, :, top : top + cut, left : left + cut] = others[
        :, :, top : top + cut, left : left + cut
    ]
    return pasted, 1 - (cut / side) ** 2
