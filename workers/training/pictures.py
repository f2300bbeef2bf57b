"""Learning by label from pixels: which pictures are learnt from, what is held out, the task."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from workers.checkpoints import CheckpointError
from workers.datasets.collection import Collection, Item, slot_of
from workers.datasets.looks import Indices
from workers.datasets.pixels import decode_pictures
from workers.evaluation.metrics import macro_f1
from workers.images import CENTRE_CROP, STRETCH, Pixels
from workers.training.config import Config
from workers.training.loop import device_of

HELD, UNLEARNT = {"validation", "valid"}, {"test"}
AT_ONCE = 64  # pictures in one pass without learning


@dataclass(frozen=True)
class PictureConfig(Config):
    """What the recipes that learn from pixels have in common.

    `resize_px` above 0 scales the shorter side to it and cuts the middle out; 0 uses every pixel.
    Only labels of at least `fewest` pictures are learnt; `most_items` bounds a run for a try.
    """

    side_px: int = 128
    resize_px: int = 0
    fewest: int = 8
    most_items: int | None = None
    held_out: float = 0.1
    epochs: int = 10
    batch: int = 32
    weight_decay: float = 0.0
    patience: int = 10
    optimiser: str = "adam"

    @property
    def framing(self) -> dict[str, Any]:
        """Say how a picture becomes a square, in the words of `workers.images.prepare`."""
        if not self.resize_px:
            return {"fit": STRETCH}
        return {"fit": CENTRE_CROP, "resize_px": self.resize_px}

    @property
    def preprocessing(self) -> dict[str, Any]:
        """Say the same on a card."""
        return {"function": "workers.images.prepare", "side_px": self.side_px, **self.framing}


@dataclass(frozen=True)
class LabelledPictures:
    """Items with pictures of the labels that are learnt; `held` marks those held out."""

    items: tuple[Item, ...]
    names: tuple[str, ...]
    labels: NDArray[np.int64]
    held: NDArray[np.bool_]

    @property
    def slots(self) -> dict[str, str]:
        """Map every label, in order, to the slot it is worn in."""
        family = {item.label: item.family for item in self.items}
        return {name: slot_of(name, family[name]) for name in self.names}

    @property
    def learnt(self) -> NDArray[np.int64]:
        """Number the items that are learnt from."""
        return np.flatnonzero(~self.held)


def labelled_pictures(collections: Sequence[Collection], config: PictureConfig) -> LabelledPictures:
    """Choose what is learnt: labels with enough pictures, a data set's own validation part held out.

    Where a data set has no such part, a share of its items is held out at random. What it keeps for
    tests is in neither.

    Raises:
        CheckpointError: Fewer than two labels have enough pictures, or nothing is held out.
    """
    generator = np.random.default_rng(config.seed)
    known = [
        item
        for collection in collections
        for item in collection.items
        if item.has_picture and item.label and item.part not in UNLEARNT
    ]
    if config.most_items is not None:
        known = [known[at] for at in generator.permutation(len(known))[: config.most_items]]
    counts = Counter(item.label for item in known)
    names = tuple(sorted(name for name, count in counts.items() if count >= config.fewest))
    if len(names) < 2:
        message = (
            f"Fewer than two labels have {config.fewest} pictures; lower `fewest` with --config."
        )
        raise CheckpointError(message)
    items = tuple(item for item in known if item.label in names)
    labels = np.array([names.index(item.label) for item in items], dtype=np.int64)
    own = np.array([item.part in HELD for item in items])
    drawn = np.less(generator.random(len(items)), config.held_out)
    held = own if own.any() else drawn
    if not held.any() or held.all():
        raise CheckpointError("Nothing to learn from or to validate on; see `held_out`.")
    return LabelledPictures(items, names, labels, held)


def pixels_of(items: Sequence[Item], config: PictureConfig, *, cache: Path) -> Pixels:
    """Decode pictures as the card will say; kept in `cache` between runs of the same items."""
    names = "\n".join(str(item.path) + item.key for item in items)
    stamp = sha256(names.encode()).hexdigest()[:12]
    path = cache / f"pixels-{config.side_px}-{config.resize_px}-{stamp}.npy"
    return decode_pictures(items, side_px=config.side_px, cache=path, framing=config.framing)


def network_outputs(
    network: nn.Module, pixels: Pixels, *, output: str = "embedding"
) -> NDArray[np.float32]:
    """Run a network over pictures without learning.

    Args:
        network: Put into evaluation mode.
        pixels: (N, H, W, 3) uint8.
        output: Which of its outputs.

    Returns:
        (N, D), in the pictures' order.
    """
    network.eval()
    on = device_of(network)
    rows = []
    with torch.inference_mode():
        for start in range(0, len(pixels), AT_ONCE):
            part = torch.from_numpy(np.array(pixels[start : start + AT_ONCE])).to(on)
            rows.append(network(part)[output].float().cpu().numpy())
    return np.concatenate(rows)


@dataclass(eq=False)
class LabelTask:
    """A network's `category_logits` by label: flipped pictures, cross-entropy, accuracy."""

    network: nn.Module
    material: LabelledPictures
    pixels: Pixels
    config: PictureConfig

    def __post_init__(self) -> None:
        self._learnt = self.material.learnt
        self._generator = np.random.default_rng(self.config.seed)

    def batches(self, epoch: int) -> "Shuffled":
        """Shuffle; the flips of the epoch are decided here too."""
        self._generator = np.random.default_rng([self.config.seed, epoch, 1])
        count = len(self._learnt)
        return Shuffled(count, batch=self.config.batch, seed=self.config.seed, epoch=epoch)

    def loss(self, batch: Indices) -> Tensor:
        """Cross-entropy of half of the pictures flipped."""
        chosen = np.sort(self._learnt[batch])  # a memory map is read in order
        pixels = flip_half(self.pixels[chosen], generator=self._generator)  # (B, S, S, 3)
        on = device_of(self.network)
        logits = self.network(torch.from_numpy(pixels).to(on))["category_logits"]  # (B, C)
        labels = torch.from_numpy(self.material.labels[chosen])
        return functional.cross_entropy(logits, labels.to(on))

    def validate(self) -> dict[str, float]:
        """Accuracy, macro F1 and loss on what is held out."""
        held = np.flatnonzero(self.material.held)
        pixels, truth = self.pixels[held], self.material.labels[held]
        logits = network_outputs(self.network, pixels, output="category_logits")  # (N, C)
        guess = logits.argmax(axis=1)
        valid = functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(truth))
        return {
            "valid_loss": float(valid),
            "accuracy": float(np.mean(guess == truth)),
            "macro_f1": macro_f1(truth, guess),
        }


@dataclass(frozen=True)
class Shuffled:
    """Indices of one epoch in batches; the order depends on seed and epoch alone."""

    count: int
    batch: int
    seed: int
    epoch: int

    def __len__(self) -> int:
        return (self.count + self.batch - 1) // self.batch

    def __iter__(self) -> Iterator[Indices]:
        order = np.random.default_rng([self.seed, self.epoch]).permutation(self.count)
        for start in range(0, self.count, self.batch):
            yield order[start : start + self.batch]


def flip_half(pixels: Pixels, *, generator: np.random.Generator) -> Pixels:
    """Mirror each of (B, H, W, 3) pictures with probability one half."""
    is_flipped = np.less(generator.random(len(pixels)), 0.5)[:, None, None, None]
    return np.where(is_flipped, pixels[:, :, ::-1], pixels)
