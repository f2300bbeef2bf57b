"""What a run leaves on disk after each epoch, so that a killed one goes on to the same result."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

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


def keep(
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


def resumed(network: nn.Module, optimiser: torch.optim.Optimizer, out: Path) -> History:
    """Restore what a killed run left; a fresh history when it left nothing."""
    if not (out / HISTORY).is_file():
        return History()
    history = History(**json.loads((out / HISTORY).read_text()))
    state = load_file(out / STATE)
    network.load_state_dict(_under(state, "network."))
    stored = _under(state, "optimiser.")
    template = optimiser.state_dict()
    template["state"] = {}
    for key, value in stored.items():
        index, name = key.split(".")
        template["state"].setdefault(int(index), {})[name] = value
    optimiser.load_state_dict(template)
    return history


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
