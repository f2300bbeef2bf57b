"""A miniature of the visual network that walks the same path in milliseconds; for tests."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from workers.networks.colour import ColourHistogram
from workers.networks.visual import unit


class TinyNetwork(nn.Module):
    """One convolution and a colour histogram."""

    def __init__(self, *, categories: int, shape: int = 8, colours: int = 8) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, shape, 3, stride=2, padding=1)
        self.colour = ColourHistogram(count=colours)
        self.category = nn.Linear(shape, categories)

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed (B, H, W, 3) uint8 pictures; the same outputs as the visual network."""
        rgb = pixels.permute(0, 3, 1, 2).float() / 255  # (B, 3, H, W)
        shape = functional.relu(self.convolution(rgb)).amax(dim=(2, 3)) + 0.01  # (B, shape)
        colour = self.colour(rgb)
        embedding = torch.cat([unit(shape), colour], dim=1)
        return {
            "embedding": embedding,
            "features": torch.cat([shape, embedding], dim=1),
            "category_logits": self.category(shape),
        }
