"""The recipe of `style-512`: ResNet50 with a 512-d head, a space of category and style.

Batches hold a few labels and several pictures of each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from pytorch_metric_learning.distances import CosineSimilarity, LpDistance
from pytorch_metric_learning.losses import SupConLoss, TripletMarginLoss
from pytorch_metric_learning.miners import BatchHardMiner
from pytorch_metric_learning.reducers import MeanReducer
from torch import Tensor

from workers.checkpoints import Card, Purpose
from workers.datasets.collection import Item
from workers.datasets.looks import Indices
from workers.evaluation.metrics import nearest_neighbours, precision
from workers.export import pixel_examples, save_network
from workers.images import Pixels
from workers.networks.pretrained import IMAGENET, start_from
from workers.networks.resnet import STYLE_WIDTH, ResNetEncoder
from workers.training.config import UnknownSettingError, with_overrides
from workers.training.loop import device_of
from workers.training.pictures import (
    LabelledPictures,
    flip_half,
    labelled_pictures,
    network_outputs,
    pixels_of,
)
from workers.training.recipes.resnet import ResNetConfig, resnet_card
from workers.training.run import Run

NAME = "style-512"
INTENDED_USE = "Finding products of the same kind and style; features for a style head."
LIMITS = "Style is the season, colour or gender that the data names, and no more."
TRIPLET, CONTRAST = "triplet", "contrast"
MARGIN = 0.3  # of the triplets, in distances between unit vectors
TEMPERATURE = 0.1  # of the contrast
STYLES = ("season", "colour", "gender")
NEIGHBOURS = 5

Loss = Callable[[Tensor, Tensor], Tensor]  # of (B, D) unit vectors and (B,) labels, a scalar


@dataclass(frozen=True)
class Style512Config(ResNetConfig):
    """What decides a run; `loss` is "triplet" or "contrast", `style` "season", "colour" or "gender"."""

    width: int = STYLE_WIDTH
    loss: str = TRIPLET
    style: str = "season"
    style_weight: float = 0.5
    per_label: int = 4
    batch: int = 64
    learning_rate: float = 1e-4
    weight_decay: float = 1e-4
    optimiser: str = "adamw"


def metric_loss(name: str) -> Loss:
    """Build the loss that shapes the space; 0 for a batch without two of a label.

    "triplet" holds each item's farthest like nearer than its nearest unlike, by a margin; "contrast"
    pulls all of a label together and away from the rest.

    Raises:
        UnknownSettingError: Nothing is called so.

    Sources: Hermans, Beyer and Leibe 2017, "In Defense of the Triplet Loss for Person
    Re-Identification", equation 5; Khosla et al. 2020, "Supervised Contrastive Learning", equation 2.
    """
    if name == TRIPLET:
        miner = BatchHardMiner(distance=LpDistance())
        hard = TripletMarginLoss(margin=MARGIN, distance=LpDistance(), reducer=MeanReducer())
        return lambda embedding, labels: hard(embedding, labels, miner(embedding, labels))
    if name == CONTRAST:
        contrast: Loss = SupConLoss(temperature=TEMPERATURE, distance=CosineSimilarity())
        return contrast
    raise UnknownSettingError(f"Unknown loss {name!r}; known: {TRIPLET}, {CONTRAST}.")


@dataclass(eq=False)
class StyleSpaceTask:
    """Metric learning on labels and, where the data knows it, on label and style together."""

    network: ResNetEncoder
    material: LabelledPictures
    styles: Indices  # (N,)
    pixels: Pixels
    config: Style512Config

    def __post_init__(self) -> None:
        self._loss = metric_loss(self.config.loss)
        tells = len(np.unique(self.styles)) > len(self.material.names)
        self._style_weight = self.config.style_weight if tells else 0.0
        self._generator = np.random.default_rng(self.config.seed)

    def batches(self, epoch: int) -> list[Indices]:
        """Cut each label's shuffled items into groups, and shuffle the groups into batches."""
        generator = np.random.default_rng([self.config.seed, epoch])
        self._generator = np.random.default_rng([self.config.seed, epoch, 1])
        groups = self._groups(generator)
        order = generator.permutation(len(groups)).tolist()
        at_once = max(2, self.config.batch // self.config.per_label)
        return [
            np.concatenate([groups[at] for at in order[start : start + at_once]])
            for start in range(0, len(order), at_once)
        ]

    def loss(self, batch: Indices) -> Tensor:
        """Shape the space by label and, beside it, by label and style."""
        pixels = flip_half(self.pixels[batch], generator=self._generator)  # (B, S, S, 3)
        on = device_of(self.network)
        embedding = self.network(torch.from_numpy(pixels).to(on))["embedding"].float()  # (B, D)
        total = self._loss(embedding, torch.from_numpy(self.material.labels[batch]).to(on))
        if self._style_weight:
            styles = torch.from_numpy(self.styles[batch]).to(on)
            total = total + self._style_weight * self._loss(embedding, styles)
        return total

    def validate(self) -> dict[str, float]:
        """How many of the five nearest held-out items share the label, and label and style."""
        held = np.flatnonzero(self.material.held)
        vectors = network_outputs(self.network, self.pixels[held])  # (H, D)
        count = min(NEIGHBOURS, len(held) - 1)
        ranked = nearest_neighbours(vectors, count=count)
        figures = {"label_p5": precision(ranked, self.material.labels[held].tolist(), count=count)}
        if self._style_weight:
            figures["style_p5"] = precision(ranked, self.styles[held].tolist(), count=count)
        return figures

    def _groups(self, generator: np.random.Generator) -> list[Indices]:
        groups = []
        learnt = self.material.learnt
        for label in range(len(self.material.names)):
            members = generator.permutation(learnt[self.material.labels[learnt] == label])
            starts = range(0, len(members), self.config.per_label)
            groups += [members[at : at + self.config.per_label] for at in starts]
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


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by neighbours of the same label."""
    config = with_overrides(Style512Config(), run.overrides)
    material = labelled_pictures(run.collections, config)
    torch.manual_seed(config.seed)
    network = ResNetEncoder(architecture=config.architecture, width=config.width)
    start_from(network.trunk.body, run.backbone or IMAGENET, architecture=config.architecture)
    task = StyleSpaceTask(
        network,
        material=material,
        styles=styles_of(material.items, style=config.style),
        pixels=pixels_of(material.items, config, cache=run.work),
        config=config,
    )
    history = run.fit(task, config=config, name=NAME, score="label_p5")
    card = resnet_card(run, config, name=NAME, purpose=Purpose.VISUAL)
    card = replace(
        card,
        options={**card.options, "width": config.width},
        dimension=config.width,
        parts={"shape": config.width},
        weights={"shape": 1.0},
        metrics={"held_out": history.best},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    return save_network(network, run.out, card, examples=pixel_examples(config.side_px))
