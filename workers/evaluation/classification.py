"""Does it know a skirt? Accuracy, macro F1 and calibration of the category head."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.datasets.collection import Collection
from workers.evaluation.embedded import embed, group_for
from workers.evaluation.metrics import calibration_error, macro_f1
from workers.training.categories import category_of

JUDGED_PARTS = {"validation", "valid", "test"}


def evaluate(collection: Collection, checkpoint: Path) -> dict[str, Any]:
    """Classify the held-out items, or all where none are held out.

    Only categories that the collection's labels mean are offered: a data set that files coats under
    "outwear" cannot tell a coat from a jacket, and its figures should not depend on our guess.
    """
    held = [item for item in collection.items if item.part in JUDGED_PARTS]
    items = [item for item in held or collection.items if category_of(item.label)]
    group = group_for(checkpoint)
    card = group.cards[0]
    offered = sorted({category_of(item.label) for item in items} & set(card.categories))
    items = [item for item in items if category_of(item.label) in offered]
    seen = embed(items, group)
    columns = [list(card.categories).index(category) for category in offered]
    shares = _softmax(seen.outputs["category_logits"][:, columns])  # (N, offered)
    truth = np.array([offered.index(category_of(item.label)) for item in items])
    figures = _figures(shares, truth)
    commonest = np.full_like(truth, np.bincount(truth).argmax())
    baseline = {"accuracy": float((commonest == truth).mean())}
    return {
        "classification": figures,
        "baselines": {"commonest": {**baseline, "macro_f1": macro_f1(truth, commonest)}},
        "items": len(items),
        "categories": offered,
    }


def _figures(shares: NDArray[Any], truth: NDArray[np.int64]) -> dict[str, float]:
    guess = shares.argmax(axis=1)
    return {
        "accuracy": float((guess == truth).mean()),
        "macro_f1": macro_f1(truth, guess),
        "ece": calibration_error(shares.max(axis=1), guess == truth),
    }


def _softmax(logits: NDArray[Any]) -> NDArray[Any]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
