"""A linear projection in closed form: what differs between garments stays, between views goes."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SMALLEST = 1e-6  # spread of an axis on which garments do not differ


def discriminant_projection(
    features: Floats,
    groups: NDArray[np.int_],
    *,
    width: int,
    shrinkage: float = 0.1,
    evenness: float = 0.0,
) -> tuple[Floats, Floats]:
    """Whiten the spread inside groups, then keep the widest axes between them.

    Linear discriminant analysis with the views of one garment as a class, the within-class
    covariance shrunk towards the identity.

    Args:
        features: (M, D) features of views of garments.
        groups: (M,) which garment each row shows; at least one garment has two rows.
        width: Axes to keep, at most D.
        shrinkage: Share of the mean variance added to every axis before whitening.
        evenness: 0 leaves the axes as wide as garments spread along them, 1 makes all as wide.

    Returns:
        Weight (width, D) and bias (width,) of the projection; the mean garment maps to zero.

    Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, section 4.3.
    """
    means, of_row = group_means(features, groups)  # (N, D), (M,)
    centre = means.mean(axis=0)  # (D,)
    within = features - means[of_row]  # (M, D)
    freedom = len(features) - len(means)
    variances, axes = np.linalg.eigh(within.T @ within / freedom)
    whiten = axes / np.sqrt(variances + shrinkage * variances.mean())  # (D, D)
    between = (means - centre) @ whiten  # (N, D)
    spread, order = np.linalg.eigh(between.T @ between / len(means))
    widest = order[:, ::-1][:, :width] / spread[::-1][:width].clip(SMALLEST) ** (evenness / 2)
    weight = (whiten @ widest).T
    return weight.astype(np.float32), (-weight @ centre).astype(np.float32)


def group_means(features: Floats, groups: NDArray[np.int_]) -> tuple[Floats, NDArray[np.intp]]:
    """Average the rows of each group.

    Rows [[1], [3], [5]] of groups [7, 9, 7] give means [[3], [3]] and rows [0, 1, 0].

    Args:
        features: (M, D).
        groups: (M,) any integers.

    Returns:
        (N, D) means in ascending order of group, and (M,) the row of each member's mean.
    """
    _, of_row, counts = np.unique(groups, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), features.shape[1]), dtype=np.float32)
    np.add.at(sums, of_row, features)
    means = (sums / counts[:, None]).astype(np.float32)
    return means, of_row


def principal_axes(rows: Floats, *, width: int) -> tuple[Floats, Floats]:
    """Find the axes along which rows spread most.

    Args:
        rows: (M, D).
        width: Axes to keep, at most D.

    Returns:
        Weight (width, D) and bias (width,); the mean row maps to zero.
    """
    centre = rows.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(rows - centre, rowvar=False))
    weight = axes[:, ::-1][:, :width].T
    return weight.astype(np.float32), (-weight @ centre).astype(np.float32)
