"""Losses of the recipes."""

import torch
from torch import Tensor
from torch.nn import functional


def look_contrast(
    alike: Tensor, *, worn: Tensor, known: Tensor, family: Tensor, elsewhere_weight: float
) -> Tensor:
    """Pull what is worn together above everything else, all items of a batch against each other.

    Every pair worn together asks: given the one, which of the batch is the other? What is known to go with
    the one is no wrong answer; of the rest the other's own family counts fully, all else by a weight.

    Args:
        alike: (n, n) logits; row i ranks the batch for item i.
        worn: (n, n) ≥ 0, how much each ordered pair counts; not all 0.
        known: (n, n) bool, the two share a look somewhere.
        family: (n,) int numbers.
        elsewhere_weight: In [0, 1], of wrong answers of other families.

    Returns:
        Scalar, the mean over pairs by weight.

    Source: van den Oord et al. 2018, "Representation Learning with Contrastive Predictive Coding",
    equation 4, with several positives per row and weighted negatives.
    """
    shifted = alike - alike.amax(dim=1, keepdim=True).detach()
    right = shifted.exp()  # (n, n)
    wrong = right * ~known
    member = functional.one_hot(torch.unique(family, return_inverse=True)[1]).to(wrong)  # (n, F)
    rivals = (wrong @ member) @ member.T  # (n, n): of the other's family
    others = wrong.sum(dim=1, keepdim=True) - rivals
    surprise = torch.log(right + rivals + elsewhere_weight * others) - shifted
    return (surprise * worn).sum() / worn.sum()
