"""How much of each colour a garment has: eight bins per channel, the ground left out."""

import torch
from torch import Tensor, nn

from workers.networks.colour import RGB_TO_XYZ, garment_weight, to_lab

BINS = 8  # per channel
COLOURS = 3 * BINS
STEP_PX = 6  # colours need no detail: every sixth pixel of every sixth row is counted


class RGBHistogram(nn.Module):
    """Pixels to 24 numbers, each channel's eight adding up to 1."""

    matrix: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("matrix", torch.tensor(RGB_TO_XYZ), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Count the garment's colours: (B, H, W, 3) uint8 to (B, 24)."""
        few = pixels[:, STEP_PX // 2 :: STEP_PX, STEP_PX // 2 :: STEP_PX].to(torch.int32)
        lab = to_lab(few.permute(0, 3, 1, 2).float() / 255, self.matrix)
        weight = garment_weight(lab)[:, :, :, None, None]  # (B, h, w, 1, 1)
        number = torch.div(few, 256 // BINS, rounding_mode="floor").unsqueeze(-1)  # (B, h, w, 3, 1)
        member = (number == torch.arange(BINS, device=few.device)).to(weight)  # (B, h, w, 3, 8)
        counts = (member * weight).sum(dim=(1, 2))  # (B, 3, 8)
        return (counts / counts.sum(dim=2, keepdim=True)).flatten(1)
