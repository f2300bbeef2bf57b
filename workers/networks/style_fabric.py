"""What goes with what, from the fabric: one vector per garment, near those it is worn with."""

import torch
from torch import Tensor, nn

from workers.networks.fabric import COLOURS, GROUPS, WIDTH, Fabric
from workers.networks.visual import unit

TEMPERATURE = 0.1  # at the start; learnt, kept in [0.03, 1]
# A picture recalls a product it is this alike to (cosine of whitened descriptions); the product's own
# picture scores 1, one saved again at half the quality 0.99, the nearest other garment mostly below 0.9.
KNOWN_FROM, KNOWN_WITHIN = 0.94, 0.01
STRIDE = 10.0  # a step of the optimiser moves a memory this much farther than a shared weight


class StyleHead(nn.Module):
    """Descriptions to style vectors: a few perceptrons, and a memory of the products learnt from.

    What a look says about a product of a catalogue is worth more than what its fabric says, but a new
    product has no look. So each product learnt from leaves a vector of its own in the memory, under its
    description; its picture finds it again, and a picture that finds nothing relies on the perceptrons.
    The members learn apart and stand side by side, so an inner product is the mean of theirs.
    """

    centre: Tensor
    keys: Tensor

    def __init__(
        self, *, reduced: int, hidden: int, width: int, members: int = 1, remembered: int = 0
    ) -> None:
        super().__init__()
        self.members = members
        self.register_buffer("centre", torch.zeros(WIDTH))
        self.reduce = nn.Linear(WIDTH, reduced, bias=False).requires_grad_(requires_grad=False)
        self.heads = nn.ModuleList(
            perceptron(reduced, hidden, width // members) for _ in range(members)
        )
        self.register_buffer("keys", torch.zeros(remembered, reduced))
        self.memory = nn.Parameter(torch.zeros(remembered, width))
        self.log_temperature = nn.Parameter(torch.tensor(TEMPERATURE).log())

    def forward(self, described: Tensor) -> Tensor:
        """Embed descriptions: (B, WIDTH) to (B, width) of unit norm."""
        reduced: Tensor = self.reduce(described - self.centre)
        own = self.recall(reduced) if len(self.keys) else torch.zeros(())
        return self.join_members(self.embed_by_member(reduced, own))

    def recall(self, reduced: Tensor) -> Tensor:
        """Look products up: (B, reduced) to (B, width), zero where nothing is alike."""
        alike = (unit(reduced) @ self.keys.T - KNOWN_FROM) / KNOWN_WITHIN  # (B, M)
        nobody = torch.zeros_like(alike[:, :1])
        shares = torch.softmax(torch.cat([nobody, alike], dim=1), dim=1)[:, 1:]
        recalled: Tensor = shares @ self.memory
        return recalled

    def embed_by_member(self, reduced: Tensor, own: Tensor) -> list[Tensor]:
        """Embed by each member.

        Args:
            reduced: (B, reduced) whitened descriptions.
            own: (B, width) what the memory says, 0 where nothing; or a single 0.

        Returns:
            Per member (B, width / members) of unit norm.
        """
        said = torch.cat([head(reduced) for head in self.heads], dim=1) + own * STRIDE
        return [unit(part) for part in said.chunk(self.members, dim=1)]

    def join_members(self, parts: list[Tensor]) -> Tensor:
        """Put members side by side: one vector of unit norm."""
        vector: Tensor = torch.cat(parts, dim=1) / self.members**0.5
        return vector


class FabricStyle(nn.Module):
    """Pixels to style vectors, on a backbone of its own: the shape encoder's sees no colours."""

    def __init__(self, *, has_colours: bool = False, **head: int) -> None:
        super().__init__()
        self.has_colours = has_colours
        self.fabric = Fabric()
        self.style = StyleHead(**head)

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed pictures.

        Args:
            pixels: (B, 192, 192, 3) uint8 RGB.

        Returns:
            `embedding` (B, width), and 64 colours behind it where they are a part; each of unit norm.
        """
        return {"embedding": self.embed_description(self.fabric(pixels))}

    def embed_description(self, described: Tensor) -> Tensor:
        """Embed descriptions: (B, WIDTH) to what `forward` gives of their pictures."""
        learnt: Tensor = self.style(described)
        if self.has_colours:
            colours = described[:, GROUPS[0] - COLOURS : GROUPS[0]]
            learnt = torch.cat([learnt, colours], dim=1)
        return learnt


def perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """One hidden layer, much dropout: looks are few."""
    return nn.Sequential(
        nn.Dropout(0.1),
        nn.Linear(inputs, hidden),
        nn.GELU(),
        nn.Dropout(0.5),
        nn.Linear(hidden, outputs),
    )
