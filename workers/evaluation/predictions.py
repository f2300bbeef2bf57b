"""Pictures of a classifier before and after fine-tuning: a grid of predictions, the confusion matrix."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.datasets.collection import Item
from workers.evaluation.metrics import confusion
from workers.evaluation.sheet import BAD, DPI, GOOD, Cell, Row, canvas, draw_rows

SHOWN = 10  # pictures in the grid
FEWEST_INCHES = 4.0

Prediction = Mapping[str, str]  # key, truth, before, after


def draw_predictions(
    predictions: Sequence[Prediction],
    items: Mapping[str, Item],
    *,
    names: Sequence[str],
    out: Path,
) -> None:
    """Draw `predictions.png` and `confusion.png`; the pictures of the grid are spread over the data."""
    out.mkdir(parents=True, exist_ok=True)
    every = max(1, len(predictions) // SHOWN)
    chosen = predictions[::every][:SHOWN]
    rows = [
        Row(when, [_cell(guess, items[guess["key"]], when=key) for guess in chosen])
        for when, key in (("before\nfine-tuning", "before"), ("after\nfine-tuning", "after"))
    ]
    draw_rows(rows, out=out / "predictions.png", heading="What the classifier sees")
    number = {name: at for at, name in enumerate(names)}
    sides = [np.array([number[guess[key]] for guess in predictions]) for key in ("truth", "after")]
    draw_confusion(confusion(*sides, classes=len(names)), names, out=out / "confusion.png")


def draw_confusion(counts: NDArray[np.int64], names: Sequence[str], *, out: Path) -> None:
    """Draw (C, C) counts, a row per true class, shaded by the share of the row."""
    side = max(FEWEST_INCHES, 0.45 * len(names) + 1.8)
    figure = canvas((side + 0.8, side))
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    for row, column in np.argwhere(counts > 0).tolist():
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(
            column, row, counts[row, column], ha="center", va="center", fontsize=6, color=colour
        )
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    figure.colorbar(image, label="share of the true class", shrink=0.7)
    figure.savefig(out, dpi=DPI)


def _cell(guess: Prediction, item: Item, *, when: str) -> Cell:
    right = guess[when] == guess["truth"]
    caption = guess[when] if right else f"{guess[when]}\n(is {guess['truth']})"
    return Cell(item.open(), caption, GOOD if right else BAD)
