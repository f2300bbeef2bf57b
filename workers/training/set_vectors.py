"""What a style encoder says of every item: as it serves, and as if it had never met the item."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workers.checkpoints import Card, load_card
from workers.networks.registry import load_network
from workers.networks.style_fabric import FabricStyle
from workers.training.described import described_items
from workers.training.features import seen_items
from workers.training.recipe import Run

AT_ONCE = 512


@dataclass(frozen=True)
class StyleVectors:
    """Per item, in the collections' order: `known` and `fresh`, both (N, D).

    A memory knows the looks that it was learnt from by heart, so the vectors of their products agree
    better than those of any new arrival will. Whoever learns from `known` alone trusts them too much.
    `fresh` are without the memory; of an encoder that has none they are the same.
    """

    card: Card
    known: Tensor
    fresh: Tensor


def style_vectors(run: Run, encoder: Path) -> StyleVectors:
    """Embed the items of all collections; what is slow is cached beside the checkpoint."""
    card = load_card(encoder)
    if not card.options.get("remembered"):
        seen = seen_items(run.collections, visual=encoder, cache=run.work)
        vectors = torch.from_numpy(seen.embedding)
        return StyleVectors(card, vectors, vectors)
    network, _ = load_network(encoder)
    assert isinstance(network, FabricStyle)  # noqa: S101 - no other network has a memory
    described = described_items(run.collections, network.fabric, cache=run.work, device=run.device)
    network.cpu()
    known = of_described(network, described)
    return StyleVectors(card, known, of_described(forgetful(network), described))


def of_described(network: FabricStyle, described: NDArray[np.float32]) -> Tensor:
    """Embed many descriptions, some at a time: (N, WIDTH) to (N, D)."""
    starts = range(0, len(described), AT_ONCE)
    with torch.inference_mode():
        parts = [
            network.of_described(torch.from_numpy(described[at : at + AT_ONCE])) for at in starts
        ]
    return torch.cat(parts).clone()


def forgetful(network: FabricStyle) -> FabricStyle:
    """Empty a network's memory in place, so that every item is a new arrival."""
    network.style.keys = network.style.keys[:0]
    return network
