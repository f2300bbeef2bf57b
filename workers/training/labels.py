"""Train a network's `category_logits` by label: flipped pictures, cross-entropy, accuracy."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from workers.evaluation.metrics import macro_f1
from workers.images import Pixels
from workers.training.looks import Indices
from workers.training.loop import device_of
from workers.training.pictures import Labelled, PictureConfig, looked_at
from workers.training.pixels import Shuffled, augmented


class LabelTask:
    """Pictures and their labels as batches of indices; the held-out ones as validation."""

    def __init__(
        self, network: nn.Module, *, material: Labelled, pixels: Pixels, config: PictureConfig
    ) -> None:
        self.network = network
        self._labels = material.labels
        self._learnt = material.learnt
        self._held = np.flatnonzero(material.held)
        self._pixels = pixels
        self._config = config
        self._generator = np.random.default_rng(config.seed)

    def batches(self, epoch: int) -> Shuffled:
        """Shuffle; the flips of the epoch are decided here too."""
        self._generator = np.random.default_rng([self._config.seed, epoch, 1])
        count = len(self._learnt)
        return Shuffled(count, batch=self._config.batch, seed=self._config.seed, epoch=epoch)

    def loss(self, batch: Indices) -> Tensor:
        """Cross-entropy of half of the pictures flipped."""
        chosen = np.sort(self._learnt[batch])  # a memory map is read in order
        pixels = augmented(
            self._pixels[chosen],
            side_px=self._config.side_px,
            generator=self._generator,
            padding_px=0,
        )
        on = device_of(self.network)
        logits = self.network(torch.from_numpy(pixels).to(on))["category_logits"]
        return functional.cross_entropy(logits, torch.from_numpy(self._labels[chosen]).to(on))

    def validate(self) -> dict[str, float]:
        """Accuracy, macro F1 and loss on what is held out."""
        logits = looked_at(self.network, self._pixels[self._held], output="category_logits")
        truth = self._labels[self._held]
        guess = logits.argmax(axis=1)
        valid = functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(truth))
        return {
            "valid_loss": float(valid),
            "accuracy": float(np.mean(guess == truth)),
            "macro_f1": macro_f1(truth, guess),
        }
