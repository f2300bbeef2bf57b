"""What every recipe gets and gives: data, folder, configuration in; one or more checkpoints out.

A recipe is a function of a `Run` that returns the card of the checkpoint in `run.out`, or the cards
by folder where it makes several (an encoder and the scorer of its vectors).
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from workers.datasets.collection import Collection

C = TypeVar("C")

RECIPES: dict[str, str] = {
    "visual": "workers.training.visual_recipe:train",
    "style": "workers.training.style_recipe:train",
    "compat-mlp": "workers.training.compat_recipe:train",
    "polania": "workers.training.polania_recipe:train",
    "set-scorer": "workers.training.set_recipe:train",
    "naive-cnn": "workers.training.naive_cnn_recipe:train",
    "siamese-hist": "workers.training.siamese_hist_recipe:train",
    "resnet50": "workers.training.resnet_recipe:train_resnet50",
    "resnet18": "workers.training.resnet_recipe:train_resnet18",
    "style-512": "workers.training.style_512_recipe:train",
    "siamese-style": "workers.training.siamese_style_recipe:train",
    "classifier": "workers.training.classifier_recipe:train",
}


class UnknownSettingError(ValueError):
    """A key in a configuration file that the recipe does not know."""


@dataclass(frozen=True)
class Run:
    """One training: what it reads and where it writes.

    `visual` is the checkpoint whose features or embeddings heads are trained on; `backbone` is a
    file of ImageNet weights, "imagenet" for torchvision's (downloaded at first use) or "none".
    """

    collections: Sequence[Collection]
    out: Path
    overrides: dict[str, Any]
    resume: bool
    visual: Path | None = None
    backbone: str | None = None
    version: str = "1"
    device: str = "cpu"

    @property
    def work(self) -> Path:
        """The folder for caches, curves and states, beside the checkpoint."""
        return self.out.with_name(f"{self.out.name}.work")


def configured(defaults: C, overrides: dict[str, Any]) -> C:
    """Replace fields of a configuration.

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
    """Read a JSON configuration file; no file, no overrides."""
    if path is None:
        return {}
    overrides: dict[str, Any] = json.loads(path.read_text())
    return overrides


def data_description(collections: Sequence[Collection]) -> list[dict[str, Any]]:
    """Describe the data for a card: name, licence, counts, hash."""
    return [
        {
            "name": collection.name,
            "licence": collection.licence or "not stated",
            "items": len(collection.items),
            "looks": len(collection.looks),
            "sha256": collection.fingerprint(),
        }
        for collection in collections
    ]


def source_commit() -> str:
    """Name the commit of the training code, "" outside a checkout."""
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    here = Path(__file__).parent
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)  # noqa: S603 - fixed command
    return done.stdout.strip()
