"""What a garment looks like: its shape from a grey picture, its colours, its category.

Shape is read from luminance alone, so the same cut in another colour is near by construction, and
it is read per cell of a grid, so a long sleeve is not a short one with the same texture.
"""

from typing import TypedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

from workers.networks.colour import ColourWaves
from workers.networks.kernel import Waves
from workers.networks.mobilenet_v2 import (
    BATCH_NORM_EPSILON,
    WIDTH,
    MobileNetV2,
    absorb_norms,
)

SHAPE_BLOCK = 16  # shape is read after it; later ones know categories better and cuts worse
BLOCK_CHANNELS = 160
SIDE_PX = 256
MAP_SIDE = 8  # after that block, 256 / 32
CELL_CHANNELS = 32  # kept of the block's channels
CELLS = CELL_CHANNELS * MAP_SIDE**2
LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601
EPSILON = 2.0**-10  # of the norms, whose scales the convolutions have absorbed
SPREAD = 0.45  # of the Gaussian of shape (docs/experiments.md)


class Seen(TypedDict):
    """What the network gives per picture, batch first."""

    embedding: Tensor
    features: Tensor
    category_logits: Tensor


class VisualNetwork(nn.Module):
    """Pixels to an embedding of two unit parts, features for other heads, and category logits."""

    luminance: Tensor

    def __init__(
        self, *, categories: int, shape: int = 256, waves: int = 256, colours: int = 64
    ) -> None:
        super().__init__()
        self.features = MobileNetV2().features
        absorb_norms(self.features, epsilon=EPSILON)
        self.reduce = nn.Conv2d(BLOCK_CHANNELS, CELL_CHANNELS, 1)
        self.shape = nn.Linear(CELLS, shape)
        self.waves = Waves(inputs=shape, count=waves, spread=SPREAD)
        self.colour = ColourWaves(count=colours)
        self.category = nn.Linear(WIDTH, categories)
        self.register_buffer("luminance", torch.tensor(LUMINANCE), persistent=False)

    def forward(self, pixels: Tensor) -> Seen:
        """Embed a batch of pictures.

        Args:
            pixels: (B, 256, 256, 3) uint8 RGB, as `workers.images.batch` gives it.

        Returns:
            `embedding` (B, 2 waves + colours), each part of unit norm; `features` (B, 1280 + shape +
            colours): what the category is read from, the shape without its waves, the colours, each
            of unit norm; `category_logits` (B, categories).
        """
        rgb = pixels.permute(0, 3, 1, 2).float() / 255  # (B, 3, 256, 256)
        maps = self.maps(rgb)  # (B, 160, 8, 8)
        last = torch.mean(self.features[SHAPE_BLOCK + 1 :](maps), dim=(2, 3))  # (B, 1280)
        shape = unit(self.shape(self.cells(maps)))  # (B, shape)
        colour = self.colour(rgb)  # (B, colours)
        return {
            "embedding": torch.cat([self.waves(shape), colour], dim=1),
            "features": torch.cat([unit(last), shape, colour], dim=1),
            "category_logits": self.category(last),
        }

    def start_from(self, backbone: MobileNetV2) -> None:
        """Take over a backbone's weights and norms as they are, to be trained."""
        for norm in (m for m in self.features.modules() if isinstance(m, nn.BatchNorm2d)):
            norm.eps = BATCH_NORM_EPSILON
        self.features.load_state_dict(backbone.features.state_dict())

    def absorb(self) -> None:
        """Move the norms into the convolutions, as a saved network has them."""
        absorb_norms(self.features, epsilon=EPSILON)

    def maps(self, rgb: Tensor) -> Tensor:
        """Run the backbone on luminance up to the shape: (B, 3, S, S) in [0, 1] to (B, 160, S/32, S/32)."""
        maps: Tensor = self.features[: SHAPE_BLOCK + 1](self.grey(rgb))
        return maps

    def grey(self, rgb: Tensor) -> Tensor:
        """Bring (B, 3, H, W) in [0, 1] to luminance in [-1, 1], three times over."""
        luminance = (rgb * self.luminance[:, None, None]).sum(dim=1, keepdim=True)
        return (luminance * 2 - 1).expand(-1, 3, -1, -1)

    def cells(self, maps: Tensor) -> Tensor:
        """Keep few channels of (B, 160, 8, 8), and where they are: (B, 2048) of unit norm."""
        return unit(self.reduce(maps).flatten(1))


def unit(vectors: Tensor) -> Tensor:
    """Scale (B, D) to unit norm along D."""
    return functional.normalize(vectors, dim=1)
