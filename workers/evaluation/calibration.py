"""Turn the scores of a checkpoint into shares: of a hundred pairs shown as 0.7, seventy are right.

    python -m workers.evaluation calibrate --data DIR --checkpoint NAME_OR_PATH [--write]

Right is, for a visual encoder, a neighbour in the same slot of the same kind or model; for a style encoder
and a pair scorer, a pair worn in a look named `valid/…` against one with a rival of its family and
season. What a benchmark asks about (looks named `test/…`) is never touched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from workers.checkpoints import Card, CheckpointError, Purpose, load_card, write_card
from workers.datasets.collection import Collection, Item
from workers.datasets.looks import learnable_looks
from workers.evaluation.metrics import calibration_error
from workers.evaluation.negatives import Drawer
from workers.evaluation.vectors import embed, encoder_for, queries
from workers.serving.encoders import Encoder
from workers.serving.scorers import load_pair_scorer

VALID, SEED = "valid/", 0
MOST_ITEMS = 2000  # pictures that are encoded
MOST_LOOKS = 500
SHOWN = 24  # neighbours of each product, as many as a page of results has
FLOORS = {Purpose.VISUAL: 0.01}  # by purpose; else 0
RIDGE = 1e-3  # keeps the curve of what can be told apart without error finite


class NothingToCalibrateError(ValueError):
    """The scores do not rise with what is right, or there are too few pairs; nothing was written."""


@dataclass(frozen=True)
class Pairs:
    """Scored pairs: whether each is right, and the half it lies in; halves share no query or look."""

    scores: NDArray[np.floating]
    is_right: NDArray[np.bool_]
    is_fitted: NDArray[np.bool_]


def evaluate(
    collection: Collection,
    checkpoint: Path,
    *,
    visual: str | None = None,
) -> dict[str, Any]:
    """Fit a logistic curve on one half of the pairs and measure it on the other.

    Args:
        collection: Products with their kinds, and looks for a style encoder or a pair scorer.
        checkpoint: A visual or style encoder, or a pair scorer.
        visual: The visual encoder that a head or scorer reads; by default the shipped one.

    Returns:
        `calibration`, what the card will say, and `ece_before`, `ece_after`, `pairs`, `share_right`.

    Raises:
        NothingToCalibrateError: The scores tell nothing.
        CheckpointError: A checkpoint of another kind.
    """
    card = load_card(checkpoint)
    if not (card.purpose.is_encoder or card.purpose is Purpose.PAIR):
        raise CheckpointError(f"{card.identity} is made for {card.purpose} and scores no pairs.")
    encoder = encoder_for(checkpoint, visual=visual)
    if card.purpose in {Purpose.PAIR, Purpose.STYLE}:
        result = fit_curve(_look_pairs(collection, checkpoint, card=card, encoder=encoder))
    else:
        items = _sample(collection.items, count=MOST_ITEMS)
        vectors = embed(items, encoder)["embedding"]
        result = fit_curve(_neighbours(items, vectors, card))
    result["calibration"] |= {"floor": FLOORS.get(card.purpose, 0.0), "data": collection.name}
    return result


def write(checkpoint: Path, calibration: dict[str, Any]) -> None:
    """Note a calibration on the card; the files it vouches for stay as they are."""
    write_card(checkpoint, replace(load_card(checkpoint), calibration=calibration))


def fit_curve(pairs: Pairs) -> dict[str, Any]:
    """Fit on one half, measure the expected calibration error on the other, raw and calibrated.

    Raises:
        NothingToCalibrateError: The curve falls, or a half lacks right or wrong pairs.
    """
    halves = [pairs.is_right[pairs.is_fitted == side] for side in (True, False)]
    if not all(len(np.unique(half)) == 2 for half in halves):
        raise NothingToCalibrateError("There are too few right or wrong pairs to calibrate by.")
    slope, offset = logistic(pairs.scores[pairs.is_fitted], pairs.is_right[pairs.is_fitted])
    if slope <= 0:
        raise NothingToCalibrateError(
            "Right pairs do not score higher than wrong ones; the raw scores stay."
        )
    held, right = pairs.scores[~pairs.is_fitted], halves[1]
    shares = 1 / (1 + np.exp(-(slope * held + offset)))
    return {
        "calibration": {"kind": "logistic", "a": round(slope, 4), "b": round(offset, 4)},
        "ece_before": calibration_error(held.clip(0, 1), right),
        "ece_after": calibration_error(shares, right),
        "pairs": len(held),
        "share_right": float(right.mean()),
        "shown": [round(float(value), 3) for value in np.percentile(shares, [5, 50, 95])],
    }


def logistic(scores: NDArray[np.floating], is_right: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit a logistic curve to (N,) scores: its slope and offset."""
    curve = LogisticRegression(C=1 / RIDGE, tol=1e-8).fit(scores[:, None], is_right)
    return curve.coef_.item(), curve.intercept_.item()


