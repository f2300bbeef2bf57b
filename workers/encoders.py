"""The encoders there are, by name; pictures or another encoder's features in, embeddings out."""

from pathlib import Path
from typing import Any, Protocol

from torch import Tensor, nn

from workers.checkpoints import Card
from workers.registry import load_network, look_up

ENCODERS: dict[str, str] = {
    "visual": "workers.networks.visual:build",
    "style": "workers.networks.style:build",
    "style-fabric": "workers.networks.style_fabric:build",
    "tiny": "workers.networks.tiny:build",
    "polania": "workers.networks.polania:build_encoder",
    "naive-cnn": "workers.networks.naive_cnn:build",
    "siamese-hist": "workers.networks.siamese_hist:build_encoder",
    "resnet50": "workers.networks.resnet:build_resnet50",
    "resnet18": "workers.networks.resnet:build_resnet18",
    "style-512": "workers.networks.resnet:build_style_512",
    "siamese-style": "workers.networks.resnet:build_siamese_style",
}

PUBLIC: dict[str, str] = {  # needs requirements-encoders.txt
    "public": "workers.networks.public:build",
}


class EncoderNetwork(Protocol):
    """A network whose `forward` returns at least `embedding`, (B, D), each part of unit norm."""

    def __call__(self, inputs: Tensor) -> dict[str, Tensor]: ...


def build_encoder(name: str, *, options: dict[str, Any]) -> nn.Module:
    """Build a registered encoder with fresh weights."""
    return look_up(ENCODERS, name)(**options)


def load_encoder(folder: Path) -> tuple[nn.Module, Card]:
    """Load a checkpoint's network in evaluation mode, hashes, keys and shapes checked."""
    return load_network(folder, registry=ENCODERS | PUBLIC)
