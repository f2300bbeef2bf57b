"""The comparison as a table of Markdown."""

import math
from collections.abc import Sequence
from typing import Any

from workers.comparison.rows import Row

COLUMNS = (("seen", "hard"), ("seen", "classic"), ("unseen", "hard"), ("unseen", "classic"))
RETRIEVAL = ("same_model_r1", "same_model_r10", "type_p5", "colour_p5")
HEAD = (
    "",
    *(f"{side}, {negatives}" for side, negatives in COLUMNS),
    "R@1 / R@10 / type / colour",
    "parameters",
    "ms",
    "MB",
    "remarks",
)
LEGEND = (
    "Fill in the blank / AUC on looks over known products (seen) and over products in no look that was "
    "learnt from (unseen). Retrieval: same model in another colour among the first 1 and 10, product type and "
    "colour group among the first 5. Parameters and MB of everything that serves, the encoder a head "
    "reads included; milliseconds per picture, decoding aside, one thread of a CPU."
)


def page(results: Sequence[tuple[Row, dict[str, Any]]]) -> str:
    """Lay out all rows; what a row has no figure for is "–", and a failed row says why."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    lines += [_line(cells(row, figures)) for row, figures in results]
    return "\n".join([*lines, "", LEGEND]) + "\n"


def cells(row: Row, figures: dict[str, Any]) -> list[str]:
    """Format one row, in the order of the head."""
    pairs = [_pair(figures.get(side, {}).get(kind, {})) for side, kind in COLUMNS]
    found = figures.get("retrieval", {})
    retrieval = " / ".join(_figure(found.get(name)) for name in RETRIEVAL) if found else "–"
    cost = figures.get("cost", {})
    size = [_count(cost.get("parameters")), _decimal(cost.get("ms")), _decimal(cost.get("mb"))]
    remarks = [row.note] if row.note else []
    if "error" in figures:
        remarks.append(f"not measured: {figures['error']}".replace("|", "/"))
    return [row.name, *pairs, retrieval, *size, "; ".join(remarks)]


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _pair(figures: dict[str, float]) -> str:
    if not figures:
        return "–"
    return f"{_figure(figures.get('fitb'))} / {_figure(figures.get('auc'))}"


def _figure(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.3f}"


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value / 1e6:.2f} M"


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
