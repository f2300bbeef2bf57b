"""What goes with what: one vector per garment, near those it is worn with."""

import torch
from torch import Tensor, nn

from workers.networks.visual import unit

TEMPERATURE = 0.1  # at the start; learnt, kept in [0.03, 1]


class StyleNetwork(nn.Module):
    """One shared multilayer perceptron; symmetric, so "goes with" is an inner product."""

    def __init__(self, *, features: int, hidden: int = 512, width: int = 128) -> None:
        super().__init__()
        self.head = nn.Sequential(
            nn.Linear(features, hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, width)
        )
        self.log_temperature = nn.Parameter(torch.tensor(TEMPERATURE).log())

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Embed (B, features) as `embedding`, (B, width) of unit norm."""
        return {"embedding": unit(self.head(features))}


def build(*, features: int, hidden: int = 512, width: int = 128) -> StyleNetwork:
    """Build the network for a checkpoint's options."""
    return StyleNetwork(features=features, hidden=hidden, width=width)
