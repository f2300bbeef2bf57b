"""The classifier before and after fine-tuning, drawn from what its training left."""

import json
from pathlib import Path
from typing import Any

from workers.checkpoints import CheckpointError
from workers.datasets.collection import Collection
from workers.evaluation.predictions import draw_predictions
from workers.training.recipes.classifier import PREDICTIONS


def show(collection: Collection, *, checkpoint: Path, out: Path) -> dict[str, Any]:
    """Draw both pictures again from what training left beside the checkpoint.

    Raises:
        CheckpointError: Training left no predictions there, or they are about other data.
    """
    left = checkpoint.with_name(f"{checkpoint.name}.work") / PREDICTIONS
    if not left.is_file():
        raise CheckpointError(f"There is no {left}; train the classifier with this command line.")
    said: dict[str, Any] = json.loads(left.read_text())
    items = {item.key: item for item in collection.items}
    if not {guess["key"] for guess in said["predictions"]} <= items.keys():
        raise CheckpointError(f"{left} speaks of pictures that {collection.name} does not have.")
    draw_predictions(said["predictions"], items, names=said["names"], out=out)
    return {"before": said["before"], "by_class": said["by_class"]}
