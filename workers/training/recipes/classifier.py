"""The recipe of `classifier`: ResNet50 with a new last layer, fine-tuned as the older system did.

It leaves accuracy, precision and recall per type, the confusion matrix and a grid of predictions
before and after fine-tuning beside the checkpoint.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from workers.checkpoints import Card, Purpose
from workers.evaluation.classification import class_figures
from workers.evaluation.metrics import confusion
from workers.evaluation.predictions import draw_predictions
from workers.export import pixel_examples, save_network
from workers.images import Pixels
from workers.networks.pretrained import IMAGENET, start_from
from workers.networks.resnet import ResNetClassifier
from workers.training.config import with_overrides
from workers.training.pictures import (
    LabelledPictures,
    LabelTask,
    labelled_pictures,
    network_outputs,
    pixels_of,
)
from workers.training.recipes.resnet import ResNetConfig, resnet_card
from workers.training.run import Run

NAME = "classifier"
PREDICTIONS = "predictions.json"  # in the work folder, to draw the pictures again
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
    """Train, export and save; the best epoch by accuracy on what is held out."""
    config = with_overrides(ClassifierConfig(), run.overrides)
    material = labelled_pictures(run.collections, config)
    pixels = pixels_of(material.items, config, cache=run.work)
    torch.manual_seed(config.seed)
    options: dict[str, Any] = {
        "categories": len(material.names),
        "architecture": config.architecture,
    }
    network = ResNetClassifier(**options)
    start_from(network.trunk.body, run.backbone or IMAGENET, architecture=config.architecture)
    held = pixels[np.flatnonzero(material.held)]
    before = _guesses(network.to(run.device), held)
    task = LabelTask(network, material=material, pixels=pixels, config=config)
    history = run.fit(task, config=config, name=NAME, score="accuracy")
    figures = _write_predictions(run, material, before=before, after=_guesses(network, held))
    card = replace(
        resnet_card(run, config, name=NAME, purpose=Purpose.CATEGORY),
        options=options,
        categories=material.slots,
        metrics={"held_out": history.best, **figures},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    return save_network(network, run.out, card, examples=pixel_examples(config.side_px))


def _guesses(network: ResNetClassifier, pixels: Pixels) -> NDArray[np.int64]:
    logits = network_outputs(network, pixels, output="category_logits")  # (N, C)
    guesses: NDArray[np.int64] = logits.argmax(axis=1)
    return guesses


def _write_predictions(
    run: Run, material: LabelledPictures, *, before: NDArray[np.int64], after: NDArray[np.int64]
) -> dict[str, Any]:
    """Write predictions, figures and pictures into the work folder; give the card's figures."""
    held = np.flatnonzero(material.held)
    truth, names = material.labels[held], material.names
    by_class = class_figures(confusion(truth, after, classes=len(names)), names)
    figures = {
        "before": {"accuracy": float((before == truth).mean())},
        "by_class": {
            name: {"precision": of["precision"], "recall": of["recall"], "pictures": of["items"]}
            for name, of in by_class.items()
        },
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
