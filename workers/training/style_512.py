"""Train a space of category and style: batches of a few labels, several pictures of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from workers.datasets.collection import Item
from workers.evaluation.metrics import precision, top_ranked
from workers.images import Pixels
from workers.networks.resnet import ResNetEncoder
from workers.training.looks import Indices
from workers.training.loop import device_of
from workers.training.metric_losses import batch_hard_triplets, supervised_contrast
from workers.training.pictures import Labelled, PictureConfig, looked_at
from workers.training.pixels import augmented
from workers.training.recipe import UnknownSettingError

TRIPLET, CONTRAST = "triplet", "contrast"
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    TRIPLET: batch_hard_triplets,
    CONTRAST: supervised_contrast,
}
STYLES = ("season", "colour", "gender")
NEIGHBOURS = 5


@dataclass(frozen=True)
class Aim:
    """What shapes the space: a loss, and beside labels the numbers of label and style by item."""

    loss: str
    styles: Indices
    style_weight: float
    per_label: int

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise UnknownSettingError(f"Unknown loss {self.loss!r}; known: {', '.join(LOSSES)}.")


class StyleSpaceTask:
    """Metric learning on labels and, where the data knows it, on label and style together."""

    def __init__(
        self,
        network: ResNetEncoder,
        *,
        material: Labelled,
        pixels: Pixels,
        config: PictureConfig,
        aim: Aim,
    ) -> None:
        self.network = network
        self._material = material
        self._pixels = pixels
        self._config = config
        self._loss = LOSSES[aim.loss]
        self._styles = aim.styles
        tells = len(np.unique(aim.styles)) > len(material.names)
        self._style_weight = aim.style_weight if tells else 0.0
        self._per_label = aim.per_label
        self._generator = np.random.default_rng(config.seed)

    def batches(self, epoch: int) -> list[Indices]:
        """Cut each label's shuffled items into groups, and shuffle the groups into batches."""
        generator = np.random.default_rng([self._config.seed, epoch])
        self._generator = np.random.default_rng([self._config.seed, epoch, 1])
        groups = self._groups(generator)
        order = generator.permutation(len(groups)).tolist()
        at_once = max(2, self._config.batch // self._per_label)
        return [
            np.concatenate([groups[at] for at in order[start : start + at_once]])
            for start in range(0, len(order), at_once)
        ]

    def loss(self, batch: Indices) -> Tensor:
        """Shape the space by label and, beside it, by label and style."""
        pixels = augmented(
            self._pixels[batch],
            side_px=self._config.side_px,
            generator=self._generator,
            padding_px=0,
        )
        on = device_of(self.network)
        embedding = self.network(torch.from_numpy(pixels).to(on))["embedding"].float()
        total = self._loss(embedding, torch.from_numpy(self._material.labels[batch]).to(on))
        if self._style_weight:
            styles = torch.from_numpy(self._styles[batch]).to(on)
            total = total + self._style_weight * self._loss(embedding, styles)
        return total

    def validate(self) -> dict[str, float]:
        """How many of the five nearest held-out items share the label, and label and style."""
        held = np.flatnonzero(self._material.held)
        vectors = looked_at(self.network, self._pixels[held])
        count = min(NEIGHBOURS, len(held) - 1)
        ranked = top_ranked(vectors, count=count)
        figures = {"label_p5": precision(ranked, self._material.labels[held].tolist(), count=count)}
        if self._style_weight:
            figures["style_p5"] = precision(ranked, self._styles[held].tolist(), count=count)
        return figures

    def _groups(self, generator: np.random.Generator) -> list[Indices]:
        groups = []
        learnt = self._material.learnt
        for label in range(len(self._material.names)):
            members = generator.permutation(learnt[self._material.labels[learnt] == label])
            starts = range(0, len(members), self._per_label)
            groups += [members[at : at + self._per_label] for at in starts]
        return groups


def styles_of(items: Sequence[Item], *, style: str) -> Indices:
    """Number the pairs of label and style; a style nobody knows leaves the labels.

    Args:
        items: In order.
        style: "season", "colour" or "gender".

    Raises:
        UnknownSettingError: Nothing is called so.
    """
    if style not in STYLES:
        raise UnknownSettingError(f"Unknown style {style!r}; known: {', '.join(STYLES)}.")
    names = np.array([f"{item.label}|{getattr(item, style)}" for item in items])
    numbers: Indices = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return numbers
