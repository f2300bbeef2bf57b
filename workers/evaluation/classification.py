"""Does it know a skirt? Accuracy, macro F1 and calibration, each class, and what is taken for what."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from workers.datasets.categories import category_of
from workers.datasets.collection import Collection, Item
from workers.evaluation.metrics import calibration_error, confusion, macro_f1
from workers.evaluation.vectors import BATCH
from workers.serving.classifiers import Classifier, load_classifier

HELD_PARTS = {"validation", "valid", "test"}
UNHELD = "This folder holds no part out: pictures that the checkpoint learnt from may be among those measured."


class NoCommonLabelsError(ValueError):
    """A data set whose labels mean nothing that a checkpoint names."""


def evaluate(collection: Collection, checkpoint: Path) -> dict[str, Any]:
    """Classify the held-out items, or all where none are held out.

    A label is looked for among the checkpoint's own, then among our categories. Only what the
    collection's labels mean is offered: a data set that files coats under "outwear" cannot tell a coat
    from a jacket, and its figures should not depend on our guess.

    Args:
        collection: Items with labels.
        checkpoint: A classifier, or an encoder that names categories.

    Raises:
        CheckpointError: The checkpoint names no categories.
        NoCommonLabelsError: It names none that the collection has.
    """
    classifier = load_classifier(checkpoint)
    known = list(classifier.card.categories)
    held = [item for item in collection.items if item.part in HELD_PARTS]
    means = {item.key: meaning(item.label, known) for item in held or collection.items}
    items = [item for item in held or collection.items if means[item.key]]
    if not items:
        message = (
            f"{collection.name} has no label that {classifier.card.identity} names; "
            f"it names {', '.join(known)}."
        )
        raise NoCommonLabelsError(message)
    offered = sorted({means[item.key] for item in items})
    shares = _shares(items, classifier)[:, [known.index(name) for name in offered]]
    truth = np.array([offered.index(means[item.key]) for item in items])
    commonest = np.full_like(truth, np.bincount(truth).argmax())
    baseline = {"accuracy": float((commonest == truth).mean())}
    return {
        "classification": figures_of(shares, truth, names=offered),
        "baselines": {"commonest": {**baseline, "macro_f1": macro_f1(truth, commonest)}},
        "items": len(items),
        "categories": offered,
        "warnings": [] if held else [UNHELD],
    }


def meaning(label: str, known: Sequence[str]) -> str:
    """Name what a data set's label is to a checkpoint, "" where it is nothing.

    `meaning("Tshirts", ["Tshirts", "shirt"])` is "Tshirts"; among ours it is "t-shirt".
    """
    ours = {name.strip().lower(): name for name in known}
    return ours.get(label.strip().lower()) or ours.get(category_of(label), "")


def figures_of(
    shares: NDArray[Any], truth: NDArray[np.int64], *, names: Sequence[str]
) -> dict[str, Any]:
    """Sum up how well classes are told apart.

    Args:
        shares: (N, C) non-negative; scaled so that each row adds up to 1.
        truth: (N,) the right class of each row.
        names: (C,) of the classes.
    """
    likely = shares / shares.sum(axis=1, keepdims=True)
    guess = likely.argmax(axis=1)
    counts = confusion(truth, guess, classes=len(names))  # (C, C), a row per true class
    return {
        "accuracy": float((guess == truth).mean()),
        "macro_f1": macro_f1(truth, guess),
        "ece": calibration_error(likely.max(axis=1), guess == truth),
        "per_class": class_figures(counts, names),
        "confusion": {"names": list(names), "counts": counts.tolist()},
    }


def class_figures(counts: NDArray[np.int64], names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Read precision and recall of every class off a confusion matrix, a row per true class.

    A class that is never named has precision 0.
    """
    right = np.diag(counts)  # (C,)
    precision = right / np.maximum(counts.sum(axis=0), 1)
    recall = right / np.maximum(counts.sum(axis=1), 1)
    columns = zip(names, precision.tolist(), recall.tolist(), counts.sum(axis=1), strict=True)
    return {name: {"precision": p, "recall": r, "items": int(n)} for name, p, r, n in columns}


def _shares(items: Sequence[Item], classifier: Classifier) -> NDArray[Any]:
    batches = range(0, len(items), BATCH)
    return np.concatenate(
        [
            classifier.shares([item.open() for item in items[start : start + BATCH]])
            for start in tqdm(batches, desc="classify", unit="batches")
        ]
    )
