"""The recipe of `style-512`: ResNet50 with a 512-d head, fine-tuned on category and style."""

from dataclasses import dataclass, replace

import torch

from workers.checkpoints import Card
from workers.export import save_network
from workers.networks.pretrained import IMAGENET, start_from
from workers.networks.resnet import STYLE_WIDTH, ResNetEncoder
from workers.training.loop import fit
from workers.training.pictures import labelled, pixels_of
from workers.training.recipe import Run, configured
from workers.training.resnet_recipe import ResNetConfig, resnet_card
from workers.training.style_512 import TRIPLET, Aim, StyleSpaceTask, styles_of

INTENDED_USE = "Finding products of the same kind and style; features for a style head."
LIMITS = "Style is the season, colour or gender that the data names, and no more."


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


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by neighbours of the same label."""
    config = configured(Style512Config(), run.overrides)
    material = labelled(run.collections, config)
    styles = styles_of(material.items, style=config.style)
    torch.manual_seed(config.seed)
    network = ResNetEncoder(architecture=config.architecture, width=config.width)
    start_from(network.trunk.body, run.backbone or IMAGENET, architecture=config.architecture)
    task = StyleSpaceTask(
        network,
        material=material,
        pixels=pixels_of(material.items, config, cache=run.work),
        config=config,
        aim=Aim(config.loss, styles, config.style_weight, config.per_label),
    )
    history = fit(
        task,
        config=config.loop,
        out=run.work / "style-512",
        score="label_p5",
        resume=run.resume,
        device=run.device,
    )
    card = replace(
        resnet_card(run, config, name="style-512", width=config.width),
        dimension=config.width,
        parts={"shape": config.width},
        weights={"shape": 1.0},
        metrics={"held_out": history.best},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    example = torch.zeros(2, config.side_px, config.side_px, 3, dtype=torch.uint8)
    return save_network(network, run.out, card, examples={"pixels": example})
