"""Losses that shape a space: batch-hard triplets, supervised contrast, a contrastive margin."""

import torch
from torch import Tensor
from torch.nn import functional

MARGIN = 0.3  # of the triplets, in distances between unit vectors
TEMPERATURE = 0.1


def batch_hard_triplets(embedding: Tensor, labels: Tensor, *, margin: float = MARGIN) -> Tensor:
    """Hold each item's farthest like nearer than its nearest unlike, by a margin.

    Args:
        embedding: (B, D) of unit norm.
        labels: (B,) int.
        margin: ≥ 0.

    Returns:
        Scalar, the mean over items that have both a like and an unlike one; 0 without any.

    Source: Hermans, Beyer and Leibe 2017, "In Defense of the Triplet Loss for Person
    Re-Identification", equation 5.
    """
    distance = distances(embedding)  # (B, B)
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    like, unlike = same & ~itself, ~same
    farthest = distance.masked_fill(~like, 0).amax(dim=1)
    nearest = distance.masked_fill(~unlike, torch.inf).amin(dim=1)
    asked = like.any(dim=1) & unlike.any(dim=1)
    short = functional.relu(margin + farthest - nearest.masked_fill(~asked, 0)) * asked
    return short.sum() / asked.sum().clamp(min=1)


def supervised_contrast(
    embedding: Tensor, labels: Tensor, *, temperature: float = TEMPERATURE
) -> Tensor:
    """Pull all of a label together and away from the rest of the batch.

    Args:
        embedding: (B, D) of unit norm.
        labels: (B,) int.
        temperature: > 0.

    Returns:
        Scalar, the mean over items that have a like one; 0 without any.

    Source: Khosla et al. 2020, "Supervised Contrastive Learning", equation 2.
    """
    logits = embedding @ embedding.T / temperature  # (B, B)
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    like = (labels[:, None] == labels[None, :]) & ~itself
    log_share = logits - torch.logsumexp(
        logits.masked_fill(itself, -torch.inf), dim=1, keepdim=True
    )
    count = like.sum(dim=1)
    per_item = -(log_share * like).sum(dim=1) / count.clamp(min=1)
    return per_item.sum() / (count > 0).sum().clamp(min=1)


def contrastive_margin(a: Tensor, b: Tensor, together: Tensor, *, margin: float = 1.0) -> Tensor:
    """Pull pairs that go together to one point and push others out of a margin.

    Args:
        a: (B, D).
        b: (B, D).
        together: (B,) 1 or 0.
        margin: Distance beyond which an unlike pair costs nothing.

    Returns:
        Scalar, the mean.

    Source: Hadsell, Chopra and LeCun 2006, "Dimensionality Reduction by Learning an Invariant
    Mapping", equation 4 (there with 1 for unlike pairs).
    """
    squared = (a - b).square().sum(dim=1)
    distance = (squared + 1e-12).sqrt()  # the root of 0 has no gradient
    apart = functional.relu(margin - distance).square()
    return ((together * squared + (1 - together) * apart) / 2).mean()


def distances(embedding: Tensor) -> Tensor:
    """Measure Euclidean distances between all rows of unit norm: (B, D) to (B, B)."""
    squared = 2 - 2 * embedding @ embedding.T
    return squared.clamp(min=1e-12).sqrt()
