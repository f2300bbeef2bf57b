"""What goes with what: one vector per garment, near those it is worn with."""

import torch
from torch import Tensor, nn

from workers.networks.visual import unit

TEMPERATURE = 0.1  # at the start; learnt, kept in [0.03, 1]


class StyleNetwork(nn.Module):
    """One shared multilayer perceptron beside the colours; symmetric, so it is an inner product.

    The colours pass by the perceptron: on looks of another world than it learnt from, what it adds
    is worth little and shared colours are worth most (docs/models.md).
    """

    def __init__(self, *, used: int, colours: int, hidden: int = 512, width: int = 128) -> None:
        super().__init__()
        self.used, self.colours = used, colours
        self.head = nn.Sequential(
            nn.Linear(used, hidden), nn.ReLU(), nn.Dropout(0.5), nn.Linear(hidden, width - colours)
        )
        self.log_temperature = nn.Parameter(torch.tensor(TEMPERATURE).log())

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Embed garments.

        Args:
            features: (B, F ≥ used), of which the last `used` are read; the last `colours` of them
                are a unit vector of colours.

        Returns:
            `embedding` (B, width) of unit norm, what was learnt and the colours in equal parts.
        """
        learnt = unit(self.head(features[:, -self.used :]))
        return {"embedding": unit(torch.cat([learnt, features[:, -self.colours :]], dim=1))}


def build(*, used: int, colours: int, hidden: int = 512, width: int = 128) -> StyleNetwork:
    """Build the network for a checkpoint's options."""
    return StyleNetwork(used=used, colours=colours, hidden=hidden, width=width)
