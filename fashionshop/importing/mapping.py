"""What the merchant decided once for all imports: a table of three columns, what, found, means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fashionshop.importing.slots import plain
from fashionshop.models import Gender, Season
from recommender.garments import SLOTS

FILE = "mapping.csv"
COLUMNS = ("what", "found", "means")
COLUMN, CATEGORY, GENDER, SEASON, DECIMAL = "column", "category", "gender", "season", "decimal"
NOTHING = "nothing"
FIELDS = (
    *("sku", "design", "title", "description", "category", "slot", "gender", "season", "colour"),
    *("price", "stock", "available", "sizes", "published", "image"),
)
MEANINGS = {
    COLUMN: {name: name for name in FIELDS},
    CATEGORY: {**{slot.lower(): slot for slot in SLOTS}, NOTHING: ""},
    GENDER: {value.lower(): value for value in Gender.values},
    SEASON: {value.lower(): value for value in Season.values},
    DECIMAL: {",": ",", ".": ".", "comma": ",", "point": "."},
}


UNKNOWN = "Line {} of the mapping: {} is {!r}; it can be {}."


class BadMapping(ValueError):  # noqa: N818 -- reads as the thing it is
    """A line of the mapping says something that the shop does not know; the message lists what it does."""


@dataclass(frozen=True)
class Decisions:
    """What each word of a catalogue means: `by_kind["category"]["kleider"]` is "DRESS"."""

    by_kind: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, kind: str) -> Mapping[str, str]:
        return self.by_kind.get(kind, {})

    def meaning(self, kind: str, word: str | None) -> str | None:
        return self.of(kind).get(plain(word or ""))

    @property
    def decimal(self) -> str:
        return next(iter(self.of(DECIMAL).values()), "")


NONE = Decisions()


def decisions_of(lines: Iterable[Mapping[str, str]]) -> Decisions:
    """Read the lines of a mapping; those without a meaning are still to be decided.

    Raises:
        BadMapping: a line names a kind or a meaning that does not exist.
    """
    by_kind: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines, start=2):
        kind, found, means = (line.get(column, "").strip() for column in COLUMNS)
        if not means:
            continue
        if kind.lower() not in MEANINGS:
            raise BadMapping(UNKNOWN.format(number, "what", kind, ", ".join(MEANINGS)))
        meanings = MEANINGS[kind.lower()]
        if means.lower() not in meanings:
            raise BadMapping(UNKNOWN.format(number, "means", means, choices(kind.lower())))
        by_kind.setdefault(kind.lower(), {})[plain(found)] = meanings[means.lower()]
    return Decisions(by_kind)


def choices(kind: str) -> str:
    """What words of a kind can mean."""
    return ", ".join(meaning or NOTHING for meaning in dict.fromkeys(MEANINGS[kind].values()))
