"""Pairs a merchant gave a thumbs down: nothing learns from them, but a candidate is counted on them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.datasets.tables import rows

FILE = "feedback.csv"
Pair = tuple[str, str]


def disliked_pairs(folder: Path, known: Iterable[str]) -> list[Pair]:
    """Read the pairs of a shop's export whose products are both known; [] where it has none.

    The first two columns count, whatever an earlier release called them.
    """
    path, keys = folder / FILE, set(known)
    read = [tuple(row.values()) for _, row in rows(path)] if path.is_file() else []
    return [(one, other) for one, other, *_ in read if {one, other} <= keys]


def above_median(
    tables: Mapping[str, NDArray[np.floating]], pairs: Sequence[tuple[int, int]]
) -> dict[str, Any]:
    """Count the pairs that each scorer still ranks above the middle of all pairs.

    Args:
        tables: (P, P) scores by the scorer's name; the middle is that of its off-diagonal scores.
        pairs: Rows and columns of the pairs that should rank low.

    Returns:
        `pairs`, their number, and `above_median`, the count of each scorer; {} without a pair.
    """
    if not pairs:
        return {}
    first, second = np.array(pairs).T
    counts = {}
    for name, table in tables.items():
        others = table[~np.eye(len(table), dtype=bool)]
        counts[name] = int((table[first, second] > np.median(others)).sum())
    return {"pairs": len(pairs), "above_median": counts}
