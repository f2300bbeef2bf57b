"""Two sisters of the plain CNN with colour histograms, merged, and a metric network that scores them.

The encoder makes what both sisters see of a picture storable; the scorer merges two of those and
scores them. Trained as one network, served as two checkpoints.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from workers.networks.histogram import COLOURS, RGBHistogram
from workers.networks.naive_cnn import WIDTH, NaiveCNN

HADAMARD, CONCATENATE = MERGES = ("hadamard", "concatenate")
HIDDEN = 128


class UnknownMergeError(ValueError):
    """A way to merge two pictures that the network does not have."""


class SiameseEncoder(nn.Module):
    """Pixels to [CNN embedding | colour histogram], each of unit norm."""

    def __init__(self) -> None:
        super().__init__()
        self.cnn = NaiveCNN()
        self.histogram = RGBHistogram()

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed (B, H, W, 3) uint8 pictures: `embedding` (B, 128 + 24)."""
        shape = self.cnn(pixels)["embedding"]
        colour = functional.normalize(self.histogram(pixels), dim=1)
        return {"embedding": torch.cat([shape, colour], dim=1)}


class SiameseScorer(nn.Module):
    """Merge two embeddings with their histograms and score them: one hidden layer, one probability.

    Entries of unit vectors of 128 numbers are about 1/11 and their products about 1/128, too small
    for the first layer to learn from; scaled by the root of their number they are about 1.
    """

    scale: Tensor

    def __init__(self, *, merge: str = HADAMARD, hidden: int = HIDDEN) -> None:
        super().__init__()
        if merge not in MERGES:
            raise UnknownMergeError(f"Unknown merge {merge!r}; known: {', '.join(MERGES)}.")
        self.merge = merge
        width = WIDTH + COLOURS
        merged = width if merge == HADAMARD else 2 * width
        scale = torch.cat([torch.full((part,), float(part)).sqrt() for part in (WIDTH, COLOURS)])
        self.register_buffer("scale", scale, persistent=False)
        self.metric = nn.Sequential(nn.Linear(merged, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, a: Tensor, b: Tensor) -> dict[str, Tensor]:
        """Score pairs of (B, 152) embeddings.

        Returns:
            `score` (B,) in [0, 1], the same for (a, b) and (b, a), and its `logit`. Concatenation
            knows an order, so there the logits of both orders are averaged.
        """
        logit = self.metric(self.merge_pair(a, b)).squeeze(1)
        if self.merge == CONCATENATE:
            logit = (logit + self.metric(self.merge_pair(b, a)).squeeze(1)) / 2
        return {"score": torch.sigmoid(logit), "logit": logit}

    def merge_pair(self, a: Tensor, b: Tensor) -> Tensor:
        """Merge pairs: (B, 152) products, or (B, 304) side by side."""
        a, b = a * self.scale, b * self.scale
        return a * b if self.merge == HADAMARD else torch.cat([a, b], dim=1)


class SiameseNetwork(nn.Module):
    """Both as one network, for training."""

    def __init__(self, *, merge: str = HADAMARD) -> None:
        super().__init__()
        self.encoder = SiameseEncoder()
        self.scorer = SiameseScorer(merge=merge)

    def forward(self, pixels: Tensor, pairs: Tensor) -> dict[str, Tensor]:
        """Score (B, 2) pairs of (U, H, W, 3) uint8 pictures, all seen by the same CNN."""
        a, b = self.encoder(pixels)["embedding"][pairs].unbind(1)
        scored: dict[str, Tensor] = self.scorer(a, b)
        return scored
