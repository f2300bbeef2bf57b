"""What a run leaves on disk: state and best weights after each epoch, figures, curves."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from textwrap import fill
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

STATE, BEST, HISTORY = "state.safetensors", "best.safetensors", "history.json"


@dataclass
class History:
    """One row per finished epoch, and which was the best."""

    rows: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = -1

    @property
    def best(self) -> dict[str, float]:
        return self.rows[self.best_epoch] if self.rows else {}


def keep_epoch(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    *,
    history: History,
    out: Path,
    score: str,
) -> None:
    """Write the state of the latest epoch, and its weights if it is the best so far."""
    latest = len(history.rows) - 1
    is_best = history.best_epoch < 0 or history.rows[latest][score] > history.best[score]
    weights = {key: value.clone() for key, value in network.state_dict().items()}
    if is_best:
        history.best_epoch = latest
        _replace(weights, out / BEST)
    state = {f"network.{key}": value for key, value in weights.items()}
    _replace(state | _optimiser_tensors(optimiser), out / STATE)
    temporary = out / f"{HISTORY}.new"
    temporary.write_text(json.dumps(asdict(history), indent=1))
    temporary.replace(out / HISTORY)


def restore_run(network: nn.Module, optimiser: torch.optim.Optimizer, out: Path) -> History:
    """Restore what a killed run left; a fresh history when it left nothing."""
    if not (out / HISTORY).is_file():
        return History()
    history = History(**json.loads((out / HISTORY).read_text()))
    state = load_file(out / STATE)
    network.load_state_dict(_under(state, "network."))
    template = optimiser.state_dict()
    template["state"] = {}
    for key, value in _under(state, "optimiser.").items():
        index, name = key.split(".")
        template["state"].setdefault(int(index), {})[name] = value
    optimiser.load_state_dict(template)
    return history


def plot_history(history: History, *, out: Path, config: dict[str, Any]) -> None:
    """Draw every figure over the epochs, one panel each, to a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    names = [name for name in (history.rows[0] if history.rows else {}) if name != "epoch"]
    if not names:
        return
    figure = Figure(figsize=(4 * len(names), 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    epochs = [row["epoch"] + 1 for row in history.rows]
    for panel, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        panel.plot(epochs, [row[name] for row in history.rows])
        panel.set_title(name)
        panel.set_xlabel("epoch")
    settings = ", ".join(f"{key} {value}" for key, value in config.items())
    figure.suptitle(fill(settings, width=60 * len(names)), fontsize=7)
    figure.savefig(out, dpi=110)


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}


def _optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Flatten the optimiser's memory; what is None (momentum before the first step) is left out."""
    return {
        f"optimiser.{index}.{name}": value
        for index, entries in optimiser.state_dict()["state"].items()
        for name, value in entries.items()
        if value is not None
    }


def _replace(tensors: dict[str, Tensor], path: Path) -> None:
    """Write beside, then rename: a kill leaves the old file or the new one."""
    temporary = path.with_suffix(".new")
    save_file({key: value.contiguous() for key, value in tensors.items()}, temporary)
    temporary.replace(path)
