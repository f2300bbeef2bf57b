"""Rows of product pictures with captions, and curves, as PNG files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

CELL_INCHES = (1.35, 1.95)
DPI = 110
GOOD, BAD, PLAIN = "#1b7f4b", "#b3261e", "#333333"
LONGEST_CAPTION = 22  # letters, before a line is cut


@dataclass(frozen=True)
class Cell:
    """One picture with a caption above it; without a picture the caption stands alone."""

    picture: Image.Image | None
    caption: str = ""
    colour: str = PLAIN


@dataclass(frozen=True)
class Row:
    """Cells side by side, with a title before them where any row has one."""

    title: str
    cells: Sequence[Cell]


def draw_rows(rows: Sequence[Row], *, out: Path, heading: str = "") -> None:
    """Draw rows below each other; shorter ones end early."""
    titled = any(row.title for row in rows)
    lines = [[*([Cell(None, row.title)] if titled else []), *row.cells] for row in rows]
    columns = max(len(cells) for cells in lines)
    width, height = CELL_INCHES
    figure = canvas((columns * width, len(rows) * height + 0.4))
    places = figure.subplots(len(rows), columns, squeeze=False)
    for cells, axes in zip(lines, places, strict=True):
        for place in axes:
            place.axis("off")
        for cell, place in zip(cells, axes, strict=False):
            _draw(cell, place)
    if heading:
        figure.suptitle(heading, fontsize=10)
    figure.savefig(out, dpi=DPI)


def draw_curves(
    curves: Mapping[str, Sequence[float]], *, out: Path, heading: str, ylabel: str
) -> None:
    """Draw one line per name over the epochs, from 1; a name that ends in "valid" is dashed."""
    figure = canvas((6.5, 4))
    axes = figure.subplots()
    colours: dict[str, Any] = {}
    for name, values in curves.items():
        stem = name.removesuffix(" valid")
        style = "--" if name != stem else "-"
        (line,) = axes.plot(
            range(1, len(values) + 1), values, style, label=name, color=colours.get(stem)
        )
        colours.setdefault(stem, line.get_color())
    axes.set_xlabel("epoch")
    axes.set_ylabel(ylabel)
    axes.set_title(heading, fontsize=10)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    figure.savefig(out, dpi=DPI)


def draw_histograms(
    panels: Mapping[str, tuple[NDArray[Any], NDArray[Any]]], *, out: Path, heading: str
) -> None:
    """Draw, per name, how often like and unlike pairs have which cosine."""
    figure = canvas((4.2 * len(panels), 3.6))
    places = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    bins = np.linspace(-1, 1, 61)
    for (name, (like, unlike)), axes in zip(panels.items(), places, strict=True):
        for values, label, colour in ((like, "like", GOOD), (unlike, "unlike", BAD)):
            shares = np.full(len(values), 1 / len(values))
            axes.hist(values, bins, weights=shares, alpha=0.55, label=label, color=colour)
            axes.axvline(float(np.mean(values)), color=colour, linestyle="--", linewidth=1)
        low = min(like.min(), unlike.min())
        axes.set_xlim(max(-1, low - 0.05), 1.02)
        axes.set_title(name, fontsize=9)
        axes.set_xlabel("cosine")
        axes.legend(fontsize=8)
    places[0].set_ylabel("share of the pairs")
    figure.suptitle(heading, fontsize=10)
    figure.savefig(out, dpi=DPI)


def canvas(size: tuple[float, float]) -> Figure:
    """Open a figure that is drawn to a file and nowhere else."""
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _draw(cell: Cell, place: Axes) -> None:
    if cell.picture is None:
        place.text(0.5, 0.5, cell.caption, ha="center", va="center", fontsize=8)
        return
    small = cell.picture.copy()
    small.thumbnail((200, 200))
    place.imshow(small)
    lines = [line[:LONGEST_CAPTION] for line in cell.caption.split("\n")]
    place.set_title("\n".join(lines), fontsize=7, color=cell.colour, pad=3)
