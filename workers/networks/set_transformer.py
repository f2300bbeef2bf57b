"""Whole outfits: a small transformer over a set of style vectors, one score for the set."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

NOTHING, UNKNOWN = 0, 1  # numbers of a padded place and of a garment of no known slot
FIRST_SLOT = 2
SCALE = 10.0  # of the mean of pairs in the logit, at the start; cosines are small
LONG_AGO = -1e9  # a logit that leaves a place no share of the attention


class SetTransformer(nn.Module):
    """Items as tokens without an order, and a token of the outfit that reads them.

    The logit is the mean of the pairs' inner products, scaled, plus what the transformer adds, which is
    nothing before it learns: so a set scorer starts as the baseline that it must beat.

    Source: Sarkar et al. 2023, "OutfitTransformer: Learning Outfit Representations for Fashion
    Recommendation", section 3.1, on stored vectors instead of pictures and texts.
    """

    weights: Tensor

    def __init__(
        self,
        *,
        width: int,
        slots: Sequence[str],
        model: int = 64,
        heads: int = 4,
        layers: int = 2,
        dropout: float = 0.3,
        with_pairs: bool = True,
    ) -> None:
        super().__init__()
        self.register_buffer("weights", torch.ones(width))
        self.project = nn.Linear(width, model)
        self.slot = nn.Embedding(FIRST_SLOT + len(slots), model)
        self.outfit = nn.Parameter(torch.randn(model) * model**-0.5)
        self.blocks = nn.ModuleList(_Block(model, heads, dropout) for _ in range(layers))
        last = nn.Linear(model, 1)
        self.judge = nn.Sequential(nn.LayerNorm(model), nn.Dropout(dropout), last)
        self.scale = nn.Parameter(torch.tensor(SCALE if with_pairs else 0.0))
        self.scale.requires_grad_(with_pairs)
        if with_pairs:
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, vectors: Tensor, slots: Tensor) -> dict[str, Tensor]:
        """Score sets of items, in whatever order they come.

        Args:
            vectors: (B, K, width) style vectors, anything where nothing is.
            slots: (B, K) int64, each item's slot: 0 for a padded place, 1 for an unknown slot, 2 and
                more for those of the checkpoint's card.

        Returns:
            `score` (B,) in [0, 1] and its `logit`; padding and order change neither.
        """
        there = slots != NOTHING
        present = vectors * there[:, :, None]
        tokens = self.project(present * vectors.shape[2] ** 0.5) + self.slot(slots)  # (B, K, model)
        outfit = self.outfit.expand(tokens.shape[0], 1, -1)
        tokens = torch.cat([outfit, tokens], dim=1)  # (B, 1 + K, model)
        visible = torch.cat([torch.ones_like(there[:, :1]), there], dim=1)
        closed = torch.where(visible, 0.0, LONG_AGO)[:, None, None, :]
        for block in self.blocks:
            tokens = block(tokens, closed)
        logit = self.judge(tokens[:, 0]).squeeze(1)
        logit = logit + self.scale * mean_of_pairs(present, there, self.weights)
        return {"score": torch.sigmoid(logit), "logit": logit}


def mean_of_pairs(vectors: Tensor, there: Tensor, weights: Tensor) -> Tensor:
    """Average the weighted inner products of all pairs of each set.

    Args:
        vectors: (B, K, D), 0 where nothing is.
        there: (B, K) bool.
        weights: (D,) of the entries.

    Returns:
        (B,); 0 for a set of one.
    """
    together = vectors.sum(dim=1)  # (B, D)
    twice = (together**2 * weights).sum(dim=1) - (vectors**2 * weights).sum(dim=(1, 2))
    count = there.sum(dim=1)
    mean: Tensor = twice / (count * (count - 1)).clamp(min=1)
    return mean


class _Block(nn.Module):
    """Attention and a perceptron, each behind a norm and around a short cut."""

    def __init__(self, model: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(model), nn.LayerNorm(model)
        self.ask = nn.Linear(model, 3 * model)
        self.tell = nn.Linear(model, model)
        self.think = nn.Sequential(
            nn.Linear(model, 2 * model),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(2 * model, model),
        )
        self.drop = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, closed: Tensor) -> Tensor:
        """Let tokens attend to each other: (B, T, model), closed (B, 1, 1, T) to (B, T, model)."""
        tokens = tokens + self.drop(self._attend(self.before(tokens), closed))
        mixed: Tensor = tokens + self.drop(self.think(self.between(tokens)))
        return mixed

    def _attend(self, tokens: Tensor, closed: Tensor) -> Tensor:
        batch, count, model = tokens.shape
        parts = self.ask(tokens).reshape(batch, count, 3, self.heads, model // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, heads, T, d)
        alike = query @ key.transpose(2, 3) / (model // self.heads) ** 0.5 + closed
        seen = torch.softmax(alike, dim=3) @ value  # (B, heads, T, d)
        heads: Tensor = self.tell(seen.transpose(1, 2).reshape(batch, count, model))
        return heads
