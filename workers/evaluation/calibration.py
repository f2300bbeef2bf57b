"""Turn the scores of a checkpoint into shares: of a hundred pairs shown as 0.7, seventy are right.

    python -m workers.evaluation calibrate --data DIR --checkpoint NAME_OR_PATH [--photos DIR …] [--write]

Right is, for a visual encoder, a neighbour in the same slot of the same kind or model; for a style encoder
and a pair scorer, a pair worn in a look of `outfits_valid.csv` against one with a rival of its family and
season. What an exam asks about (looks named `test/…`) is never looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from workers.checkpoints import Card, CheckpointError, Purpose, load_card, write_card
from workers.datasets.collection import Collection, Item
from workers.evaluation.embedded import embed, encoder_for, queries
from workers.evaluation.metrics import calibration_error
from workers.evaluation.negatives import Drawer
from workers.evaluation.strangers import strangers
from workers.serving.encoders import Encoder, softmax
from workers.serving.scorers import load_pair_scorer
from workers.training.looks import KEPT

VALID, SEED = "valid/", 0
MOST_ITEMS = 2000  # pictures that are looked at
MOST_LOOKS = 500
SHOWN = 24  # neighbours of each product, as many as a page of results has
FLOORS = {Purpose.VISUAL: 0.01}  # by purpose; else 0
KEPT_GARMENTS = 0.95  # of garments that a photo search must not refuse
MOST_PHOTOS = 300  # of each data set
STRANGERS = 20  # drawings of each kind
RIDGE, STEPS = 1e-3, 50


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
    photos: Sequence[Collection] = (),
) -> dict[str, Any]:
    """Fit a logistic curve on one half of the pairs and measure it on the other.

    Args:
        collection: Products with their kinds, and looks for a style encoder or a pair scorer.
        checkpoint: A visual or style encoder, or a pair scorer.
        visual: The visual encoder that a head or scorer reads; by default the shipped one.
        photos: Garments as shoppers photograph them; with them a visual encoder learns what is none.

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
        result = fitted(_worn(collection, checkpoint, card=card, encoder=encoder))
    else:
        items = _sample(collection.items, count=MOST_ITEMS)
        shop = embed(items, encoder).outputs
        result = fitted(_neighbours(items, shop["embedding"], card))
        if photos and card.categories:
            result |= _photo(photos, shop, card=card, encoder=encoder)
            result["calibration"]["photo"] = result.pop("photo")
    result["calibration"] |= {"floor": FLOORS.get(card.purpose, 0.0), "data": collection.name}
    return result


def write(checkpoint: Path, calibration: dict[str, Any]) -> None:
    """Note a calibration on the card; the files it vouches for stay as they are."""
    write_card(checkpoint, replace(load_card(checkpoint), calibration=calibration))


def fitted(pairs: Pairs) -> dict[str, Any]:
    """Fit on one half, measure the expected calibration error on the other, raw and calibrated.

    Raises:
        NothingToCalibrateError: The curve falls, or a half lacks right or wrong pairs.
    """
    halves = [pairs.is_right[pairs.is_fitted == side] for side in (True, False)]
    if not all(len(np.unique(half)) == 2 for half in halves):
        raise NothingToCalibrateError("There are too few right or wrong pairs to calibrate by.")
    slope, offset = logistic(
        pairs.scores[pairs.is_fitted, None], pairs.is_right[pairs.is_fitted]
    ).tolist()
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


def logistic(columns: NDArray[np.floating], is_right: NDArray[np.bool_]) -> NDArray[np.floating]:
    """Fit a logistic regression by Newton's method.

    Args:
        columns: (N, C) numbers.
        is_right: (N,) what they should tell.

    Returns:
        (C + 1,) slopes, and the offset last.
    """
    X = np.column_stack([columns, np.ones(len(columns))]).astype(np.float64)  # (N, C + 1)
    weights = np.zeros(X.shape[1])
    ridge = RIDGE * np.eye(X.shape[1])
    for _ in range(STEPS):
        shares = 1 / (1 + np.exp(-(X @ weights)))
        slope = X.T @ (is_right - shares) - ridge @ weights
        bend = (X * (shares * (1 - shares))[:, None]).T @ X + ridge
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def _neighbours(items: Sequence[Item], vectors: NDArray[Any], card: Card) -> Pairs:
    """Score each product with its nearest of the same slot; another colour of its model is right."""
    scores = queries(vectors, card) @ vectors.T  # (N, N)
    slots, labels, models = (
        np.array([getattr(item, name) for item in items]) for name in ("slot", "label", "model")
    )
    scores[slots[:, None] != slots[None, :]] = -np.inf
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(-scores, axis=1)[:, :SHOWN]  # (N, SHOWN)
    rows = np.repeat(np.arange(len(items)), nearest.shape[1])
    found = scores[rows, nearest.ravel()]
    is_known = np.isfinite(found)
    rows, columns, found = rows[is_known], nearest.ravel()[is_known], found[is_known]
    is_model = (models[rows] == models[columns]) & (models[rows] != "")
    return Pairs(found, (labels[rows] == labels[columns]) | is_model, rows % 2 == 0)


