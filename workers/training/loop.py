"""A trainer that knows nothing of the network: epochs, best kept, resumable after a kill, plotted."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm

from workers.training.plot import plot_history

logger = logging.getLogger(__name__)

STATE, BEST, HISTORY = "state.safetensors", "best.safetensors", "history.json"


@dataclass(frozen=True)
class Config:
    """What decides a run, besides its data."""

    epochs: int = 30
    batch: int = 512
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    patience: int = 25
    seed: int = 0


class Task(Protocol):
    """What is trained: batches in, loss out, and a validation score, higher is better.

    `batches` must depend on the epoch's number alone, so that a resumed run sees what it would have.
    """

    @property
    def network(self) -> nn.Module: ...

    def batches(self, epoch: int) -> Sequence[Any]: ...

    def loss(self, batch: Any) -> Tensor: ...

    def validate(self) -> dict[str, float]: ...


@dataclass
class History:
    """One row per finished epoch, and which was the best."""

    rows: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = -1

    @property
    def best(self) -> dict[str, float]:
        return self.rows[self.best_epoch] if self.rows else {}


def fit(task: Task, *, config: Config, out: Path, score: str, resume: bool = False) -> History:
    """Train, leave the network with the weights of its best epoch, and return the history.

    Writes the state after each epoch, the best weights, `history.json` and `loss.png` under `out`.

    Args:
        task: Network, batches, loss, validation.
        config: Epochs, learning rate, seed …
        out: Folder of this run.
        score: The validation figure that decides the best epoch.
        resume: Go on from the state found in `out`, if any.
    """
    out.mkdir(parents=True, exist_ok=True)
    trained = [parameter for parameter in task.network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(
        trained, lr=config.learning_rate, weight_decay=config.weight_decay
    )
    history = _resumed(task.network, optimiser, out) if resume else History()
    for epoch in range(len(history.rows), config.epochs):
        if epoch - history.best_epoch > config.patience:
            break
        torch.manual_seed(config.seed * 100_003 + epoch)
        loss = _epoch(task, optimiser, epoch=epoch, of=config.epochs)
        task.network.eval()
        with torch.no_grad():
            figures = task.validate()
        history.rows.append({"epoch": epoch, "loss": loss, **figures})
        _keep(task.network, optimiser, history=history, out=out, score=score)
        logger.info("epoch %d: loss %.4f, %s %.4f", epoch, loss, score, figures[score])
    if (out / BEST).is_file():
        task.network.load_state_dict(load_file(out / BEST))
    plot_history(history.rows, out=out / "loss.png", config=asdict(config))
    return history


def _epoch(task: Task, optimiser: torch.optim.Optimizer, *, epoch: int, of: int) -> float:
    task.network.train()
    losses = []
    for batch in tqdm(task.batches(epoch), desc=f"epoch {epoch + 1}/{of}", unit="batches"):
        optimiser.zero_grad()
        loss = task.loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())
    return sum(losses) / max(1, len(losses))


def _keep(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    *,
    history: History,
    out: Path,
    score: str,
) -> None:
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


def _resumed(network: nn.Module, optimiser: torch.optim.Optimizer, out: Path) -> History:
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
    return {
        f"optimiser.{index}.{name}": value
        for index, entries in optimiser.state_dict()["state"].items()
        for name, value in entries.items()
    }


def _replace(tensors: dict[str, Tensor], path: Path) -> None:
    """Write beside, then rename: a kill leaves the old file or the new one."""
    temporary = path.with_suffix(".new")
    save_file({key: value.contiguous() for key, value in tensors.items()}, temporary)
    temporary.replace(path)
