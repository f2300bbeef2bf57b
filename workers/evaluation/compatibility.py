"""Do they go together? Fill in the blank and compatibility, hard and classic, beside plain baselines."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.datasets.collection import Collection
from workers.evaluation.exams import Exam, Exams, MissingQuestionsError, read_exams
from workers.evaluation.judges import Judge, checkpoint_judges, ground_judge, plain_judges
from workers.evaluation.metrics import Interval, auc, blank_credit, bootstrap, mcnemar
from workers.training.looks import to_learn

CHANCE = {"fitb": 0.25, "auc": 0.5}
RIVALS = {"paired": "cosine", "paired_with_pairs": "mean_of_pairs"}  # key of the result: judge
TOLERANCE = 0.01  # of a judge that sees families alone
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Sheet:
    """What a judge made of an exam, question by question.

    `credits` (Q,) and `asked` (Q,) are of fill-in-the-blank: the credit and the size of the look;
    `scores`, `is_look` and `sizes`, (S,) each, of the sets that are judged as a whole.
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
        collection: The folder's products and looks; looks outside the exam's part teach the baselines.
        folder: Holds the questions, see `exams`.
        checkpoint: A style or visual encoder (inner product), or a scorer of pairs or sets.
        visual: The encoder that a head or scorer reads; by default the shipped one.

    Returns:
        `compatibility` and each of `baselines` by ground, `paired` against the cosine, for a set scorer
        `paired_with_pairs`, `left_out` and `warnings`, as docs/evaluation.md describes them.
    """
    exams = read_exams(folder)
    items = {item.key: item for item in collection.items}
    answerable = Exams(exams.part, {g: exam.about(items) for g, exam in exams.grounds.items()})
    judges = _judges(collection, answerable, checkpoint=checkpoint, visual=visual)
    sheets = {
        name: {ground: fill_in(exam, judge) for ground, exam in answerable.grounds.items()}
        for name, judge in judges.items()
    }
    results = {
        name: {ground: figures(sheet) for ground, sheet in by_ground.items()}
        for name, by_ground in sheets.items()
    }
    own = sheets["checkpoint"]
    return {
        "compatibility": results.pop("checkpoint"),
        "baselines": results,
        **{
            key: {ground: paired(own[ground], sheets[rival][ground]) for ground in own}
            for key, rival in RIVALS.items()
            if rival in sheets
        },
        "part": exams.part,
        "left_out": _left_out(exams, answerable),
        "warnings": warnings(results["category_only"].get("hard", {})),
    }


def marks(exam: Exam, judge: Judge) -> dict[str, Any]:
    """Mark an exam: accuracy of fill-in-the-blank, AUC, and their 95 % bootstrap intervals."""
    return figures(fill_in(exam, judge))


def fill_in(exam: Exam, judge: Judge) -> Sheet:
    """Let a judge answer every question of an exam."""
    credits = [
        blank_credit([judge.completion(b.context, a) for a in b.answers], correct=b.correct)
        for b in exam.blanks
    ]
    return Sheet(
        np.array(credits, dtype=float),
        np.array([len(blank.context) + 1 for blank in exam.blanks], dtype=np.int64),
        np.array([judge.whole(entry.keys) for entry in exam.judged], dtype=float),
        np.array([entry.is_look for entry in exam.judged], dtype=bool),
        np.array([len(entry.keys) for entry in exam.judged], dtype=np.int64),
    )


def figures(sheet: Sheet) -> dict[str, Any]:
    """Sum a sheet up, with intervals and by the size of the look; what was not asked is left out."""
    found: dict[str, Any] = {}
    for name, statistic, count in (
        ("fitb", sheet.fitb, len(sheet.credits)),
        ("auc", sheet.auc, len(sheet.scores)),
    ):
        if count:
            interval = bootstrap(statistic, count=count)
            found |= {name: interval.value, f"{name}_interval": _ends(interval)}
    return found | {"by_size": _by_size(sheet)}


def paired(own: Sheet, other: Sheet) -> dict[str, Any]:
    """Compare two judges on the same questions: differences, their intervals, McNemar's p.

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
    """Say so when families alone answer hard questions: such an exam flatters whoever knows them.

    Off by less than the tolerance, or by what so few questions leave to chance, is no finding.
    """
    said = []
    for name, chance in CHANCE.items():
        found = category_only.get(name, chance)
        low, high = category_only.get(f"{name}_interval", (chance + 1, chance - 1))
        if abs(found - chance) > TOLERANCE and not low <= chance <= high:
            said.append(
                f"Families alone reach {name} {found:.3f} on the hard questions, "
                f"where {chance} is chance: this exam flatters."
            )
    return said


def _judges(
    collection: Collection, exams: Exams, *, checkpoint: Path, visual: str | None
) -> dict[str, Judge]:
    pairs = sorted(set().union(*(exam.pairs() for exam in exams.grounds.values())))
    if not pairs:
        message = (
            f"None of the questions is about a product that {collection.name} has a picture of."
        )
        raise MissingQuestionsError(message)
    items = {item.key: item for item in collection.items}
    asked = [items[key] for key in sorted({key for pair in pairs for key in pair})]
    sets = sorted(set().union(*(exam.sets() for exam in exams.grounds.values())))
    return {
        **plain_judges(items, _known(collection, exams.part), pairs),
        "background": ground_judge(asked, pairs),
        **checkpoint_judges(asked, pairs, sets=sets, checkpoint=checkpoint, visual=visual),
    }


def _known(collection: Collection, part: str) -> Iterable[tuple[str, ...]]:
    """List the looks that a baseline may know: none that the exam asks about."""
    looks = to_learn(collection)
    return [keys for name, keys in looks.items() if not name.startswith(f"{part}/")]


def _by_size(sheet: Sheet) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for size in np.union1d(sheet.asked, sheet.sizes).tolist():
        blanks, sets = sheet.asked == size, sheet.sizes == size
        values = {"fitb": sheet.fitb(blanks), "auc": sheet.auc(sets)}
        known = {name: value for name, value in values.items() if not np.isnan(value)}
        found[str(size)] = {**known, "blanks": int(blanks.sum()), "sets": int(sets.sum())}
    return found


def _left_out(asked: Exams, answered: Exams) -> dict[str, int]:
    """Count, by ground, the questions about products without a picture here."""
    return {
        ground: len(exam.blanks) - len(kept.blanks) + len(exam.judged) - len(kept.judged)
        for (ground, exam), kept in zip(
            asked.grounds.items(), answered.grounds.values(), strict=True
        )
    }


def _ends(interval: Interval) -> list[float]:
    return [interval.low, interval.high]
