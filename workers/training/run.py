"""What every recipe gets and gives: data, folder, settings in; one or more checkpoints out.

A recipe is a function of a `Run` that returns the card of the checkpoint in `run.out`, or the cards
by folder where it makes several (an encoder and the scorer of its vectors).
"""

import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workers.checkpoints import Card, Purpose
from workers.datasets.collection import Collection
from workers.training.config import Config
from workers.training.loop import Task, fit
from workers.training.state import History


@dataclass(frozen=True)
class Run:
    """One training: what it reads and where it writes.

    `visual` is the checkpoint whose vectors heads are trained on; `backbone` is a file of ImageNet
    weights, "imagenet" for torchvision's (downloaded at first use) or "none".
    """

    collections: Sequence[Collection]
    out: Path
    overrides: dict[str, Any] = field(default_factory=dict)
    resume: bool = False
    visual: Path | None = None
    backbone: str | None = None
    version: str = "1"
    device: str = "cpu"

    @property
    def work(self) -> Path:
        """The folder for caches, curves and states, beside the checkpoint."""
        return self.out.with_name(f"{self.out.name}.work")

    def fit(self, task: Task, *, config: Config, name: str, score: str) -> History:
        """Train a task, its states and curves in `work / name`."""
        return fit(
            task,
            config=config,
            out=self.work / name,
            score=score,
            resume=self.resume,
            device=self.device,
        )

    def card(self, config: Config, *, name: str, purpose: Purpose) -> Card:
        """Write what the cards of all recipes have in common; what it gives is the recipe's to say."""
        return Card(
            name=name,
            version=self.version,
            purpose=purpose,
            network=name,
            reads="",
            dimension=0,
            data=data_description(self.collections),
            training=asdict(config),
            seed=config.seed,
            commit=source_commit(),
            licence="Apache-2.0",
        )


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
