"""Figures that survive ties: retrieval, fill-in-the-blank, AUC, classification; with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, f1_score

Floats = NDArray[np.floating]

RESAMPLES = 500


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def blank_credit(scores: Sequence[float], *, correct: int) -> float:
    """Credit one fill-in-the-blank question: 1/k when the right answer ties with k - 1 at the top.

    [0.2, 0.9, 0.9, 0.1] with the second correct gives 0.5; a constant scorer gets 1 / answers.
    """
    best = max(scores)
    ties = [index for index, score in enumerate(scores) if score == best]
    return 1 / len(ties) if correct in ties else 0.0


def auc(positives: Floats, negatives: Floats) -> float:
    """Probability that a positive outscores a negative, a tie counting one half.

    A bootstrap asks for it thousands of times, and scikit-learn takes fifty times as long over it.

    Args:
        positives: (P,) scores, P ≥ 1.
        negatives: (N,) scores, N ≥ 1.
    """
    ordered = np.sort(negatives)  # (N,)
    below = np.searchsorted(ordered, positives, side="left")  # (P,)
    up_to = np.searchsorted(ordered, positives, side="right")  # (P,)
    return float((below + up_to).mean() / (2 * len(negatives)))


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], *, count: int, seed: int = 0
) -> Interval:
    """Resample `count` cases with replacement and take the middle 95 % of a statistic of indices.

    A draw on which the statistic is NaN (a few cases, all of one kind) is left out.
    """
    generator = np.random.default_rng(seed)
    draws = [statistic(generator.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Interval(statistic(np.arange(count)), float(low), float(high))


def mcnemar(own: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Probability, were two scorers equally good, of a division of their disagreements this uneven.

    The exact two-sided test; 1.0 where they agree on every case.

    Args:
        own: (Q,) whether one scorer is right.
        other: (Q,) whether the other is, on the same cases.
    """
    ahead, behind = int((own & ~other).sum()), int((~own & other).sum())
    return float(binomtest(ahead, ahead + behind).pvalue) if ahead + behind else 1.0


def nearest_neighbours(
    vectors: Floats, *, count: int, asking: Floats | None = None, chunk: int = 1024
) -> NDArray[np.int64]:
    """Rank each row's neighbours by inner product, itself left out, ties by index.

    Args:
        vectors: (N, D), N > count.
        count: Neighbours per row.
        asking: (N, D) the same rows as queries, where a search weighs them; by default as they are.
        chunk: Rows compared at a time.

    Returns:
        (N, count) indices, nearest first.
    """
    queries = vectors if asking is None else asking
    return np.concatenate(
        [
            _ranking(queries[start : start + chunk], vectors, start=start)[:, :count]
            for start in range(0, len(vectors), chunk)
        ]
    )


def _ranking(queries: Floats, vectors: Floats, *, start: int) -> NDArray[np.int64]:
    """Rank all others for the rows from `start`, nearest first, ties by index: (chunk, N - 1)."""
    scores = queries @ vectors.T  # (chunk, N)
    rows = np.arange(len(scores))
    scores[rows, start + rows] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :-1]


def precision(ranked: NDArray[np.int64], labels: Sequence[str], *, count: int = 5) -> float:
    """Share of each row's first neighbours with the row's own label, averaged over rows."""
    names = np.asarray(labels)
    return float((names[ranked[:, :count]] == names[:, None]).mean())


def mean_average_precision(
    vectors: Floats, labels: Sequence[str], *, asking: Floats | None = None, chunk: int = 512
) -> float:
    """Average precision of each row's ranking of all others by label, averaged over rows.

    Rows whose label nobody shares are not asked; NaN when that is all of them. Ties rank by index.

    Args:
        vectors: (N, D); ranked by inner product.
        labels: (N,) names; relevant is who shares one.
        asking: As in `nearest_neighbours`.
        chunk: Rows compared at a time.
    """
    queries = vectors if asking is None else asking
    numbers = np.unique(np.asarray(labels), return_inverse=True)[1]
    found: list[float] = []
    for start in range(0, len(vectors), chunk):
        ranked = _ranking(queries[start : start + chunk], vectors, start=start)  # (chunk, N - 1)
        relevant = numbers[ranked] == numbers[start : start + chunk, None]
        hits = relevant.cumsum(axis=1)  # (chunk, N - 1)
        precisions = relevant * hits / np.arange(1, ranked.shape[1] + 1)
        total = relevant.sum(axis=1)  # (chunk,)
        found += (precisions.sum(axis=1)[total > 0] / total[total > 0]).tolist()
    return float(np.mean(found)) if found else float("nan")


def recall(ranked: NDArray[np.int64], models: Sequence[str], *, count: int) -> float:
    """Share of the rows with another item of their model that find one among the first `count`.

    NaN when no model has two items.
    """
    names, numbers, counts = np.unique(np.asarray(models), return_inverse=True, return_counts=True)
    asked = (counts[numbers] > 1) & (names[numbers] != "")
    hits = (numbers[ranked[:, :count]] == numbers[:, None]).any(axis=1)
    return float(hits[asked].mean()) if asked.any() else float("nan")


def macro_f1(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> float:
    """Average F1 over the classes that occur in either; a class never right scores 0."""
    return float(f1_score(truth, guess, average="macro", zero_division=0))


def confusion(
    truth: NDArray[np.int64], guess: NDArray[np.int64], *, classes: int
) -> NDArray[np.int64]:
    """Count what is taken for what: (classes, classes), a row per true class."""
    counts: NDArray[np.int64] = confusion_matrix(truth, guess, labels=range(classes))
    return counts


def calibration_error(confidence: Floats, is_right: NDArray[np.bool_], *, bins: int = 15) -> float:
    """Expected calibration error: |accuracy - confidence| per equal-width bin, weighted by size.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3.
    """
    which = np.minimum((confidence * bins).astype(int), bins - 1)  # (N,)
    gaps = [
        (which == at).mean() * abs(is_right[which == at].mean() - confidence[which == at].mean())
        for at in np.unique(which)
    ]
    return float(sum(gaps))
