"""A trainer that knows nothing of the network: epochs, best kept, resumable after a kill, plotted."""

import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from tqdm import tqdm

from workers.training.config import Config, UnknownSettingError
from workers.training.state import BEST, History, keep_epoch, plot_history, restore_run

logger = logging.getLogger(__name__)


class UnknownOptimiserError(UnknownSettingError):
    """An optimiser that the loop does not offer."""


class Batches(Protocol):
    """Batches in order, and how many there are."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...


class Task(Protocol):
    """What is trained: batches in, loss out, and a validation score, higher is better.

    `validate` gives no score where nothing was held out; then the latest epoch counts as the best.
    `batches` must depend on the epoch's number alone, so that a resumed run sees what it would have.
    Batches are handed to `loss` as they are; a task moves what it needs to its network's device.
    """

    @property
    def network(self) -> nn.Module: ...

    def batches(self, epoch: int) -> Batches: ...

    def loss(self, batch: Any) -> Tensor: ...

    def validate(self) -> dict[str, float]: ...


@runtime_checkable
class AfterStep(Protocol):
    """A task that does something to its weights after each step of the optimiser."""

    def after_step(self, *, learning_rate: float) -> None: ...


def fit(
    task: Task,
    *,
    config: Config,
    out: Path,
    score: str,
    resume: bool = False,
    device: str = "cpu",
) -> History:
    """Train, leave the network on the CPU with the weights of its best epoch, return the history.

    Writes the state after each epoch, the best weights, `history.json` and `loss.png` under `out`.
    On CUDA the forward pass runs in bfloat16 where that is safe.

    Args:
        task: Network, batches, loss, validation.
        config: Epochs, optimiser, learning rate, seed …
        out: Folder of this run.
        score: The validation figure that decides the best epoch.
        resume: Go on from the state found in `out`, if any.
        device: "cpu" or "cuda".
    """
    out.mkdir(parents=True, exist_ok=True)
    network = task.network.to(device)
    if device == "cuda":
        hasten(network, compiled=config.compiled)
    optimiser = _optimiser(network, config)
    history = restore_run(network, optimiser, out) if resume else History()
    for epoch in range(len(history.rows), config.epochs):
        if epoch - history.best_epoch > config.patience:
            break
        torch.manual_seed(config.seed * 100_003 + epoch)
        loss = _epoch(task, optimiser, config=config, epoch=epoch)
        network.eval()
        with torch.no_grad():
            figures = {score: float(epoch + 1)} | task.validate()
        history.rows.append({"epoch": epoch, "loss": loss, **figures})
        keep_epoch(network, optimiser, history=history, out=out, score=score)
        logger.info("epoch %d: loss %.4f, %s %.4f", epoch, loss, score, figures[score])
    if (out / BEST).is_file():
        network.load_state_dict(load_file(out / BEST))
    plot_history(history, out=out / "loss.png", config=asdict(config))
    network.cpu()
    if device == "cuda":
        settle(network)
    return history


def hasten(network: nn.Module, *, compiled: bool) -> None:
    """Lay convolutions out as CUDA's tensor cores read them, and compile the network in place.

    Neither changes the names or the values of its weights.
    """
    network.to(memory_format=torch.channels_last)
    if compiled:
        network.compile()


def settle(network: nn.Module) -> None:
    """Undo `hasten`, so that the network exports and saves as any other."""
    network.to(memory_format=torch.contiguous_format)
    network._compiled_call_impl = None  # torch offers no public way back


def device_of(network: nn.Module) -> torch.device:
    """Name the device of a network's weights."""
    return next(network.parameters()).device


def _optimiser(network: nn.Module, config: Config) -> torch.optim.Optimizer:
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    lr, decay = config.learning_rate, config.weight_decay
    match config.optimiser:
        case "adamw":
            return torch.optim.AdamW(trained, lr=lr, weight_decay=decay)
        case "adam":
            return torch.optim.Adam(trained, lr=lr, weight_decay=decay)
        case "sgd":
            return torch.optim.SGD(trained, lr=lr, momentum=config.momentum, weight_decay=decay)
    message = f"Unknown optimiser {config.optimiser!r}; known: adamw, adam, sgd."
    raise UnknownOptimiserError(message)


def _epoch(task: Task, optimiser: torch.optim.Optimizer, *, config: Config, epoch: int) -> float:
    learning_rate = config.learning_rate_at(epoch)
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
    task.network.train()
    on = device_of(task.network)
    total, count = torch.zeros((), device=on), 0
    description = f"epoch {epoch + 1}/{config.epochs}"
    for batch in tqdm(task.batches(epoch), desc=description, unit="batches"):
        optimiser.zero_grad()
        with torch.autocast(on.type, dtype=torch.bfloat16, enabled=on.type == "cuda"):
            loss = task.loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if isinstance(task, AfterStep):
            task.after_step(learning_rate=learning_rate)
        total, count = total + loss.detach(), count + 1
    return float(total) / max(1, count)
