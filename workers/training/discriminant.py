"""A linear projection in closed form: what differs between garments stays, between views goes."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def discriminant_projection(
    views: Floats, *, width: int, shrinkage: float = 0.1
) -> tuple[Floats, Floats]:
    """Whiten the spread between views of the same item, then keep the widest axes between items.

    Linear discriminant analysis with every item its own class, the within-class covariance shrunk
    towards the identity.

    Args:
        views: (N, V, D) features of V ≥ 2 views of N items.
        width: Axes to keep, at most D.
        shrinkage: Share of the mean variance added to every axis before whitening.

    Returns:
        Weight (width, D) and bias (width,) of the projection; the mean item maps to zero.

    Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, section 4.3.
    """
    N, V, D = views.shape
    means = views.mean(axis=1)  # (N, D)
    centre = means.mean(axis=0)  # (D,)
    within = (views - means[:, None]).reshape(N * V, D)
    variances, axes = np.linalg.eigh(within.T @ within / (N * (V - 1)))
    whiten = axes / np.sqrt(variances + shrinkage * variances.mean())  # (D, D)
    between = (means - centre) @ whiten  # (N, D)
    _, order = np.linalg.eigh(between.T @ between / N)
    weight = (whiten @ order[:, ::-1][:, :width]).T
    return weight.astype(np.float32), (-weight @ centre).astype(np.float32)
