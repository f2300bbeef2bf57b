"""The plain CNN of the first systems: three convolutions and an average, 128 numbers."""

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH = 128


class NaiveCNN(nn.Module):
    """Pixels to 128 numbers; with categories also to their logits, which it is trained by."""

    def __init__(self, *, categories: int = 0) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_block(3, 32), nn.MaxPool2d(2), *_block(32, 64), nn.MaxPool2d(2), *_block(64, WIDTH)
        )
        self.average = nn.AdaptiveAvgPool2d(1)
        self.category = nn.Linear(WIDTH, categories) if categories else None

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed pictures.

        Args:
            pixels: (B, 128, 128, 3) uint8 RGB; any side will do.

        Returns:
            `embedding` (B, 128) of unit norm and, with categories, `category_logits` (B, categories).
        """
        seen = self.average(self.features(in_unit_range(pixels))).flatten(1)  # (B, 128)
        out = {"embedding": functional.normalize(seen, dim=1)}
        if self.category is not None:
            out["category_logits"] = self.category(seen)
        return out


def in_unit_range(pixels: Tensor) -> Tensor:
    """Turn (B, H, W, 3) uint8 into (B, 3, H, W) in [0, 1]."""
    return pixels.permute(0, 3, 1, 2).to(torch.float32) / 255


def _block(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()
