"""The classifiers there are, by name; pictures in, logits of article types out."""

from pathlib import Path
from typing import Any

from torch import nn

from workers.checkpoints import Card
from workers.registry import load_network, look_up

CLASSIFIERS: dict[str, str] = {
    "classifier": "workers.networks.resnet:build_classifier",
}


def build_classifier(name: str, *, options: dict[str, Any]) -> nn.Module:
    """Build a registered classifier with fresh weights."""
    return look_up(CLASSIFIERS, name)(**options)


def load_classifier(folder: Path) -> tuple[nn.Module, Card]:
    """Load a checkpoint's network in evaluation mode, hashes, keys and shapes checked."""
    return load_network(folder, registry=CLASSIFIERS)
