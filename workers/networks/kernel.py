"""A similarity that is high for the same and low for the merely alike, still an inner product.

Where one ranking asks for two things at once (the same cut first, then the same colour), a sum of
two inner products cannot say both: what is half alike in shape outweighs a difference in colour. A
Gaussian of the shape says less about the half alike and leaves them to the colour.
"""

import torch
from torch import Tensor, nn

SEED = 0  # of the directions; they are kept with the weights


class Waves(nn.Module):
    """Unit vectors to unit vectors whose inner product approximates exp((cosine - 1) / spread).

    Cosine and sine along random orthogonal directions; the error of a pair shrinks with the square
    root of their count.

    Source: Yu et al. 2016, "Orthogonal Random Features".
    """

    directions: Tensor

    def __init__(self, *, inputs: int, count: int, spread: float) -> None:
        super().__init__()
        self.register_buffer("directions", orthogonal(inputs, count=count) / spread**0.5)

    def forward(self, vectors: Tensor) -> Tensor:
        """Map (B, inputs) of unit norm to (B, 2 count) of unit norm."""
        phases = vectors @ self.directions  # (B, count)
        scale = self.directions.shape[1] ** -0.5
        waves: Tensor = torch.cat([torch.cos(phases), torch.sin(phases)], dim=1) * scale
        return waves


def orthogonal(inputs: int, *, count: int) -> Tensor:
    """Draw (inputs, count ≤ inputs) orthogonal directions as long as normal ones would be."""
    generator = torch.Generator().manual_seed(SEED)
    square = torch.randn(inputs, inputs, generator=generator)
    axes: Tensor = torch.linalg.qr(square).Q[:, :count]
    lengths = torch.randn(inputs, count, generator=generator).norm(dim=0)
    directions: Tensor = axes * lengths
    return directions
