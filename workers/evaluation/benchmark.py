"""Benchmarks: the fixed questions that come with a data set, of every format, in our words.

- A retailer's folder: `test_fitb_{hard,classic}.json`, `test_compatibility_{hard,classic}.txt`.
- Polyvore Outfits: `fill_in_blank_test.json`, `compatibility_test.txt`; where those are not there, the same
  of `valid`. Wrong answers share the category, so its negatives are `hard`.
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

NEGATIVES = ("hard", "classic")
MARYLAND_HARD = "maryland_polyvore_hardneg"
FITB_NAMES = ("fill_in_blank_test.json", "fill_in_the_blank_test.json")
SET_NAMES = ("fashion_compatibility_prediction.txt", "fashion-compatibility-prediction.txt")
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
class LabelledSet:
    """A set of products, and whether a stylist put it together."""

    keys: tuple[str, ...]
    is_look: bool


@dataclass(frozen=True)
class Benchmark:
    """The fixed questions with one kind of wrong answers."""

    blanks: list[Blank]
    labelled: list[LabelledSet]

    @property
    def count(self) -> int:
        return len(self.blanks) + len(self.labelled)

    def pairs(self) -> set[Pair]:
        """Collect every pair that a pair scorer is asked about."""
        asked = {pair_of(c, a) for b in self.blanks for c in b.context for a in b.answers}
        return asked.union(
            pair_of(a, b) for entry in self.labelled for a, b in combinations(entry.keys, 2)
        )

    def sets(self) -> set[Set]:
        """Collect every set that a set scorer is asked about."""
        asked = {set_of((*b.context, a)) for b in self.blanks for a in b.answers}
        return asked.union(set_of(entry.keys) for entry in self.labelled)

    def restrict(self, known: Collection[str]) -> "Benchmark":
        """Leave out the questions about a product that is not known."""
        return Benchmark(
            [blank for blank in self.blanks if all(key in known for key in blank.keys)],
            [entry for entry in self.labelled if all(key in known for key in entry.keys)],
        )


@dataclass(frozen=True)
class Benchmarks:
    """The questions by their wrong answers, "hard" or "classic", and the part that they ask about."""

    part: str
    by_negatives: dict[str, Benchmark]


def read_benchmarks(folder: Path) -> Benchmarks:
    """Read all questions of a folder.

    Raises:
        MissingQuestionsError: There are none; says how to make some.
    """
    for reader in (_retail, _polyvore, _maryland):
        benchmarks = reader(folder)
        if benchmarks.by_negatives:
            return benchmarks
    message = (
        f"{folder} has no fixed questions: neither test_fitb_hard.json with test_compatibility_hard.txt, nor "
        "Polyvore's or Maryland's. `python -m workers.evaluation split --data DIR --out DIR` makes "
        "some from any folder with looks."
    )
    raise MissingQuestionsError(message)


def pair_of(a: str, b: str) -> Pair:
    """Name a pair whichever way round it is asked."""
    return (a, b) if a <= b else (b, a)


def set_of(keys: Iterable[str]) -> Set:
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
        owner = _owner(entry["question"][0])
        right = [at for at, place in enumerate(entry["answers"]) if _owner(place) == owner]
        if len(right) == 1:
            context, answers = (
                tuple(map(key_of, places)) for places in (entry["question"], entry["answers"])
            )
            blanks.append(Blank(context, answers, right[0]))
    return blanks


def read_labelled_sets(path: Path, key_of: Callable[[str], str] = str) -> list[LabelledSet]:
    """Read lines of a label and products, in the file's order; blank lines are left out."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        LabelledSet(tuple(map(key_of, keys)), label == "1") for label, *keys in filter(None, lines)
    ]


def _retail(folder: Path) -> Benchmarks:
    found = {}
    for negatives in NEGATIVES:
        blanks = folder / f"test_fitb_{negatives}.json"
        labelled = folder / f"test_compatibility_{negatives}.txt"
        if blanks.is_file() and labelled.is_file():
            found[negatives] = Benchmark(read_blanks(blanks), read_labelled_sets(labelled))
    return Benchmarks("test", found)


def _polyvore(folder: Path) -> Benchmarks:
    if not polyvore.recognises(folder):
        return Benchmarks("test", {})
    home = polyvore.version_of(folder)
    key_of = _translator(polyvore.key_of_position(folder))
    for part in ("test", "valid"):
        benchmark = _read_placed(
            first_file(home / f"fill_in_blank_{part}.json"),
            first_file(home / f"compatibility_{part}.txt"),
            key_of,
        )
        if benchmark:
            return Benchmarks(part, {"hard": benchmark})
    return Benchmarks("test", {})


def _maryland(folder: Path) -> Benchmarks:
    home = maryland.home_of(folder)
    if home is None:
        return Benchmarks("test", {})
    harder = [place / MARYLAND_HARD for place in (home, folder)]
    found = {
        "hard": _read_placed(
            first_file(*(place / FITB_NAMES[0] for place in harder)),
            first_file(*(place / "compatibility_test.txt" for place in harder)),
            str,
        ),
        "classic": _read_placed(
            first_file(*(home / name for name in FITB_NAMES)),
            first_file(*(home / name for name in SET_NAMES)),
            str,
        ),
    }
    return Benchmarks("test", {name: each for name, each in found.items() if each})


def _read_placed(
    blanks: Path | None, labelled: Path | None, key_of: Callable[[str], str]
) -> Benchmark | None:
    """Read what is there of the two kinds of question; None where nothing is."""
    if blanks is None and labelled is None:
        return None
    return Benchmark(
        read_placed_blanks(blanks, key_of) if blanks else [],
        read_labelled_sets(labelled, key_of) if labelled else [],
    )


def _translator(key_of: Mapping[str, str]) -> Callable[[str], str]:
    """Name the product of a place; a place in no set keeps its name, which no product has."""
    return lambda place: key_of.get(place, place)


def _owner(place: str) -> str:
    return place.rpartition("_")[0]
