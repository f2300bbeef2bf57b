"""Do they go together? Fill in the blank and compatibility, hard and classic, beside plain baselines."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import PIXELS, Card, Kind, Purpose, find, load_card
from workers.datasets.collection import Collection, Item
from workers.datasets.retail import Blank, Judged, read_blanks, read_judged
from workers.evaluation.embedded import embed, group_for, queries
from workers.evaluation.metrics import Interval, auc, blank_credit, bootstrap
from workers.images import estimate_ground
from workers.serving import load_scorer
from workers.training.looks import to_learn

GROUNDS = ("hard", "classic")
CHANCE = {"fitb": 0.25, "auc": 0.5}
TOLERANCE = 0.01  # of a judge that sees families alone
Pair = tuple[str, str]


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
        return self.scores.get(answer, 0.0)

    def whole(self, keys: Sequence[str]) -> float:
        return float(np.mean([self.scores.get(key, 0.0) for key in keys]))


@dataclass(frozen=True)
class Exam:
    """The fixed questions of one ground."""

    blanks: list[Blank]
    judged: list[Judged]

    def pairs(self) -> set[Pair]:
        """Collect every pair that a pair scorer is asked about."""
        asked = {ordered(c, a) for b in self.blanks for c in b.context for a in b.answers}
        return asked.union(
            ordered(a, b) for entry in self.judged for a, b in combinations(entry.keys, 2)
        )


def evaluate(
    collection: Collection, folder: Path, checkpoint: Path, *, visual: str | None = None
) -> dict[str, Any]:
    """Put the questions of a folder to a checkpoint and to the baselines.

    Args:
        collection: The folder's products and looks; its training looks teach the baselines.
        folder: Holds `test_fitb_*.json` and `test_compatibility_*.txt`.
        checkpoint: A style or visual encoder (inner product), or a scorer.
        visual: The visual encoder a head reads; by default the shipped one.
    """
    exams = {ground: read_exam(folder, ground) for ground in GROUNDS}
    judges = _judges(collection, exams, checkpoint=checkpoint, visual=visual)
    results = {
        name: {ground: marks(exam, judge) for ground, exam in exams.items()}
        for name, judge in judges.items()
    }
    return {
        "compatibility": results.pop("checkpoint"),
        "baselines": results,
        "warnings": warnings(results["category_only"]["hard"]),
    }


def warnings(category_only: dict[str, Any]) -> list[str]:
    """Say so when families alone answer hard questions: such an exam flatters whoever knows them."""
    said = [
        f"Families alone reach {name} {category_only[name]:.3f} on the hard questions, "
        f"where {chance} is chance: this exam flatters."
        for name, chance in CHANCE.items()
        if abs(category_only[name] - chance) > TOLERANCE
    ]
    return said


def marks(exam: Exam, judge: Judge) -> dict[str, Any]:
    """Mark an exam: accuracy of fill-in-the-blank, AUC, and their 95 % bootstrap intervals."""
    credits = np.array([_credit(blank, judge) for blank in exam.blanks])
    scores = np.array([judge.whole(entry.keys) for entry in exam.judged])
    is_look = np.array([entry.is_look for entry in exam.judged])

    def resampled_auc(cases: NDArray[np.int64]) -> float:
        looks, others = scores[cases][is_look[cases]], scores[cases][~is_look[cases]]
        return auc(looks, others) if len(looks) and len(others) else float("nan")

    fitb = bootstrap(lambda cases: float(credits[cases].mean()), count=len(credits))
    area = bootstrap(resampled_auc, count=len(scores))
    return {
        "fitb": fitb.value,
        "auc": area.value,
        "fitb_interval": _ends(fitb),
        "auc_interval": _ends(area),
    }


def ordered(a: str, b: str) -> Pair:
    """Name a pair whichever way round it is asked."""
    return (a, b) if a <= b else (b, a)


def category_judge(
    items: dict[str, Item], looks: Iterable[Sequence[str]], pairs: Iterable[Pair]
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


def read_exam(folder: Path, ground: str) -> Exam:
    """Read the questions of one ground, "hard" or "classic"."""
    return Exam(
        read_blanks(folder / f"test_fitb_{ground}.json"),
        read_judged(folder / f"test_compatibility_{ground}.txt"),
    )


def _credit(blank: Blank, judge: Judge) -> float:
    scores = [judge.completion(blank.context, answer) for answer in blank.answers]
    return blank_credit(scores, correct=blank.correct)


def _ends(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def _judges(
    collection: Collection, exams: dict[str, Exam], *, checkpoint: Path, visual: str | None
) -> dict[str, Judge]:
    pairs = sorted(set().union(*(exam.pairs() for exam in exams.values())))
    items = {item.key: item for item in collection.items}
    asked = sorted({key for pair in pairs for key in pair})
    known = list(to_learn(collection).values())
    popularity = Counter(key for look in known for key in look)
    chosen, cosine = _encoded(
        [items[key] for key in asked], pairs, checkpoint=checkpoint, visual=visual
    )
    return {
        "checkpoint": chosen,
        "chance": ItemJudge({}),
        "popularity": ItemJudge({key: float(count) for key, count in popularity.items()}),
        "category_only": category_judge(items, known, pairs),
        "background": _ground_judge([items[key] for key in asked], pairs),
        "cosine": cosine,
    }


def _encoded(
    items: list[Item], pairs: list[Pair], *, checkpoint: Path, visual: str | None
) -> tuple[Judge, Judge]:
    """Judge by the checkpoint and, beside it, by the cosine of the visual encoder."""
    card = load_card(checkpoint)
    keys = [item.key for item in items]
    sees_itself = card.input == PIXELS and card.purpose is Purpose.STYLE
    group = group_for(find(visual or "visual") if sees_itself else checkpoint, visual=visual)
    seen = embed(items, group).outputs
    base = group.cards[0]
    cosine = _inner(seen[base.identity], base, keys=keys, pairs=pairs)
    if card.kind is Kind.SCORER:
        return _scored(checkpoint, seen[base.identity], keys, pairs=pairs), cosine
    own = embed(items, group_for(checkpoint)).outputs if sees_itself else seen
    return _inner(own[card.identity], card, keys=keys, pairs=pairs), cosine


def _inner(vectors: NDArray[Any], card: Card, *, keys: list[str], pairs: list[Pair]) -> PairJudge:
    asking = queries(vectors, card)
    return _by_index(keys, pairs, lambda a, b: np.einsum("nd,nd->n", asking[a], vectors[b]))


def _scored(
    checkpoint: Path, vectors: NDArray[Any], keys: list[str], *, pairs: list[Pair]
) -> PairJudge:
    scorer = load_scorer(checkpoint)
    return _by_index(keys, pairs, lambda a, b: scorer.score(vectors[a], vectors[b]))


def _ground_judge(items: list[Item], pairs: list[Pair]) -> PairJudge:
    """See nothing but the ground: the nearer its colours, the better."""
    grounds = np.array([estimate_ground(np.asarray(item.open())).colour for item in items])
    keys = [item.key for item in items]
    return _by_index(
        keys, pairs, lambda a, b: -np.linalg.norm((grounds[a] - grounds[b]).astype(float), axis=1)
    )


def _by_index(
    keys: list[str], pairs: list[Pair], score: Callable[[Any, Any], Iterable[float]]
) -> PairJudge:
    at = {key: index for index, key in enumerate(keys)}
    a = np.array([at[first] for first, _ in pairs])
    b = np.array([at[second] for _, second in pairs])
    return PairJudge(dict(zip(pairs, map(float, score(a, b)), strict=True)))
