"""Learning by label from pixels: which pictures are learnt from, what is held out, batches of both."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from workers.checkpoints import CheckpointError
from workers.datasets.collection import Collection, Item, slot_of
from workers.images import CENTRE_CROP, STRETCH, Pixels
from workers.training.loop import Config, device_of
from workers.training.pixels import decoded

HELD, KEPT = {"validation", "valid"}, {"test"}
BATCH = 64  # pictures looked at together without learning


@dataclass(frozen=True)
class PictureConfig:
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
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    patience: int = 10
    seed: int = 0
    optimiser: str = "adam"
    momentum: float = 0.9
    step_epochs: int = 0
    step_factor: float = 0.1
    compiled: bool = False

    @property
    def loop(self) -> Config:
        return Config(
            epochs=self.epochs,
            batch=self.batch,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            patience=self.patience,
            seed=self.seed,
            optimiser=self.optimiser,
            momentum=self.momentum,
            step_epochs=self.step_epochs,
            step_factor=self.step_factor,
            compiled=self.compiled,
        )

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
class Labelled:
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


def labelled(collections: Sequence[Collection], config: PictureConfig) -> Labelled:
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
        if item.has_picture and item.label and item.part not in KEPT
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
    return Labelled(items, names, labels, held)


def pixels_of(items: Sequence[Item], config: PictureConfig, *, cache: Path) -> Pixels:
    """Decode pictures as the card will say; kept in `cache` between runs of the same items."""
    name = f"pixels-{config.side_px}-{config.resize_px}-{hash_of(items)}.npy"
    return decoded(items, side_px=config.side_px, cache=cache / name, framed=config.framing)


def hash_of(items: Sequence[Item]) -> str:
    """Name a choice of items."""
    return sha256("\n".join(str(item.path) + item.key for item in items).encode()).hexdigest()[:12]


def looked_at(
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
        for start in range(0, len(pixels), BATCH):
            part = torch.from_numpy(np.array(pixels[start : start + BATCH])).to(on)
            rows.append(network(part)[output].float().cpu().numpy())
    return np.concatenate(rows)
