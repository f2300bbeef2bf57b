"""The recipes of `resnet50` and `resnet18`: ImageNet's weights as they are, wrapped and measured."""

from dataclasses import asdict, dataclass, replace

import torch

from workers.checkpoints import PIXELS, Card, Purpose
from workers.evaluation.metrics import nearest_neighbours, precision
from workers.export import pixel_examples, save_network
from workers.networks.pretrained import IMAGENET, NONE, start_from
from workers.networks.resnet import RESIZE_PX, SIDE_PX, ResNetEncoder
from workers.training.config import with_overrides
from workers.training.pictures import (
    PictureConfig,
    labelled_pictures,
    network_outputs,
    pixels_of,
)
from workers.training.run import Run

NEIGHBOURS = 5
INTENDED_USE = "Finding products that look alike, by the cosine of ImageNet's features."
LIMITS = "Has never been taught fashion."
LICENCES = {NONE: "Apache-2.0"}  # random weights are ours
IMAGENET_LICENCE = (
    "BSD-3-Clause (torchvision); trained on ImageNet, whose terms allow research alone"
)


@dataclass(frozen=True)
class ResNetConfig(PictureConfig):
    """What decides a checkpoint that starts from ImageNet; `architecture` is "tiny" in tests."""

    architecture: str = "resnet50"
    side_px: int = SIDE_PX
    resize_px: int = RESIZE_PX


def train_resnet50(run: Run) -> Card:
    """Wrap ResNet50, 2048 numbers; nothing is trained."""
    return _wrap(run, name="resnet50")


def train_resnet18(run: Run) -> Card:
    """Wrap ResNet18, 512 numbers; nothing is trained."""
    return _wrap(run, name="resnet18")


def resnet_card(run: Run, config: ResNetConfig, *, name: str, purpose: Purpose) -> Card:
    """Write what the cards of all ResNets have in common; what they give is the recipe's to say."""
    backbone = run.backbone or IMAGENET
    return replace(
        run.card(config, name=name, purpose=purpose),
        options={"architecture": config.architecture},
        reads=PIXELS,
        preprocessing=config.preprocessing,
        training={**asdict(config), "backbone": backbone},
        licence=LICENCES.get(backbone, IMAGENET_LICENCE),
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )


def _wrap(run: Run, *, name: str) -> Card:
    start = ResNetConfig(architecture=name, most_items=1000)
    config = with_overrides(start, run.overrides)
    torch.manual_seed(config.seed)
    network = ResNetEncoder(architecture=config.architecture)
    start_from(network.trunk.body, run.backbone or IMAGENET, architecture=config.architecture)
    card = replace(
        resnet_card(run, config, name=name, purpose=Purpose.VISUAL),
        dimension=network.dimension,
        parts={"shape": network.dimension},
        weights={"shape": 1.0},
        metrics={"retrieval": _neighbour_figures(network, run, config)},
    )
    return save_network(network.cpu(), run.out, card, examples=pixel_examples(config.side_px))


def _neighbour_figures(network: ResNetEncoder, run: Run, config: ResNetConfig) -> dict[str, float]:
    """Count neighbours of the same label among at most `most_items` items."""
    items = labelled_pictures(run.collections, config).items
    pixels = pixels_of(items, config, cache=run.work)
    vectors = network_outputs(network.to(run.device), pixels)  # (N, D)
    count = min(NEIGHBOURS, len(vectors) - 1)
    ranked = nearest_neighbours(vectors, count=count)  # (N, count)
    labels = [item.label for item in items]
    return {"label_p5": precision(ranked, labels, count=count), "items": float(len(labels))}