def _worn(collection: Collection, checkpoint: Path, *, card: Card, encoder: Encoder) -> Pairs:
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
    outputs = embed([known[key] for key in keys], encoder).outputs
    a = np.array([at[first] for first, *_ in pairs])
    b = np.array([at[second] for _, second, *_ in pairs])
    score = _scorer(card, checkpoint, outputs["embedding"])
    right, look = (np.array([pair[side] for pair in pairs]) for side in (2, 3))
    return Pairs(score(a, b), right.astype(bool), look % 2 == 0)


def _drawer(
    collection: Collection, known: dict[str, Item], asked: Sequence[Sequence[str]]
) -> Drawer:
    told = [keys for name, keys in collection.looks.items() if not name.startswith(KEPT)]
    return Drawer.over(known, asked=asked, known=told)


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


def _photo(
    photos: Sequence[Collection],
    shop: Mapping[str, NDArray[Any]],
    *,
    card: Card,
    encoder: Encoder,
) -> dict[str, Any]:
    """Weigh how near the nearest product is and how sure the category: garments against strangers.

    Garments are the photos and the shop's own pictures, each beside all others.
    """
    generator = np.random.default_rng(SEED)
    gallery = shop["embedding"]
    own = {name: values[:MOST_PHOTOS] for name, values in shop.items()}
    garments = {"own pictures": signs(own, gallery, card, is_own=True)}
    for each in photos:
        seen = embed(_sample(each.items, count=MOST_PHOTOS), encoder).outputs
        garments[each.name] = signs(seen, gallery, card)
    drawn = strangers(STRANGERS, generator=generator)
    kinds = np.array([kind for kind, _ in drawn])
    others = signs(_looked_at([picture for _, picture in drawn], encoder), gallery, card)
    rows = [*garments.values(), others]
    is_garment = np.repeat([True] * len(garments) + [False], [len(each) for each in rows])
    weights = logistic(np.concatenate(rows), is_garment)
    shares = {name: shares_of(each, weights) for name, each in garments.items()}
    floor = float(np.quantile(np.concatenate(list(shares.values())), 1 - KEPT_GARMENTS))
    refused = shares_of(others, weights) < floor
    names = ("nearest", "confidence", "b")
    return {
        "photo": dict(zip(names, weights.round(4).tolist(), strict=True))
        | {"floor": round(floor, 4)},
        "kept": {name: float((each >= floor).mean()) for name, each in shares.items()},
        "refused": {
            kind: float(refused[kinds == kind].mean()) for kind in dict.fromkeys(kinds.tolist())
        },
    }


def signs(
    outputs: Mapping[str, NDArray[Any]], gallery: NDArray[Any], card: Card, *, is_own: bool = False
) -> NDArray[np.floating]:
    """Read off each picture the score of its nearest product and the share of its category: (B, 2).

    Where it `is_own`, the first rows of the gallery are the pictures themselves and not their nearest.
    """
    scores = queries(outputs["embedding"], card) @ gallery.T  # (B, N)
    if is_own:
        np.fill_diagonal(scores, -np.inf)
    confidence = softmax(outputs["category_logits"]).max(axis=1)
    return np.column_stack([scores.max(axis=1), confidence])


def shares_of(columns: NDArray[np.floating], weights: NDArray[np.floating]) -> NDArray[np.floating]:
    """Draw the curve that `logistic` fitted: (N, C) and (C + 1,) to (N,)."""
    shares: NDArray[np.floating] = 1 / (1 + np.exp(-(columns @ weights[:-1] + weights[-1])))
    return shares


def _looked_at(pictures: Sequence[Image.Image], encoder: Encoder) -> dict[str, NDArray[Any]]:
    rows = [encoder.forward([picture]) for picture in pictures]
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _sample(items: Sequence[Item], *, count: int) -> list[Item]:
    """Take so many at random, those of known slot alone where slots are known."""
    usable = [item for item in items if item.slot] or list(items)
    order = np.random.default_rng(SEED).permutation(len(usable))[:count]
    return [usable[at] for at in order.tolist()]
