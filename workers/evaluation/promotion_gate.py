"""May a newly trained encoder serve? Only if it is clearly better on looks that nobody learnt from.

    python -m workers.evaluation gate --data DIR --candidate DIR [--current NAME_OR_DIR] --json OUT

The looks are those of DIR that are named `valid/…`; the candidate must have been trained without them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import find
from workers.datasets.collection import Collection, Item
from workers.datasets.looks import Question, gather, questions
from workers.evaluation.answers import Answers, Score, answers, mean_of_pairs
from workers.evaluation.feedback import Pair, above_median
from workers.evaluation.vectors import embed, similarity
from workers.serving.encoders import Encoder, load_encoder
from workers.serving.scorers import load_pair_scorer

LEARNT, HELD_OUT = "train/", "valid/"
RESAMPLES = 2000
FEWEST_QUESTIONS = 30
SEED = 0
NAMES = {
    "raw": "the pictures alone",
    "current": "the encoder that serves now",
    "popularity": "popularity",
    "scorer": "the pair scorer that ranks now",
}


def evaluate(
    collection: Collection,
    candidate: Path,
    *,
    visual: str | None,
    current: str | None,
    scorer: str | None = None,
    disliked: Sequence[Pair] = (),
) -> dict[str, Any]:
    """Put questions about the held-out looks to the candidate and its rivals.

    Every product of a held-out look is asked for among four of its family and season, drawn as often as
    they are worn. It passes when the 95 % lower bound of every paired difference is above 0; the
    bootstrap draws whole looks, because questions about one look are not independent.

    A pair scorer that ranks now may be named: it does not decide, but whoever lets the candidate serve
    must know whether it is better alone than re-ranked by that scorer. Nor do `disliked` pairs, those
    with a thumbs down, decide: there are too few; it is said how many are still ranked above the middle.

    Returns:
        `passed`, `reason`, `questions`, `candidate` and `against`, as docs/evaluation.md describes them,
        `scorer`, the comparison with the pair scorer, {} without one, and `feedback`, likewise.
    """
    held = _held_out(collection, disliked)
    if len(held.asked) < FEWEST_QUESTIONS:
        return _too_few(len(held.asked))
    base = load_encoder(find(visual or "visual"))
    vectors = embed(held.pictures, base)["embedding"]  # (P, D)
    tables = _tables(held.pictures, candidate, base=base, vectors=vectors, current=current)
    scores: dict[str, Score] = {name: _by_table(table, held.at) for name, table in tables.items()}
    scores["popularity"] = lambda _context, answer: float(held.popularity[answer])
    given = {name: answers(held.asked, score) for name, score in scores.items()}
    own = given.pop("candidate")
    result = compare(own, given, groups=held.groups)
    result["feedback"] = above_median(tables, held.disliked)
    if scorer:
        by_scorer = _by_scorer(find(scorer), vectors, held)
        rival = {"scorer": answers(held.asked, by_scorer)}
        result["scorer"] = compare(own, rival, groups=held.groups)["against"]["scorer"]
    return result


@dataclass(frozen=True)
class _HeldOut:
    """Questions about held-out looks, the pictures they show, and how often each product is worn."""

    asked: Sequence[Question]
    groups: NDArray[np.int64]
    pictures: Sequence[Item]
    at: Mapping[int, int]  # an item's index → its row among the pictures
    popularity: Counter[int]
    disliked: Sequence[tuple[int, int]]  # rows of the pairs with a thumbs down


def _held_out(collection: Collection, disliked: Sequence[Pair]) -> _HeldOut:
    corpus = gather([collection])
    index_of = {item.key: index for index, item in enumerate(corpus.items)}

    def looks(part: str) -> list[tuple[int, ...]]:
        found = (keys for name, keys in collection.looks.items() if name.startswith(part))
        return [tuple(index_of[key] for key in keys) for keys in found]

    held = looks(HELD_OUT)
    asked = questions(held, corpus, generator=np.random.default_rng(SEED))
    pairs = [(index_of[one], index_of[other]) for one, other in disliked]
    asked_of = {index for q in asked for index in (*q.context, *q.answers)}
    shown = sorted(asked_of.union(*pairs))
    at = {index: row for row, index in enumerate(shown)}
    return _HeldOut(
        asked,
        _look_of(asked, held),
        [corpus.items[index] for index in shown],
        at,
        Counter(index for look in looks(LEARNT) for index in look),
        [(at[one], at[other]) for one, other in pairs],
    )


def compare(
    candidate: Answers, rivals: Mapping[str, Answers], *, groups: NDArray[np.int64]
) -> dict[str, Any]:
    """Compare a candidate's answers with its rivals'.

    Args:
        candidate: Its answers.
        rivals: Theirs on the same questions, by name.
        groups: (Q,) the look that each question is about, numbered from 0.
    """
    own = float(candidate.credits.mean())
    against = {
        name: {
            "fitb": float(rival.credits.mean()),
            "difference": own - float(rival.credits.mean()),
            **_bounds(candidate.credits - rival.credits, groups),
        }
        for name, rival in rivals.items()
    }
    beaten = {name: entry["low"] > 0 for name, entry in against.items()}
    return {
        "passed": all(beaten.values()),
        "reason": _reason(own, against, count=len(groups), beaten=beaten),
        "questions": len(groups),
        "candidate": candidate.figures(),
        "against": against,
        "scorer": {},
        "feedback": {},
    }


def _bounds(differences: NDArray[np.floating], groups: NDArray[np.int64]) -> dict[str, float]:
    """Bound the mean difference by a bootstrap over whole groups."""
    counts = np.bincount(groups).astype(float)
    sums = np.bincount(groups, weights=differences)
    generator = np.random.default_rng(SEED)
    drawn = generator.integers(0, len(counts), (RESAMPLES, len(counts)))
    means = sums[drawn].sum(axis=1) / np.maximum(counts[drawn].sum(axis=1), 1)
    low, high = np.percentile(means, [2.5, 97.5])
    return {"low": float(low), "high": float(high)}


def _reason(
    own: float,
    against: Mapping[str, Mapping[str, float]],
    *,
    count: int,
    beaten: Mapping[str, bool],
) -> str:
    """Say in one sentence what happened, in words a merchant knows."""
    said = f"It names the right product in {own:.0%} of {count} questions about looks it never saw"

    def listed(is_wanted: bool) -> str:
        wanted = [name for name in against if beaten[name] is is_wanted]
        return " and ".join(f"{NAMES[name]} ({against[name]['fitb']:.0%})" for name in wanted)

    if all(beaten.values()):
        return f"{said}, clearly more often than {listed(is_wanted=True)}."
    return f"{said}, which is not clearly more often than {listed(is_wanted=False)}."


def _too_few(count: int) -> dict[str, Any]:
    reason = (
        f"The looks held out make {count} questions, too few to decide by; "
        f"{FEWEST_QUESTIONS} are needed."
    )
    empty = {"fitb": 0.0, "auc": 0.0}
    return {
        "passed": False,
        "reason": reason,
        "questions": count,
        "candidate": empty,
        "against": {},
        "scorer": {},
        "feedback": {},
    }


def _tables(
    pictures: Sequence[Any],
    candidate: Path,
    *,
    base: Encoder,
    vectors: NDArray[np.floating],
    current: str | None,
) -> dict[str, NDArray[np.floating]]:
    """Score every pair of pictures, (P, P), by each encoder, by its name."""
    encoders = {"candidate": candidate} | ({"current": find(current)} if current else {})
    tables = {"raw": similarity(vectors, base.card)}
    for name, folder in encoders.items():
        encoder = load_encoder(folder)
        tables[name] = similarity(embed(pictures, encoder)["embedding"], encoder.card)
    return tables


def _by_scorer(folder: Path, vectors: NDArray[np.floating], held: _HeldOut) -> Score:
    """Let a pair scorer score every pair that is asked about."""
    scorer, row = load_pair_scorer(folder), np.vectorize(held.at.__getitem__)
    return mean_of_pairs(held.asked, lambda pairs: scorer.score(*vectors[row(pairs.T)]))


def _by_table(table: NDArray[np.floating], at: Mapping[int, int]) -> Score:
    return lambda context, answer: float(table[[at[c] for c in context], at[answer]].mean())


def _look_of(asked: Sequence[Question], held: Sequence[tuple[int, ...]]) -> NDArray[np.int64]:
    """Number the look of each question: the one whose products are its context and right answer."""
    number = {frozenset(look): index for index, look in enumerate(held)}
    of = [number[frozenset((*q.context, q.answers[0]))] for q in asked]
    return np.unique(of, return_inverse=True)[1].astype(np.int64)
