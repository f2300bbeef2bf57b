"""The scorers there are, by name: of pairs of embeddings, and of whole sets; a score in [0, 1] out."""

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
SET_SCORERS: dict[str, str] = {
    "set-scorer": "workers.networks.set_transformer:build",
}


class ScorerNetwork(Protocol):
    """A network of two equally long batches that returns `score`, (B,) in [0, 1], symmetric."""

    def __call__(self, a: Tensor, b: Tensor) -> dict[str, Tensor]: ...


class SetScorerNetwork(Protocol):
    """A network of padded sets (B, K, D) and their slots (B, K) that returns `score`, (B,) in [0, 1]."""

    def __call__(self, vectors: Tensor, slots: Tensor) -> dict[str, Tensor]: ...


def build_scorer(name: str, *, options: dict[str, Any]) -> nn.Module:
    """Build a registered scorer, of pairs or of sets, with fresh weights."""
    return look_up(SCORERS | SET_SCORERS, name)(**options)


def load_scorer(folder: Path) -> tuple[nn.Module, Card]:
    """Load a checkpoint's network in evaluation mode, hashes, keys and shapes checked."""
    return load_network(folder, registry=SCORERS | SET_SCORERS)
