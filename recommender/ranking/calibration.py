"""What a score is worth: from a cosine or a scorer's rating to the share of such pairs that are right.

A checkpoint's card may say how, `{"kind": "logistic", "a": 9.1, "b": -5.2, "floor": 0.1}`. Only what
is shown changes: the curve rises everywhere, so it keeps every order. Without it the raw score is
shown.
"""

import math
from collections.abc import Mapping
from typing import Any

from recommender import conf
from recommender.models import Checkpoint, Purpose
from recommender.ranking.rung import Rung

LOGISTIC = "logistic"
DIGITS = 4
STEEPEST = 700.0  # exp() of more is no number
SCORER_PURPOSES = {
    Rung.STORED: Purpose.PAIR,
    Rung.STYLE: Purpose.STYLE,
    Rung.VISUAL: Purpose.VISUAL,
}


def score_of_rung(rung: Rung, score: float, checkpoints: Mapping[str, Checkpoint]) -> float:
    """What the raw score of an item on this rung is shown as, 0 to 1."""
    purpose = SCORER_PURPOSES.get(rung)
    return shown_score(score, checkpoints.get(purpose) if purpose else None)


def shown_score(score: float, checkpoint: Checkpoint | None) -> float:
    """What a raw score of a checkpoint is shown as, 0 to 1."""
    curve = _curve(checkpoint)
    shown = _share(curve["a"] * score + curve["b"]) if curve else max(0.0, min(1.0, score))
    return round(shown, DIGITS)


def lowest_score(checkpoint: Checkpoint | None) -> float:
    """The raw score below which a checkpoint's word counts for nothing; -infinity where none is.

    The setting `FLOOR` goes before the card's own.
    """
    if checkpoint is None:
        return -math.inf
    curve = _curve(checkpoint)
    floor = float(conf.get("FLOOR").get(checkpoint.purpose, curve.get("floor", 0.0)))
    if floor <= 0:
        return -math.inf
    if not curve:
        return floor
    return (_exponent(floor) - float(curve["b"])) / float(curve["a"])


def _curve(checkpoint: Checkpoint | None) -> Mapping[str, Any]:
    """The card's calibration, if it is one that rises."""
    card: Mapping[str, Any] = checkpoint.calibration if checkpoint else {}
    return card if card.get("kind") == LOGISTIC and card.get("a", 0) > 0 else {}


def _share(exponent: float) -> float:
    return 1 / (1 + math.exp(-max(-STEEPEST, min(STEEPEST, exponent))))


def _exponent(share: float) -> float:
    """Undo `_share`."""
    return math.inf if share >= 1 else math.log(share / (1 - share))
