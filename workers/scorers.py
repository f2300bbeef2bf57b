"""The scorers there are, by name; two embeddings in, how well they go together in [0, 1] out."""

from pathlib import Path
from typing import Any, Protocol

from torch import Tensor, nn

from workers.checkpoints import Card
from workers.registry import load_network, look_up

SCORERS: dict[str, str] = {
    "compat-mlp": "workers.networks.compat_mlp:build",
    "polania": "workers.networks.polania:build_scorer",
    "siamese-hist": "workers.networks.siamese_hist:build_scorer",
}


class ScorerNetwork(Protocol):
    """A network of two equally long batches that returns `score`, (B,) in [0, 1], symmetric."""

    def __call__(self, a: Tensor, b: Tensor) -> dict[str, Tensor]: ...


def build_scorer(name: str, *, options: dict[str, Any]) -> nn.Module:
    """Build a registered scorer with fresh weights."""
    return look_up(SCORERS, name)(**options)


def load_scorer(folder: Path) -> tuple[nn.Module, Card]:
    """Load a checkpoint's network in evaluation mode, hashes, keys and shapes checked."""
    return load_network(folder, registry=SCORERS)
