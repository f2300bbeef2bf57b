"""Priors on weights, as terms of a negative log posterior.

From the paper (its abstract): Laplace on the CNN's filters, matrix-variate normal on the metric
network's weights. From the older system: Laplace on the classifier's weights.
Ours: the shrinkage of the covariance, without which the joint objective has no lower bound, and the
proximal step, without which nothing becomes exactly zero.
"""

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor


def matrix_normal(weight: Tensor, covariance: Tensor) -> Tensor:
    """Penalise a layer: ½ (tr(Wᵀ Ω⁻¹ W) + m log|Ω|), W of inputs × m outputs ~ MN(0, Ω, I).

    Args:
        weight: (m, inputs), as torch keeps it.
        covariance: (inputs, inputs) Ω, positive definite.

    Returns:
        Scalar: -log density of W up to the constant ½ · m · inputs · log 2π.

    Source: Polanía and Gupte 2019; Long et al. 2017, "Learning Multiple Tasks with Multilinear
    Relationship Networks", for the flip-flop that estimates Ω.
    """
    m = len(weight)
    factor = torch.linalg.cholesky(covariance)
    solved = torch.cholesky_solve(weight.T, factor)  # (inputs, m), Ω⁻¹ W
    log_determinant = 2 * factor.diagonal().log().sum()
    penalty: Tensor = (weight.T * solved).sum() / 2 + m * log_determinant / 2
    return penalty


def shrunk_matrix_normal(
    weight: Tensor, covariance: Tensor, *, epsilon: float, degrees: float
) -> Tensor:
    """Add the inverse-Wishart prior on Ω: ½ (tr(Ω⁻¹ (W Wᵀ + εI)) + (m + d) log|Ω|).

    Bounded below for any W, see `least`.
    """
    factor = torch.linalg.cholesky(covariance)
    inverse_trace = torch.cholesky_inverse(factor).diagonal().sum()
    log_determinant = 2 * factor.diagonal().log().sum()
    extra: Tensor = (epsilon * inverse_trace + degrees * log_determinant) / 2
    return matrix_normal(weight, covariance) + extra


def least(shape: Sequence[int], *, epsilon: float, degrees: float) -> float:
    """Bound `shrunk_matrix_normal` of weights of a shape from below, whatever W and Ω.

    Its minimum over Ω is ½ (m + d) (inputs + log|(W Wᵀ + εI) / (m + d)|), least where W is zero.
    """
    m, inputs = shape
    return (m + degrees) * inputs * (1 + math.log(epsilon / (m + degrees))) / 2


def estimated_covariance(weight: Tensor, *, epsilon: float, degrees: float) -> Tensor:
    """Find the Ω that minimises `shrunk_matrix_normal`: (W Wᵀ + εI) / (m + d).

    Args:
        weight: (m, inputs).
        epsilon: > 0, keeps Ω positive definite however few outputs there are.
        degrees: d ≥ 0.

    Returns:
        (inputs, inputs), without gradient.
    """
    m, inputs = weight.shape
    own = weight.detach()
    identity = torch.eye(inputs, dtype=own.dtype, device=own.device)
    return (own.T @ own + epsilon * identity) / (m + degrees)


def laplace(weights: Iterable[Tensor], *, rate: float) -> Tensor:
    """Penalise λ Σ|θ|: -log of Laplace(0, 1/λ) densities up to the constant n log(2/λ)."""
    terms = [weight.abs().sum() for weight in weights]
    return rate * torch.stack(terms).sum() if terms else torch.zeros(())


@torch.no_grad()
def soft_threshold(weight: Tensor, *, amount: float) -> None:
    """Shrink entries towards zero by `amount`, in place; those within it become exactly zero.

    The proximal step of `amount · Σ|θ|`; a subgradient in its place would never give a zero.
    """
    weight.copy_(weight.sign() * (weight.abs() - amount).clamp(min=0))


def zero_share(weights: Iterable[Tensor]) -> float:
    """Tell which share of all entries is exactly zero; nothing at all is 0."""
    entries = [(int((weight == 0).sum()), weight.numel()) for weight in weights]
    return sum(zeros for zeros, _ in entries) / max(1, sum(count for _, count in entries))
