"""What a garment is made of, in one pass of a frozen backbone over its colours.

Looks are matched by fabric, pattern and palette as much as by cut. Means and deviations of early and
late maps over the garment speak of the former, the last map on a grid of the latter.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from workers.networks.colour import RGB_TO_XYZ, ColourHistogram, garment_weight, to_lab
from workers.networks.mobilenet_v2 import MobileNetV2
from workers.networks.visual import unit

SIDE_PX = 192
READ = {3: 24, 6: 32, 10: 64, 13: 96, 16: 160}  # channels by block: the last of each resolution
POOL_PX = 4  # the garment's outline needs no more detail than the first map that is read
SMALLEST_WEIGHT, SMALLEST_VARIANCE = 1e-3, 1e-6
COLOURS = 64
GRID = 3  # cells per side
# Of what `forward` gives: moments and colours, then the grid. Each tells about half (docs/experiments.md).
GROUPS = (2 * sum(READ.values()) + COLOURS, GRID * GRID * READ[max(READ)])
WIDTH = sum(GROUPS)


class Fabric(nn.Module):
    """Pixels to (B, WIDTH): mean and deviation of every channel read, colours, and the last map's grid."""

    matrix: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.features = MobileNetV2().features[: max(READ) + 1]
        self.colour = ColourHistogram(count=COLOURS)
        self.register_buffer("matrix", torch.tensor(RGB_TO_XYZ), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Describe garments.

        Args:
            pixels: (B, 192, 192, 3) uint8 RGB, as `workers.images.batch` gives it.

        Returns:
            (B, WIDTH), not scaled.
        """
        rgb = pixels.permute(0, 3, 1, 2).float() / 255  # (B, 3, 192, 192)
        lab = to_lab(functional.avg_pool2d(rgb, POOL_PX), self.matrix)
        garment = garment_weight(lab).unsqueeze(1)  # (B, 1, 48, 48)
        maps, read = rgb * 2 - 1, []
        for index, block in enumerate(self.features):
            maps = block(maps)
            if index in READ:
                side = garment.shape[-1] // maps.shape[-1]
                weight = functional.avg_pool2d(garment, side) if side > 1 else garment
                read += moments(maps, weight + SMALLEST_WEIGHT)
        grid = functional.avg_pool2d(maps, maps.shape[-1] // GRID).flatten(1)  # (B, 1440)
        return torch.cat([*read, self.colour(rgb), unit(grid)], dim=1)


def moments(maps: Tensor, weight: Tensor) -> list[Tensor]:
    """Average maps and their deviations where the weight lies.

    Args:
        maps: (B, C, H, W).
        weight: (B, 1, H, W), > 0.

    Returns:
        Mean and standard deviation, (B, C) each.
    """
    share = weight / weight.sum(dim=(2, 3), keepdim=True)
    mean = (maps * share).sum(dim=(2, 3), keepdim=True)  # (B, C, 1, 1)
    variance = ((maps - mean) ** 2 * share).sum(dim=(2, 3))
    return [mean.flatten(1), (variance + SMALLEST_VARIANCE).sqrt()]
