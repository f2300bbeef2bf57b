"""What a garment looks like: its shape from a grey picture, its colours from a histogram, its category.

Shape is read from luminance alone, so the same cut in another colour is near by construction, and
it is read per cell of a grid, so a long sleeve is not a short one with the same texture.
"""

from typing import TypedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

from workers.networks.colour import ColourHistogram
from workers.networks.mobilenet_v2 import MobileNetV2

LAST_BLOCK = 16  # later ones know ImageNet's classes better and garments worse (docs/models.md)
BLOCK_CHANNELS = 160
SIDE_PX = 192
MAP_SIDE = 6  # of the last block, 192 / 32
GRID = 3  # cells per side
LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601


class Seen(TypedDict):
    """What the network gives per picture, batch first."""

    embedding: Tensor
    features: Tensor
    category_logits: Tensor


class VisualNetwork(nn.Module):
    """Pixels to an embedding of two unit parts, features for other heads, and category logits."""

    luminance: Tensor

    def __init__(self, *, categories: int, shape: int = 256, colours: int = 64) -> None:
        super().__init__()
        self.features = MobileNetV2().features[: LAST_BLOCK + 1]
        self.shape = nn.Linear(BLOCK_CHANNELS * GRID * GRID, shape)
        self.colour = ColourHistogram(count=colours)
        self.category = nn.Linear(shape, categories)
        self.register_buffer("luminance", torch.tensor(LUMINANCE), persistent=False)

    def forward(self, pixels: Tensor) -> Seen:
        """Look at a batch.

        Args:
            pixels: (B, 192, 192, 3) uint8 RGB, as `workers.images.batch` gives it.

        Returns:
            `embedding` (B, shape + colours), each part of unit norm; `features` (B, 1440 + shape +
            colours), the grid of unit norm, then the embedding; `category_logits` (B, categories).
        """
        rgb = pixels.permute(0, 3, 1, 2).float() / 255  # (B, 3, 192, 192)
        grid = cells(self.maps(rgb))  # (B, 1440)
        shape = self.shape(grid)  # (B, shape)
        colour = self.colour(rgb)  # (B, colours)
        embedding = torch.cat([unit(shape), colour], dim=1)
        return {
            "embedding": embedding,
            "features": torch.cat([grid, embedding], dim=1),
            "category_logits": self.category(shape),
        }

    def maps(self, rgb: Tensor) -> Tensor:
        """Run the backbone on luminance: (B, 3, 192, 192) in [0, 1] to (B, 160, 6, 6)."""
        grey = (rgb * self.luminance[:, None, None]).sum(dim=1, keepdim=True)  # (B, 1, H, W)
        maps: Tensor = self.features((grey * 2 - 1).expand(-1, 3, -1, -1))
        return maps


def cells(maps: Tensor) -> Tensor:
    """Average (B, 160, 6, 6) over the cells of the grid: (B, 1440) of unit norm."""
    return unit(functional.avg_pool2d(maps, MAP_SIDE // GRID).flatten(1))


def unit(vectors: Tensor) -> Tensor:
    """Scale (B, D) to unit norm along D."""
    return functional.normalize(vectors, dim=1)


def build(*, categories: int, shape: int = 256, colours: int = 64) -> VisualNetwork:
    """Build the network for a checkpoint's options."""
    return VisualNetwork(categories=categories, shape=shape, colours=colours)
