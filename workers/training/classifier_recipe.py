"""The recipe of `classifier`: ResNet50 with a new last layer, fine-tuned as the older system did.

It leaves accuracy, precision and recall per type, the confusion matrix and a grid of predictions
before and after fine-tuning beside the checkpoint.
"""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from workers.checkpoints import PIXELS, Card, Purpose
from workers.evaluation.metrics import confusion
from workers.export import save_network
from workers.images import Pixels
from workers.networks.pretrained import IMAGENET, start_from
from workers.networks.resnet import ResNetClassifier
from workers.showcase.classifier import PREDICTIONS, draw_predictions
from workers.training.labels import LabelTask
from workers.training.loop import fit
from workers.training.pictures import Labelled, labelled, looked_at, pixels_of
from workers.training.recipe import Run, configured
from workers.training.resnet_recipe import ResNetConfig, resnet_card

INTENDED_USE = "Naming the type of a product from its picture."
LIMITS = "Knows the types on its card and calls everything one of them."


@dataclass(frozen=True)
class ClassifierConfig(ResNetConfig):
    """What decides a run; the numbers of the older system, types of at least 275 pictures alone."""

    fewest: int = 275
    epochs: int = 25
    patience: int = 25
    learning_rate: float = 0.001
    optimiser: str = "sgd"
    momentum: float = 0.9
    step_epochs: int = 7
    step_factor: float = 0.1


def train(run: Run) -> Card:
    """Train, export, save and picture; the best epoch by accuracy on what is held out."""
    config = configured(ClassifierConfig(), run.overrides)
    material = labelled(run.collections, config)
    pixels = pixels_of(material.items, config, cache=run.work)
    torch.manual_seed(config.seed)
    options: dict[str, Any] = {
        "categories": len(material.names),
        "architecture": config.architecture,
    }
    network = ResNetClassifier(**options)
    start_from(network.trunk.body, run.backbone or IMAGENET, architecture=config.architecture)
    held = pixels[np.flatnonzero(material.held)]
    before = _guessed(network.to(run.device), held)
    task = LabelTask(network, material=material, pixels=pixels, config=config)
    history = fit(
        task,
        config=config.loop,
        out=run.work / "classifier",
        score="accuracy",
        resume=run.resume,
        device=run.device,
    )
    figures = _written(run, material, before=before, after=_guessed(network, held))
    card = replace(
        resnet_card(run, config, name="classifier", width=0),
        purpose=Purpose.CATEGORY,
        options=options,
        reads=PIXELS,
        categories=material.slots,
        training={**asdict(config), "backbone": run.backbone or IMAGENET},
        metrics={"held_out": history.best, **figures},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    example = torch.zeros(2, config.side_px, config.side_px, 3, dtype=torch.uint8)
    return save_network(network, run.out, card, examples={"pixels": example})


def by_class(counts: NDArray[np.int64], names: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Read precision and recall of every class off a confusion matrix, a row per true class.

    A class that is never named has precision 0.
    """
    right = np.diag(counts)
    precision = right / np.maximum(counts.sum(axis=0), 1)
    recall = right / np.maximum(counts.sum(axis=1), 1)
    return {
        name: {
            "precision": float(precision[at]),
            "recall": float(recall[at]),
            "pictures": float(counts[at].sum()),
        }
        for at, name in enumerate(names)
    }


def _guessed(network: ResNetClassifier, pixels: Pixels) -> NDArray[np.int64]:
    guess: NDArray[np.int64] = looked_at(network, pixels, output="category_logits").argmax(axis=1)
    return guess


def _written(
    run: Run, material: Labelled, *, before: NDArray[np.int64], after: NDArray[np.int64]
) -> dict[str, Any]:
    """Write predictions, figures and pictures into the work folder; give the card's figures."""
    held = np.flatnonzero(material.held)
    truth, names = material.labels[held], material.names
    counts = confusion(truth, after, classes=len(names))
    figures = {
        "before": {"accuracy": float((before == truth).mean())},
        "by_class": by_class(counts, names),
    }
    predictions = [
        {
            "key": material.items[index].key,
            "truth": names[truth[at]],
            "before": names[before[at]],
            "after": names[after[at]],
        }
        for at, index in enumerate(held)
    ]
    text = json.dumps({"names": names, "predictions": predictions, **figures}, indent=1)
    (run.work / PREDICTIONS).write_text(text)
    draw_predictions(predictions, {i.key: i for i in material.items}, names=names, out=run.work)
    return figures
