"""The colours of a garment as one vector, ground left out: waves over Lab, or a soft histogram.

The ground is the colour that most of the border agrees on. Where the border agrees on none (a photo
taken in a room) the middle of the picture stands for the garment.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

POOL_PX = 6  # colours need no detail: 6×6 pixels become one
BORDER_BANDWIDTH = 8.0  # Lab units within which two border pixels are the same ground
GROUND_BANDWIDTH = 9.0  # Lab units from the ground at which a pixel is 39 % garment
CENTRE_DEVIATION = 0.45  # of half the side: how wide the middle is
SMALLEST_SHARE = 0.01  # added centre prior: a white garment on white still has a colour
# Linear sRGB to XYZ under D65, divided by the white point (IEC 61966-2-1).
RGB_TO_XYZ = (
    (0.4338789, 0.3762063, 0.1898883),
    (0.2126390, 0.7151687, 0.0721923),
    (0.0177500, 0.1094404, 0.8728096),
)
SMALLEST_CHROMA = 1e-3  # squared; keeps the quotient finite
# Keeps the slope of the square root finite; of 1e-8 exporters say that it is nothing, and drop it.
SMALLEST_ENTRY = 1e-7
SHARPEST = 40.0  # softmax temperature that picks the densest border colour
WAVE_POOL_PX = 8  # 256 pixels become 32
NEARNESS = 18.0  # Lab units at which two lightnesses are 61 % alike
CHROMA_WEIGHT = 4.0  # next to grey, tint counts as four of lightness: navy is not black
CHROMA_BEND = 0.1  # among strong colours less, by 1 / (1 + 0.1 chroma)


class ColourHistogram(nn.Module):
    """Pixels to a unit vector with one entry per prototype colour."""

    prototypes: Tensor
    matrix: Tensor

    def __init__(self, *, count: int = 64, bandwidth: float = 14.0) -> None:
        super().__init__()
        self.bandwidth = bandwidth
        self.register_buffer("prototypes", spread_prototypes(count))
        self.register_buffer("matrix", torch.tensor(RGB_TO_XYZ), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Describe the garment's colours.

        Args:
            pixels: (B, 3, H, W) sRGB in [0, 1], H and W multiples of 6.

        Returns:
            (B, K), entries ≥ 0, unit norm: square roots of shares, so that the inner product of
            two vectors is the Bhattacharyya coefficient of their histograms.
        """
        small = functional.avg_pool2d(pixels, POOL_PX)  # (B, 3, H/6, W/6)
        lab = to_lab(small, self.matrix)
        weight = garment_weight(lab).flatten(1)  # (B, N)
        points = lab.flatten(2).transpose(1, 2)  # (B, N, 3)
        near = -squared_distances(points, self.prototypes) / (2 * self.bandwidth**2)
        nearness = torch.softmax(near, dim=2)  # (B, N, K)
        histogram = (nearness * weight.unsqueeze(2)).sum(dim=1)  # (B, K)
        shares = histogram / histogram.sum(dim=1, keepdim=True) + SMALLEST_ENTRY
        return torch.sqrt(shares / shares.sum(dim=1, keepdim=True))


