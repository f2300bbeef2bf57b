"""What goes with what, from the fabric: one vector per garment, near those it is worn with."""

import torch
from torch import Tensor, nn

from workers.networks.fabric import WIDTH, Fabric
from workers.networks.visual import unit

TEMPERATURE = 0.1  # at the start; learnt, kept in [0.03, 1]
# A picture recalls a product it is this alike to (cosine of whitened descriptions); the product's own
# picture scores 1, one saved again at half the quality 0.99, the nearest other garment mostly below 0.9.
KNOWN_FROM, KNOWN_WITHIN = 0.94, 0.01
STRIDE = 10.0  # a step of the optimiser moves a memory this much farther than a shared weight


class StyleHead(nn.Module):
    """Descriptions to style vectors: a shared perceptron, and a memory of the products learnt from.

    What a look says about a product of a catalogue is worth more than what its fabric says, but a new
    product has no look. So each product learnt from leaves a vector of its own in the memory, under its
    description; its picture finds it again, and a picture that finds nothing relies on the perceptron.
    The inner product is symmetric and serves both.
    """

    centre: Tensor
    keys: Tensor

    def __init__(
        self, *, described: int, reduced: int, hidden: int, width: int, remembered: int = 0
    ) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(described))
        self.reduce = nn.Linear(described, reduced, bias=False).requires_grad_(requires_grad=False)
        self.head = nn.Sequential(
            nn.Dropout(0.1),
            nn.Linear(reduced, hidden),
            nn.GELU(),
            nn.Dropout(0.5),
            nn.Linear(hidden, width),
        )
        self.register_buffer("keys", torch.zeros(remembered, reduced))
        self.memory = nn.Parameter(torch.zeros(remembered, width))
        self.log_temperature = nn.Parameter(torch.tensor(TEMPERATURE).log())

    def forward(self, described: Tensor) -> Tensor:
        """Embed descriptions: (B, described) to (B, width) of unit norm."""
        reduced = self.reduced(described)
        learnt: Tensor = self.head(reduced)
        if len(self.keys):
            learnt = learnt + self.recalled(reduced)
        return unit(learnt)

    def reduced(self, described: Tensor) -> Tensor:
        """Whiten descriptions: (B, described) to (B, reduced), variance about 1."""
        reduced: Tensor = self.reduce(described - self.centre)
        return reduced

    def recalled(self, reduced: Tensor) -> Tensor:
        """Look products up: (B, reduced) to (B, width), zero where nothing is alike."""
        alike = (unit(reduced) @ self.keys.T - KNOWN_FROM) / KNOWN_WITHIN  # (B, M)
        nobody = torch.zeros_like(alike[:, :1])
        shares = torch.softmax(torch.cat([nobody, alike], dim=1), dim=1)[:, 1:]
        return shares @ self.memory * STRIDE

    def learning(self, reduced: Tensor, own: Tensor) -> Tensor:
        """Embed products learnt from: (B, reduced) and (B, width) of their own memory, 0 if forgotten."""
        return unit(self.head(reduced) + own * STRIDE)


class FabricStyle(nn.Module):
    """Pixels to style vectors, on a backbone of its own: the shape encoder's sees no colours."""

    def __init__(self, *, reduced: int, hidden: int, width: int, remembered: int = 0) -> None:
        super().__init__()
        self.fabric = Fabric()
        self.style = StyleHead(
            described=WIDTH, reduced=reduced, hidden=hidden, width=width, remembered=remembered
        )

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed pictures: (B, 192, 192, 3) uint8 RGB to `embedding` (B, width) of unit norm."""
        return {"embedding": self.style(self.fabric(pixels))}


def build(*, reduced: int, hidden: int, width: int, remembered: int = 0) -> FabricStyle:
    """Build the network for a checkpoint's options."""
    return FabricStyle(reduced=reduced, hidden=hidden, width=width, remembered=remembered)
