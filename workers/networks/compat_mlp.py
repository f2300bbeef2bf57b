"""CompatibilityMLP: two embeddings side by side, one hidden layer, one probability."""

import torch
from torch import Tensor, nn

HIDDEN = 512


class CompatibilityMLP(nn.Module):
    """Keys `fc.0.*` and `fc.2.*`, as the files of older systems have them."""

    def __init__(self, *, width: int, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(2 * width, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, a: Tensor, b: Tensor) -> dict[str, Tensor]:
        """Judge pairs in both orders.

        Args:
            a: (B, width) embeddings.
            b: (B, width) embeddings.

        Returns:
            `score` (B,) in [0, 1], the same for (a, b) and (b, a), and its `logit`.
        """
        logit = (self.one_way(a, b) + self.one_way(b, a)) / 2
        return {"score": torch.sigmoid(logit), "logit": logit}

    def one_way(self, a: Tensor, b: Tensor) -> Tensor:
        """Judge pairs in the given order: (B,) logits."""
        logit: Tensor = self.fc(torch.cat([a, b], dim=1)).squeeze(1)
        return logit


def build(*, width: int, hidden: int = HIDDEN) -> CompatibilityMLP:
    """Build the network for a checkpoint's options."""
    return CompatibilityMLP(width=width, hidden=hidden)
