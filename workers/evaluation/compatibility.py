"""Do they go together? Fill in the blank and compatibility, hard and classic, beside plain baselines."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.datasets.collection import Collection
from workers.datasets.looks import learnable_looks
from workers.evaluation.benchmark import (
    Benchmark,
    Benchmarks,
    MissingQuestionsError,
    read_benchmarks,
)
from workers.evaluation.metrics import Interval, auc, blank_credit, bootstrap, mcnemar
from workers.evaluation.outfit_scorers import (
    OutfitScorer,
    background_baseline,
    baselines,
    checkpoint_scorers,
)

CHANCE = {"fitb": 0.25, "auc": 0.5}
RIVALS = {"paired": "cosine", "paired_with_pairs": "mean_of_pairs"}  # key of the result: scorer
TOLERANCE = 0.01  # of a baseline that sees families alone
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Marks:
    """What a scorer made of a benchmark, question by question.

    `credits` (Q,) and `asked` (Q,) are of fill-in-the-blank: the credit and the size of the look;
    `scores`, `is_look` and `sizes`, (S,) each, of the sets that are scored as a whole.
    """

    credits: Floats
    asked: NDArray[np.int64]
    scores: Floats
    is_look: NDArray[np.bool_]
    sizes: NDArray[np.int64]

    def fitb(self, cases: Any = slice(None)) -> float:
        """Average the credit; NaN over no question."""
        return float(self.credits[cases].mean()) if len(self.credits[cases]) else float("nan")

    def auc(self, cases: Any = slice(None)) -> float:
        """Compare looks with the others; NaN where either is missing."""
        scores, is_look = self.scores[cases], self.is_look[cases]
        looks, others = scores[is_look], scores[~is_look]
        return auc(looks, others) if len(looks) and len(others) else float("nan")


def evaluate(
    collection: Collection, folder: Path, checkpoint: Path, *, visual: str | None = None
) -> dict[str, Any]:
    """Put the questions of a folder to a checkpoint and to the baselines.

    Args:
        collection: The folder's products and looks; looks outside the benchmark's part teach the baselines.
        folder: Holds the questions, see `benchmark`.
        checkpoint: A style or visual encoder (inner product), or a scorer of pairs or sets.
        visual: The encoder that a head or scorer reads; by default the shipped one.

    Returns:
        `compatibility` and each of `baselines` by kind of wrong answers, `paired` against the cosine, for a set scorer
        `paired_with_pairs`, `left_out` and `warnings`, as docs/evaluation.md describes them.
    """
    benchmarks = read_benchmarks(folder)
    items = {item.key: item for item in collection.items}
    kinds = benchmarks.by_negatives.items()
    answerable = Benchmarks(benchmarks.part, {kind: each.restrict(items) for kind, each in kinds})
    scorers = _scorers(collection, answerable, checkpoint=checkpoint, visual=visual)
    marks = {
        name: {kind: mark(each, scorer) for kind, each in answerable.by_negatives.items()}
        for name, scorer in scorers.items()
    }
    results = {
        name: {kind: figures(each) for kind, each in by_kind.items()}
        for name, by_kind in marks.items()
    }
    own = marks["checkpoint"]
    return {
        "compatibility": results.pop("checkpoint"),
        "baselines": results,
        **{
            key: {kind: paired_figures(own[kind], marks[rival][kind]) for kind in own}
            for key, rival in RIVALS.items()
            if rival in marks
        },
        "part": benchmarks.part,
        "left_out": _left_out(benchmarks, answerable),
        "warnings": warnings(results["category_only"].get("hard", {})),
    }


def mark(benchmark: Benchmark, scorer: OutfitScorer) -> Marks:
    """Let a scorer answer every question of a benchmark."""
    credits = [
        blank_credit([scorer.completion(b.context, a) for a in b.answers], correct=b.correct)
        for b in benchmark.blanks
    ]
    return Marks(
        np.array(credits, dtype=float),
        np.array([len(blank.context) + 1 for blank in benchmark.blanks], dtype=np.int64),
        np.array([scorer.whole(entry.keys) for entry in benchmark.labelled], dtype=float),
        np.array([entry.is_look for entry in benchmark.labelled], dtype=bool),
        np.array([len(entry.keys) for entry in benchmark.labelled], dtype=np.int64),
    )


def figures(marks: Marks) -> dict[str, Any]:
    """Sum marks up, with intervals and by the size of the look; what was not asked is left out."""
    found: dict[str, Any] = {}
    for name, statistic, count in (
        ("fitb", marks.fitb, len(marks.credits)),
        ("auc", marks.auc, len(marks.scores)),
    ):
        if count:
            interval = bootstrap(statistic, count=count)
            found |= {name: interval.value, f"{name}_interval": _ends(interval)}
    return found | {"by_size": _by_size(marks)}


def paired_figures(own: Marks, other: Marks) -> dict[str, Any]:
    """Compare two scorers on the same questions: differences, their intervals, McNemar's p.

    McNemar looks at the blanks that one of them gets wholly right and the other does not.
    """
    found: dict[str, Any] = {}
    if len(own.credits):
        fitb = bootstrap(lambda c: own.fitb(c) - other.fitb(c), count=len(own.credits))
        p = mcnemar(own.credits == 1, other.credits == 1)
        found |= {"fitb": fitb.value, "fitb_interval": _ends(fitb), "mcnemar_p": p}
    if len(own.scores):
        area = bootstrap(lambda c: own.auc(c) - other.auc(c), count=len(own.scores))
        found |= {"auc": area.value, "auc_interval": _ends(area)}
    return found


def warnings(category_only: dict[str, Any]) -> list[str]:
    """Say so when families alone answer hard questions: such a benchmark flatters whoever knows them.

    Off by less than the tolerance, or by what so few questions leave to chance, is no finding.
    """
    said = []
    for name, chance in CHANCE.items():
        found = category_only.get(name, chance)
        low, high = category_only.get(f"{name}_interval", (chance + 1, chance - 1))
        if abs(found - chance) > TOLERANCE and not low <= chance <= high:
            said.append(
                f"Families alone reach {name} {found:.3f} on the hard questions, "
                f"where {chance} is chance: this benchmark flatters."
            )
    return said


def _scorers(
    collection: Collection, benchmarks: Benchmarks, *, checkpoint: Path, visual: str | None
) -> dict[str, OutfitScorer]:
    by_kind = benchmarks.by_negatives.values()
    pairs = sorted(set().union(*(each.pairs() for each in by_kind)))
    if not pairs:
        message = (
            f"None of the questions is about a product that {collection.name} has a picture of."
        )
        raise MissingQuestionsError(message)
    items = {item.key: item for item in collection.items}
    asked = [items[key] for key in sorted({key for pair in pairs for key in pair})]
    sets = sorted(set().union(*(each.sets() for each in by_kind)))
    return {
        **baselines(items, _known_looks(collection, benchmarks.part), pairs),
        "background": background_baseline(asked, pairs),
        **checkpoint_scorers(asked, pairs, sets=sets, checkpoint=checkpoint, visual=visual),
    }


def _known_looks(collection: Collection, part: str) -> Iterable[tuple[str, ...]]:
    """List the looks that a baseline may know: none that the benchmark asks about."""
    looks = learnable_looks(collection)
    return [keys for name, keys in looks.items() if not name.startswith(f"{part}/")]


def _by_size(marks: Marks) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for size in np.union1d(marks.asked, marks.sizes).tolist():
        blanks, sets = marks.asked == size, marks.sizes == size
        values = {"fitb": marks.fitb(blanks), "auc": marks.auc(sets)}
        known = {name: value for name, value in values.items() if not np.isnan(value)}
        found[str(size)] = {**known, "blanks": int(blanks.sum()), "sets": int(sets.sum())}
    return found


def _left_out(asked: Benchmarks, answered: Benchmarks) -> dict[str, int]:
    """Count, by kind of wrong answers, the questions about products without a picture here."""
    kept = answered.by_negatives
    return {kind: each.count - kept[kind].count for kind, each in asked.by_negatives.items()}


def _ends(interval: Interval) -> list[float]:
    return [interval.low, interval.high]
