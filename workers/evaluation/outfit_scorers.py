"""What scores outfits in an evaluation: a checkpoint, and the baselines that it must beat."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import (
    Card,
    CheckpointError,
    Purpose,
    find,
    load_card,
)
from workers.datasets.collection import Item
from workers.evaluation.benchmark import Pair, Set, pair_of, set_of
from workers.evaluation.vectors import embed, encoder_for, queries
from workers.images import estimate_ground
from workers.serving.scorers import load_pair_scorer
from workers.serving.set_scorer import load_set_scorer


class OutfitScorer(Protocol):
    """Anything that scores sets of products, higher is better."""

    def completion(self, context: Sequence[str], answer: str) -> float: ...

    def whole(self, keys: Sequence[str]) -> float: ...


@dataclass(frozen=True)
class PairMeans:
    """A set is worth the mean of its pairs; a pair without a score is worth nothing."""

    scores: dict[Pair, float]

    def completion(self, context: Sequence[str], answer: str) -> float:
        return float(np.mean([self.scores.get(pair_of(key, answer), 0.0) for key in context]))

    def whole(self, keys: Sequence[str]) -> float:
        pairs = [pair_of(a, b) for a, b in combinations(keys, 2)]
        return float(np.mean([self.scores.get(pair, 0.0) for pair in pairs]))


@dataclass(frozen=True)
class SetScores:
    """A set is worth what a set scorer says of all its items at once."""

    scores: dict[Set, float]

    def completion(self, context: Sequence[str], answer: str) -> float:
        return self.scores[set_of((*context, answer))]

    def whole(self, keys: Sequence[str]) -> float:
        return self.scores[set_of(keys)]


@dataclass(frozen=True)
class ItemMeans:
    """A set is worth the mean of its items, whatever they are worn with."""

    scores: dict[str, float]

    def completion(self, context: Sequence[str], answer: str) -> float:
        del context
        return self.scores.get(answer, 0.0)

    def whole(self, keys: Sequence[str]) -> float:
        return float(np.mean([self.scores.get(key, 0.0) for key in keys]))


def baselines(
    items: Mapping[str, Item], looks: Iterable[Sequence[str]], pairs: Iterable[Pair]
) -> dict[str, OutfitScorer]:
    """Baselines that see no picture: chance, popularity and families in the looks that may be known."""
    known = list(looks)
    popularity = Counter(key for look in known for key in look)
    return {
        "chance": ItemMeans({}),
        "popularity": ItemMeans({key: float(count) for key, count in popularity.items()}),
        "category_only": family_baseline(items, known, pairs),
    }


def family_baseline(
    items: Mapping[str, Item], looks: Iterable[Sequence[str]], pairs: Iterable[Pair]
) -> PairMeans:
    """See nothing but product families: pointwise mutual information of families in looks."""
    together: Counter[Pair] = Counter()
    alone: Counter[str] = Counter()
    for look in looks:
        families = [items[key].family for key in look]
        alone.update(families)
        together.update(pair_of(a, b) for a, b in combinations(families, 2))

    def information(pair: Pair) -> float:
        a, b = (items[key].family for key in pair)
        expected = (alone[a] + 1) * (alone[b] + 1)
        return float(np.log((together[pair_of(a, b)] + 0.1) / expected))

    return PairMeans({pair: information(pair) for pair in pairs})


def background_baseline(items: Sequence[Item], pairs: Sequence[Pair]) -> PairMeans:
    """See nothing but the ground: the nearer its colours, the better."""
    grounds = np.array([estimate_ground(np.asarray(item.open())).colour for item in items])
    keys = [item.key for item in items]
    return _by_index(
        keys, pairs, lambda a, b: -np.linalg.norm((grounds[a] - grounds[b]).astype(float), axis=1)
    )


def checkpoint_scorers(
    items: Sequence[Item],
    pairs: Sequence[Pair],
    *,
    sets: Sequence[Set] = (),
    checkpoint: Path,
    visual: str | None,
) -> dict[str, OutfitScorer]:
    """Score by a `checkpoint` and, beside it, by the `cosine` of the visual encoder.

    A set scorer is asked about `sets`, and must beat `mean_of_pairs`, the inner products of the style
    encoder that it reads; that encoder is what `visual` names then, and its `cosine` is the shipped one's.

    Raises:
        CheckpointError: The checkpoint is no encoder or scorer, or reads another visual encoder.
    """
    card = load_card(checkpoint)
    if card.purpose is Purpose.SET:
        return _set_scorers(items, pairs, sets=sets, checkpoint=checkpoint, style=visual)
    if card.purpose is Purpose.CATEGORY:
        message = (
            f"{card.identity} is a classifier: it tells what a product is, not what it goes with. "
            "Measure it with `python -m workers.evaluation classification`."
        )
        raise CheckpointError(message)
    keys = [item.key for item in items]
    is_encoder = card.purpose.is_encoder
    base = encoder_for(find(visual or "visual") if is_encoder else checkpoint, visual=visual)
    vectors = embed(items, base)["embedding"]
    cosine = _by_inner_product(vectors, base.card, keys=keys, pairs=pairs)
    if not is_encoder:
        return {
            "checkpoint": _by_pair_scorer(checkpoint, vectors, keys, pairs=pairs),
            "cosine": cosine,
        }
    if card.identity != base.card.identity:
        vectors = embed(items, encoder_for(checkpoint))["embedding"]
    own = _by_inner_product(vectors, card, keys=keys, pairs=pairs)
    return {"checkpoint": own, "cosine": cosine}


def _set_scorers(
    items: Sequence[Item],
    pairs: Sequence[Pair],
    *,
    sets: Sequence[Set],
    checkpoint: Path,
    style: str | None,
) -> dict[str, OutfitScorer]:
    """Score whole sets, the pairs of the same vectors, and the pairs of the shipped visual encoder."""
    scorer = load_set_scorer(checkpoint)
    base = encoder_for(checkpoint, visual=style or "style")
    vectors = embed(items, base)["embedding"]
    at = {item.key: index for index, item in enumerate(items)}
    scores = scorer.score(
        [vectors[[at[key] for key in keys]] for keys in sets],
        [[items[at[key]].slot for key in keys] for keys in sets],
    )
    plain = checkpoint_scorers(items, pairs, checkpoint=find("visual"), visual=None)
    return {
        "checkpoint": SetScores(dict(zip(sets, scores, strict=True))),
        "mean_of_pairs": _by_inner_product(vectors, base.card, keys=list(at), pairs=pairs),
        "cosine": plain["cosine"],
    }


def _by_inner_product(
    vectors: NDArray[Any], card: Card, *, keys: Sequence[str], pairs: Sequence[Pair]
) -> PairMeans:
    asking = queries(vectors, card)
    return _by_index(keys, pairs, lambda a, b: np.einsum("nd,nd->n", asking[a], vectors[b]))


def _by_pair_scorer(
    checkpoint: Path, vectors: NDArray[Any], keys: Sequence[str], *, pairs: Sequence[Pair]
) -> PairMeans:
    scorer = load_pair_scorer(checkpoint)
    return _by_index(keys, pairs, lambda a, b: scorer.score(vectors[a], vectors[b]))


def _by_index(
    keys: Sequence[str], pairs: Sequence[Pair], score: Callable[[Any, Any], Iterable[float]]
) -> PairMeans:
    at = {key: index for index, key in enumerate(keys)}
    a = np.array([at[first] for first, _ in pairs])
    b = np.array([at[second] for _, second in pairs])
    return PairMeans(dict(zip(pairs, map(float, score(a, b)), strict=True)))