def _neighbours(items: Sequence[Item], vectors: NDArray[Any], card: Card) -> Pairs:
    """Score each product with its nearest of the same slot; another colour of its model is right."""
    scores = queries(vectors, card) @ vectors.T  # (N, N)
    slots, labels, models = (
        np.array([getattr(item, name) for item in items]) for name in ("slot", "label", "model")
    )
    scores[slots[:, None] != slots[None, :]] = -np.inf
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(-scores, axis=1)[:, :SHOWN]  # (N, SHOWN)
    rows = np.repeat(np.arange(len(items)), nearest.shape[1])  # (N · SHOWN,)
    found = scores[rows, nearest.ravel()]
    is_known = np.isfinite(found)
    rows, columns, found = rows[is_known], nearest.ravel()[is_known], found[is_known]
    is_model = (models[rows] == models[columns]) & (models[rows] != "")
    return Pairs(found, (labels[rows] == labels[columns]) | is_model, rows % 2 == 0)


def _look_pairs(collection: Collection, checkpoint: Path, *, card: Card, encoder: Encoder) -> Pairs:
    """Score the pairs of held-out looks, and as many with a rival in the partner's place."""
    generator = np.random.default_rng(SEED)
    asked = [keys for name, keys in collection.looks.items() if name.startswith(VALID)]
    known = {item.key: item for item in collection.items}
    pairs = _with_rivals(asked, _drawer(collection, known, asked), generator)
    if not pairs:
        raise NothingToCalibrateError(
            f"{collection.name} has no looks named {VALID}… to ask about."
        )
    keys = sorted({key for a, b, *_ in pairs for key in (a, b)})
    at = {key: row for row, key in enumerate(keys)}
    vectors = embed([known[key] for key in keys], encoder)["embedding"]
    a = np.array([at[first] for first, *_ in pairs])
    b = np.array([at[second] for _, second, *_ in pairs])
    score = _scorer(card, checkpoint, vectors)
    right, look = (np.array([pair[side] for pair in pairs]) for side in (2, 3))
    return Pairs(score(a, b), right.astype(bool), look % 2 == 0)


def _drawer(
    collection: Collection, known: dict[str, Item], asked: Sequence[Sequence[str]]
) -> Drawer:
    return Drawer.over(known, asked=asked, known=learnable_looks(collection).values())


def _with_rivals(
    asked: Sequence[Sequence[str]], drawer: Drawer, generator: Generator
) -> list[tuple[str, str, bool, int]]:
    """List pairs of different families in a look, each product in two, and as many with a rival.

    Returns:
        a, b, whether b is right, and the number of the look.
    """
    found: list[tuple[str, str, bool, int]] = []
    chains = [[keys[at] for at in generator.permutation(len(keys))] for keys in asked[:MOST_LOOKS]]
    steps = [(a, b, look) for look, chain in enumerate(chains) for a, b in pairwise(chain)]
    for first, second, look in steps:
        if drawer.kinds[first][0] == drawer.kinds[second][0]:
            continue
        rivals = drawer.draw(second, [first], count=1, is_hard=True, generator=generator)
        for rival in rivals:
            found += [(first, second, True, look), (first, rival, False, look)]
    return found


def _scorer(
    card: Card, checkpoint: Path, vectors: NDArray[Any]
) -> Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.floating]]:
    if card.purpose is Purpose.PAIR:
        scorer = load_pair_scorer(checkpoint)
        return lambda a, b: np.array(scorer.score(vectors[a], vectors[b]))
    asking = queries(vectors, card)
    return lambda a, b: np.asarray((asking[a] * vectors[b]).sum(axis=1))


def _sample(items: Sequence[Item], *, count: int) -> list[Item]:
    """Take so many at random, those of known slot alone where slots are known."""
    usable = [item for item in items if item.slot] or list(items)
    order = np.random.default_rng(SEED).permutation(len(usable))[:count]
    return [usable[at] for at in order.tolist()]
