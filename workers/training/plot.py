"""The curves of a run as a picture."""

from pathlib import Path
from typing import Any


def plot_history(rows: list[dict[str, float]], *, out: Path, config: dict[str, Any]) -> None:
    """Draw every figure of the history over the epochs, one panel each, to a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    names = [name for name in (rows[0] if rows else {}) if name != "epoch"]
    if not names:
        return
    figure = Figure(figsize=(4 * len(names), 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    epochs = [row["epoch"] + 1 for row in rows]
    for panel, name in zip(panels, names, strict=True):
        panel.plot(epochs, [row[name] for row in rows])
        panel.set_title(name)
        panel.set_xlabel("epoch")
    figure.suptitle(", ".join(f"{key} {value}" for key, value in config.items()), fontsize=7)
    figure.savefig(out, dpi=110)
