"""The recipes of `resnet50` and `resnet18`: ImageNet's weights as they are, wrapped and measured."""

from dataclasses import asdict, dataclass, replace

import torch

from workers.checkpoints import PIXELS, Card, Purpose
from workers.evaluation.metrics import precision, top_ranked
from workers.export import save_network
from workers.networks.pretrained import IMAGENET, NONE, start_from
from workers.networks.resnet import RESIZE_PX, SIDE_PX, ResNetEncoder
from workers.training.pictures import PictureConfig, labelled, looked_at, pixels_of
from workers.training.recipe import Run, configured, data_description, source_commit

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
    return _wrapped(run, name="resnet50")


def train_resnet18(run: Run) -> Card:
    """Wrap ResNet18, 512 numbers; nothing is trained."""
    return _wrapped(run, name="resnet18")


def resnet_card(run: Run, config: ResNetConfig, *, name: str, width: int) -> Card:
    """Write what the cards of all ResNet encoders have in common; `width` 0 has no head."""
    backbone = run.backbone or IMAGENET
    return Card(
        name=name,
        version=run.version,
        purpose=Purpose.VISUAL,
        network=name,
        options={"architecture": config.architecture, **({"width": width} if width else {})},
        reads=PIXELS,
        dimension=0,
        preprocessing=config.preprocessing,
        data=data_description(run.collections),
        training={**asdict(config), "backbone": backbone},
        seed=config.seed,
        commit=source_commit(),
        licence=LICENCES.get(backbone, IMAGENET_LICENCE),
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )


def _wrapped(run: Run, *, name: str) -> Card:
    start = ResNetConfig(architecture=name, most_items=1000)
    config = configured(start, run.overrides)
    torch.manual_seed(config.seed)
    network = ResNetEncoder(architecture=config.architecture)
    start_from(network.trunk.body, run.backbone or IMAGENET, architecture=config.architecture)
    card = replace(
        resnet_card(run, config, name=name, width=0),
        dimension=network.dimension,
        parts={"shape": network.dimension},
        weights={"shape": 1.0},
        metrics={"retrieval": _measured(network, run, config)},
    )
    example = torch.zeros(2, config.side_px, config.side_px, 3, dtype=torch.uint8)
    return save_network(network.cpu(), run.out, card, examples={"pixels": example})


def _measured(network: ResNetEncoder, run: Run, config: ResNetConfig) -> dict[str, float]:
    """Count neighbours of the same label among at most `most_items` items."""
    found = labelled(run.collections, config)
    pixels = pixels_of(found.items, config, cache=run.work)
    vectors = looked_at(network.to(run.device), pixels)
    count = min(NEIGHBOURS, len(vectors) - 1)
    ranked = top_ranked(vectors, count=count)
    labels = [item.label for item in found.items]
    return {"label_p5": precision(ranked, labels, count=count), "items": float(len(labels))}
