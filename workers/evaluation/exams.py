"""The fixed questions that come with a data set, of every format, in our words.

- A retailer's folder: `test_fitb_{hard,classic}.json`, `test_compatibility_{hard,classic}.txt`.
- Polyvore Outfits: `fill_in_blank_test.json`, `compatibility_test.txt`; where those are not there, the same
  of `valid`. Wrong answers share the category, so its one ground is `hard`.
- Maryland Polyvore: `fill_in_blank_test.json`, `fashion_compatibility_prediction.txt`, whose wrong answers are
  random products, so `classic`; Vasileva's, that share the category, in `maryland_polyvore_hardneg/`, are `hard`.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from workers.datasets import maryland, polyvore
from workers.datasets.sets import first_file

GROUNDS = ("hard", "classic")
MARYLAND_HARD = "maryland_polyvore_hardneg"
FITB_NAMES = ("fill_in_blank_test.json", "fill_in_the_blank_test.json")
JUDGED_NAMES = ("fashion_compatibility_prediction.txt", "fashion-compatibility-prediction.txt")
Pair = tuple[str, str]
Set = tuple[str, ...]


class MissingQuestionsError(FileNotFoundError):
    """A folder without fixed questions, or whose questions are about other products."""


@dataclass(frozen=True)
class Blank:
    """Fill in the blank: which of `answers` completes `context`?"""

    context: tuple[str, ...]
    answers: tuple[str, ...]
    correct: int

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.context, *self.answers)


@dataclass(frozen=True)
class Judged:
    """A set of products, and whether a stylist put it together."""

    keys: tuple[str, ...]
    is_look: bool


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

    def sets(self) -> set[Set]:
        """Collect every set that a set scorer is asked about."""
        asked = {unordered((*b.context, a)) for b in self.blanks for a in b.answers}
        return asked.union(unordered(entry.keys) for entry in self.judged)

    def about(self, known: Collection[str]) -> "Exam":
        """Leave out the questions about a product that is not known."""
        return Exam(
            [blank for blank in self.blanks if all(key in known for key in blank.keys)],
            [entry for entry in self.judged if all(key in known for key in entry.keys)],
        )


@dataclass(frozen=True)
class Exams:
    """The questions by ground, and the part of the data set that they ask about."""

    part: str
    grounds: dict[str, Exam]


def read_exams(folder: Path) -> Exams:
    """Read all questions of a folder.

    Raises:
        MissingQuestionsError: There are none; says how to make some.
    """
    for reader in (_retail, _polyvore, _maryland):
        exams = reader(folder)
        if exams.grounds:
            return exams
    message = (
        f"{folder} has no fixed questions: neither test_fitb_hard.json with test_compatibility_hard.txt, nor "
        "Polyvore's or Maryland's. `python -m workers.evaluation split --data DIR --out DIR` makes "
        "some from any folder with looks."
    )
    raise MissingQuestionsError(message)


def read_exam(folder: Path, ground: str) -> Exam:
    """Read the questions of one ground, "hard" or "classic"."""
    return read_exams(folder).grounds[ground]


def ordered(a: str, b: str) -> Pair:
    """Name a pair whichever way round it is asked."""
    return (a, b) if a <= b else (b, a)


def unordered(keys: Iterable[str]) -> Set:
    """Name a set whichever way round its products are named."""
    return tuple(sorted(keys))


def read_blanks(path: Path) -> list[Blank]:
    """Read questions that name products and the right answer, in the file's order."""
    return [
        Blank(tuple(entry["question"]), tuple(entry["answers"]), int(entry["correct"]))
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]


def read_placed_blanks(path: Path, key_of: Callable[[str], str]) -> list[Blank]:
    """Read questions that name places in sets; the right answer is the one of the question's set.

    A question with no or several such answers is left out: nobody could mark it.
    """
    blanks = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        owner = _set_of(entry["question"][0])
        right = [at for at, place in enumerate(entry["answers"]) if _set_of(place) == owner]
        if len(right) == 1:
            context, answers = (
                tuple(map(key_of, places)) for places in (entry["question"], entry["answers"])
            )
            blanks.append(Blank(context, answers, right[0]))
    return blanks


def read_judged(path: Path, key_of: Callable[[str], str] = str) -> list[Judged]:
    """Read lines of a label and products, in the file's order; blank lines are left out."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return [Judged(tuple(map(key_of, keys)), label == "1") for label, *keys in filter(None, lines)]


def _retail(folder: Path) -> Exams:
    grounds = {}
    for ground in GROUNDS:
        blanks = folder / f"test_fitb_{ground}.json"
        judged = folder / f"test_compatibility_{ground}.txt"
        if blanks.is_file() and judged.is_file():
            grounds[ground] = Exam(read_blanks(blanks), read_judged(judged))
    return Exams("test", grounds)


def _polyvore(folder: Path) -> Exams:
    if not polyvore.recognises(folder):
        return Exams("test", {})
    home = polyvore.version_of(folder)
    key_of = _translator(polyvore.key_of_position(folder))
    for part in ("test", "valid"):
        exam = _placed(
            first_file(home / f"fill_in_blank_{part}.json"),
            first_file(home / f"compatibility_{part}.txt"),
            key_of,
        )
        if exam:
            return Exams(part, {"hard": exam})
    return Exams("test", {})


def _maryland(folder: Path) -> Exams:
    home = maryland.home_of(folder)
    if home is None:
        return Exams("test", {})
    harder = [place / MARYLAND_HARD for place in (home, folder)]
    found = {
        "hard": _placed(
            first_file(*(place / FITB_NAMES[0] for place in harder)),
            first_file(*(place / "compatibility_test.txt" for place in harder)),
            str,
        ),
        "classic": _placed(
            first_file(*(home / name for name in FITB_NAMES)),
            first_file(*(home / name for name in JUDGED_NAMES)),
            str,
        ),
    }
    return Exams("test", {ground: exam for ground, exam in found.items() if exam})


def _placed(blanks: Path | None, judged: Path | None, key_of: Callable[[str], str]) -> Exam | None:
    """Read what is there of the two kinds of question; None where nothing is."""
    if blanks is None and judged is None:
        return None
    return Exam(
        read_placed_blanks(blanks, key_of) if blanks else [],
        read_judged(judged, key_of) if judged else [],
    )


def _translator(key_of: Mapping[str, str]) -> Callable[[str], str]:
    """Name the product of a place; a place in no set keeps its name, which no product has."""
    return lambda place: key_of.get(place, place)


def _set_of(place: str) -> str:
    return place.rpartition("_")[0]