class ColourWaves(nn.Module):
    """Pixels to a unit vector whose inner product says how alike the colours of two garments are.

    Every pixel's colour is read by cosine and sine of fixed waves across Lab, then averaged. The
    inner product is the mean Gaussian nearness of the pixels of both (a kernel mean embedding):
    smooth where a histogram has bins, so garments of one colour are left to their shape.

    Source: Rahimi, Recht 2007, "Random Features for Large-Scale Kernel Machines".
    """

    frequencies: Tensor
    matrix: Tensor

    def __init__(self, *, count: int = 64) -> None:
        super().__init__()
        self.register_buffer("frequencies", spread_frequencies(count // 2))
        self.register_buffer("matrix", torch.tensor(RGB_TO_XYZ), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Describe the garment's colours.

        Args:
            pixels: (B, 3, H, W) sRGB in [0, 1], H and W multiples of 8.

        Returns:
            (B, count) of unit norm.
        """
        lab = to_lab(functional.avg_pool2d(pixels, WAVE_POOL_PX), self.matrix)
        weight = garment_weight(lab).flatten(1)  # (B, N)
        shares = weight / weight.sum(dim=1, keepdim=True)
        phases = bent(lab).flatten(2).transpose(1, 2) @ self.frequencies  # (B, N, K)
        waves = torch.cat([torch.cos(phases), torch.sin(phases)], dim=2)
        return functional.normalize((waves * shares.unsqueeze(2)).sum(dim=1), dim=1)


def bent(lab: Tensor) -> Tensor:
    """Draw strong colours together, as eyes do: (B, 3, H, W) Lab to the same with less chroma.

    Source: the chroma term of CIEDE2000 (Sharma, Wu, Dalal 2005), with a constant that measured
    better on clothes.
    """
    lightness, tint = lab[:, :1], lab[:, 1:]
    chroma = (tint**2).sum(dim=1, keepdim=True).clamp(min=SMALLEST_CHROMA).sqrt()
    return torch.cat(
        [lightness, tint * torch.log(1 + CHROMA_BEND * chroma) / (CHROMA_BEND * chroma)], dim=1
    )


def spread_frequencies(count: int) -> Tensor:
    """Choose (3, count) frequencies over Lab, normally distributed but evenly spread."""
    engine = torch.quasirandom.SobolEngine(3, scramble=True, seed=0)  # type: ignore[no-untyped-call]
    even = engine.draw(count)
    normal = torch.erfinv(2 * even.clamp(1e-4, 1 - 1e-4) - 1) * 2**0.5  # (count, 3)
    return normal.T / NEARNESS * torch.tensor([1.0, CHROMA_WEIGHT, CHROMA_WEIGHT])[:, None]


def to_lab(rgb: Tensor, matrix: Tensor) -> Tensor:
    """Convert sRGB to CIE Lab.

    Args:
        rgb: (B, 3, H, W) in [0, 1].
        matrix: (3, 3) linear RGB to white-relative XYZ.

    Returns:
        (B, 3, H, W): L in [0, 100], a and b in about [-110, 110].
    """
    linear = torch.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = functional.conv2d(linear, matrix[:, :, None, None])
    cube_root = torch.where(xyz > 0.008856, (xyz + 1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = cube_root.unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def garment_weight(lab: Tensor) -> Tensor:
    """Say how much each pixel belongs to the garment.

    Args:
        lab: (B, 3, H, W) Lab.

    Returns:
        (B, H, W) in [0, 1.01].
    """
    H, W = lab.shape[2], lab.shape[3]
    border = _border(lab)  # (B, M, 3)
    ground, agreement = _densest(border)  # (B, 3), (B,)
    distance = ((lab - ground[:, :, None, None]) ** 2).sum(dim=1)  # (B, H, W)
    unlike = 1 - torch.exp(-distance / (2 * GROUND_BANDWIDTH**2))
    middle = _centre(H, W).to(lab)
    trust = agreement[:, None, None]
    return unlike * (trust + (1 - trust) * middle) + SMALLEST_SHARE * middle


def squared_distances(points: Tensor, centres: Tensor) -> Tensor:
    """Measure (B, N, 3) points against (K, 3) centres: (B, N, K), squared Euclidean."""
    cross = points @ centres.T
    return (points**2).sum(2, keepdim=True) - 2 * cross + (centres**2).sum(1)


def spread_prototypes(count: int) -> Tensor:
    """Choose (count, 3) Lab colours spread evenly over what a screen shows, black first.

    Each is the colour of a 16³ grid farthest from those chosen before, so a shorter list is the
    beginning of a longer one.
    """
    axis = torch.linspace(0, 1, 16)
    grid = torch.cartesian_prod(axis, axis, axis).T[None, :, :, None]  # (1, 3, 4096, 1)
    colours = to_lab(grid, torch.tensor(RGB_TO_XYZ))[0, :, :, 0].T  # (4096, 3)
    chosen = [colours[0]]
    nearest = ((colours - chosen[0]) ** 2).sum(1)
    while len(chosen) < count:
        chosen.append(colours[int(nearest.argmax())])
        nearest = torch.minimum(nearest, ((colours - chosen[-1]) ** 2).sum(1))
    return torch.stack(chosen)


def _border(lab: Tensor) -> Tensor:
    """Take the pixels of the outermost ring, (B, 3, H, W) to (B, M, 3)."""
    sides = [lab[:, :, 0], lab[:, :, -1], lab[:, :, :, 0], lab[:, :, :, -1]]
    return torch.cat(sides, dim=2).transpose(1, 2)


def _densest(border: Tensor) -> tuple[Tensor, Tensor]:
    """Find the colour most of (B, M, 3) border pixels agree on, and the share that agrees."""
    difference = border.unsqueeze(2) - border.unsqueeze(1)  # (B, M, M, 3)
    alike = torch.exp(-(difference**2).sum(3) / (2 * BORDER_BANDWIDTH**2))
    density = alike.mean(dim=2)  # (B, M)
    peak = torch.softmax(SHARPEST * density, dim=1)
    colour = (peak.unsqueeze(2) * border).sum(dim=1)  # (B, 3)
    return colour, density.amax(dim=1)


def _centre(height: int, width: int) -> Tensor:
    y = torch.linspace(-1, 1, height)[:, None]
    x = torch.linspace(-1, 1, width)[None, :]
    return torch.exp(-(x**2 + y**2) / (2 * CENTRE_DEVIATION**2))
