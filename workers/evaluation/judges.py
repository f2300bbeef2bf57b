"""Who judges sets of products: a checkpoint, and the plain judges that it must beat."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import PIXELS, Card, CheckpointError, Kind, find, load_card
from workers.datasets.collection import Item
from workers.evaluation.embedded import embed, group_for, queries
from workers.evaluation.exams import Pair, ordered
from workers.images import estimate_ground
from workers.serving import load_scorer


class Judge(Protocol):
    """Anything that scores sets of products, higher is better."""

    def completion(self, context: Sequence[str], answer: str) -> float: ...

    def whole(self, keys: Sequence[str]) -> float: ...


@dataclass(frozen=True)
class PairJudge:
    """A set is worth the mean of its pairs; a pair without a score is worth nothing."""

    scores: dict[Pair, float]

    def completion(self, context: Sequence[str], answer: str) -> float:
        return float(np.mean([self.scores.get(ordered(key, answer), 0.0) for key in context]))

    def whole(self, keys: Sequence[str]) -> float:
        pairs = [ordered(a, b) for a, b in combinations(keys, 2)]
        return float(np.mean([self.scores.get(pair, 0.0) for pair in pairs]))


@dataclass(frozen=True)
class ItemJudge:
    """A set is worth the mean of its items, whatever they are worn with."""

    scores: dict[str, float]

    def completion(self, context: Sequence[str], answer: str) -> float:
        del context
        return self.scores.get(answer, 0.0)

    def whole(self, keys: Sequence[str]) -> float:
        return float(np.mean([self.scores.get(key, 0.0) for key in keys]))


def plain_judges(
    items: Mapping[str, Item], looks: Iterable[Sequence[str]], pairs: Iterable[Pair]
) -> dict[str, Judge]:
    """Judges that see no picture: chance, popularity and families in the looks that may be known."""
    known = list(looks)
    popularity = Counter(key for look in known for key in look)
    return {
        "chance": ItemJudge({}),
        "popularity": ItemJudge({key: float(count) for key, count in popularity.items()}),
        "category_only": category_judge(items, known, pairs),
    }


def category_judge(
    items: Mapping[str, Item], looks: Iterable[Sequence[str]], pairs: Iterable[Pair]
) -> PairJudge:
    """See nothing but product families: pointwise mutual information of families in looks."""
    together: Counter[Pair] = Counter()
    alone: Counter[str] = Counter()
    for look in looks:
        families = [items[key].family for key in look]
        alone.update(families)
        together.update(ordered(a, b) for a, b in combinations(families, 2))

    def information(pair: Pair) -> float:
        a, b = (items[key].family for key in pair)
        expected = (alone[a] + 1) * (alone[b] + 1)
        return float(np.log((together[ordered(a, b)] + 0.1) / expected))

    return PairJudge({pair: information(pair) for pair in pairs})


def ground_judge(items: Sequence[Item], pairs: Sequence[Pair]) -> PairJudge:
    """See nothing but the ground: the nearer its colours, the better."""
    grounds = np.array([estimate_ground(np.asarray(item.open())).colour for item in items])
    keys = [item.key for item in items]
    return _by_index(
        keys, pairs, lambda a, b: -np.linalg.norm((grounds[a] - grounds[b]).astype(float), axis=1)
    )


def checkpoint_judges(
    items: Sequence[Item], pairs: Sequence[Pair], *, checkpoint: Path, visual: str | None
) -> tuple[Judge, Judge]:
    """Judge by a checkpoint and, beside it, by the cosine of the visual encoder.

    Raises:
        CheckpointError: The checkpoint is no encoder or scorer, or reads another visual encoder.
    """
    card = load_card(checkpoint)
    if card.kind is Kind.CLASSIFIER:
        message = (
            f"{card.identity} is a classifier: it tells what a product is, not what it goes with. "
            "Measure it with `python -m workers.evaluation classification`."
        )
        raise CheckpointError(message)
    keys = [item.key for item in items]
    sees_itself = card.input == PIXELS and card.kind is Kind.ENCODER
    shown = find(visual or "visual") if sees_itself else checkpoint
    group = group_for(shown, visual=visual)
    seen = embed(items, group).outputs
    base = group.cards[0]
    cosine = _inner(seen[base.identity], base, keys=keys, pairs=pairs)
    if card.kind is Kind.SCORER:
        return _scored(checkpoint, seen[base.identity], keys, pairs=pairs), cosine
    if not sees_itself or card.identity == base.identity:
        return _inner(seen[card.identity], card, keys=keys, pairs=pairs), cosine
    own = embed(items, group_for(checkpoint)).outputs[card.identity]
    return _inner(own, card, keys=keys, pairs=pairs), cosine


def _inner(
    vectors: NDArray[Any], card: Card, *, keys: Sequence[str], pairs: Sequence[Pair]
) -> PairJudge:
    asking = queries(vectors, card)
    return _by_index(keys, pairs, lambda a, b: np.einsum("nd,nd->n", asking[a], vectors[b]))


def _scored(
    checkpoint: Path, vectors: NDArray[Any], keys: Sequence[str], *, pairs: Sequence[Pair]
) -> PairJudge:
    scorer = load_scorer(checkpoint)
    return _by_index(keys, pairs, lambda a, b: scorer.score(vectors[a], vectors[b]))


def _by_index(
    keys: Sequence[str], pairs: Sequence[Pair], score: Callable[[Any, Any], Iterable[float]]
) -> PairJudge:
    at = {key: index for index, key in enumerate(keys)}
    a = np.array([at[first] for first, _ in pairs])
    b = np.array([at[second] for _, second in pairs])
    return PairJudge(dict(zip(pairs, map(float, score(a, b)), strict=True)))
