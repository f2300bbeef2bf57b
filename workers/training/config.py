"""What decides a run besides its data, and how a file of settings changes it."""

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

C = TypeVar("C")


class UnknownSettingError(ValueError):
    """A setting, or a value of one, that the recipe does not know."""


@dataclass(frozen=True)
class Config:
    """What the loop reads; a recipe's own settings are added by its subclass.

    `optimiser` is "adamw", "adam" or "sgd"; `momentum` is for the last. Every `step_epochs` epochs
    the learning rate is multiplied by `step_factor`; 0 leaves it as it is. `compiled` networks are
    compiled on CUDA, which pays where an epoch has hundreds of steps of a deep network.
    """

    epochs: int = 30
    batch: int = 512
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    patience: int = 25
    seed: int = 0
    optimiser: str = "adamw"
    momentum: float = 0.9
    step_epochs: int = 0
    step_factor: float = 0.1
    cosine: bool = False
    compiled: bool = False

    def learning_rate_at(self, epoch: int) -> float:
        """Decay in steps: 0.1, 7 epochs and factor 0.1 give 0.1 for epochs 0-6, then 0.01.

        With `cosine` along a half wave instead: full in the first epoch, next to nothing in the last.
        """
        if self.cosine:
            return float(self.learning_rate * (1 + np.cos(np.pi * epoch / self.epochs)) / 2)
        steps = epoch // self.step_epochs if self.step_epochs else 0
        return float(self.learning_rate * self.step_factor**steps)


def with_overrides(defaults: C, overrides: dict[str, Any]) -> C:
    """Replace settings of a configuration.

    Raises:
        UnknownSettingError: Names the key and lists the known ones.
    """
    known = [entry.name for entry in fields(defaults)]  # type: ignore[arg-type]
    for key in overrides:
        if key not in known:
            message = f"Unknown setting {key!r}; known: {', '.join(known)}."
            raise UnknownSettingError(message)
    return replace(defaults, **overrides)  # type: ignore[type-var]


def read_overrides(path: Path | None) -> dict[str, Any]:
    """Read a JSON file of settings; no file, no overrides."""
    if path is None:
        return {}
    overrides: dict[str, Any] = json.loads(path.read_text())
    return overrides
