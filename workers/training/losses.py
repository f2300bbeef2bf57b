"""Losses of the recipes."""

import torch
from torch import Tensor
from torch.nn import functional


def look_contrast(
    anchors: Tensor,
    partners: Tensor,
    *,
    rivals: Tensor,
    temperature: Tensor,
    elsewhere_weight: float,
    excluded: Tensor,
) -> Tensor:
    """Pull partners of a look together, push away what could have taken the partner's place.

    Row i asks: which of the B partners is worn with anchor i? Those of the same slot and season as
    partner i (`rivals`) count fully, all others by `elsewhere_weight`, and products that are known
    to go with anchor i (`excluded`) not at all.

    Args:
        anchors: (B, D) of unit norm.
        partners: (B, D) of unit norm; row i goes with anchor i.
        rivals: (B, B) bool, could partner j replace partner i?
        temperature: Scalar > 0.
        elsewhere_weight: In [0, 1].
        excluded: (B, B) bool; the diagonal is ignored.

    Returns:
        Scalar, mean over the B questions.

    Source: van den Oord et al. 2018, "Representation Learning with Contrastive Predictive Coding",
    equation 4, with weighted negatives.
    """
    B = len(anchors)
    own = torch.eye(B, dtype=torch.bool, device=anchors.device)
    logits = anchors @ partners.T / temperature  # (B, B)
    weights = torch.where(rivals, 1.0, elsewhere_weight)
    weights = torch.where(excluded, 0.0, weights).masked_fill(own, 1.0)
    return functional.cross_entropy(
        logits + torch.log(weights.clamp(min=1e-12)), torch.arange(B, device=anchors.device)
    )
