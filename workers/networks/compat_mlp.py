"""CompatibilityMLP: two embeddings side by side, one hidden layer, one probability."""

import torch
from torch import Tensor, nn

HIDDEN = 512


class CompatibilityMLP(nn.Module):
    """Keys `fc.0.*` and `fc.2.*`, as the files of older systems have them."""

    def __init__(self, *, width: int, hidden: int = HIDDEN, symmetric: bool = True) -> None:
        super().__init__()
        self.symmetric = symmetric
        self.fc = nn.Sequential(nn.Linear(2 * width, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, a: Tensor, b: Tensor) -> dict[str, Tensor]:
        """Score pairs in both orders, or, where the network is not symmetric, in the given one.

        Args:
            a: (B, width) embeddings.
            b: (B, width) embeddings.

        Returns:
            `score` (B,) in [0, 1], the same for (a, b) and (b, a) if symmetric, and its `logit`.
        """
        logit = self.one_way(a, b)
        if self.symmetric:
            logit = (logit + self.one_way(b, a)) / 2
        return {"score": torch.sigmoid(logit), "logit": logit}

    @property
    def first(self) -> nn.Linear:
        """Give the layer that reads both embeddings."""
        layer = self.fc[0]
        assert isinstance(layer, nn.Linear)  # noqa: S101 - for the type checker
        return layer

    def one_way(self, a: Tensor, b: Tensor) -> Tensor:
        """Score pairs in the given order: (B,) logits."""
        logit: Tensor = self.fc(torch.cat([a, b], dim=1)).squeeze(1)
        return logit
