"""What every reader makes of its catalogue, and all the writer ever sees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Protocol


@dataclass(frozen=True, kw_only=True)
class Row:
    """One product. What is None was not stated: an import leaves it as it is in the shop.

    `if_new` holds what a product gets that is new to the shop, where the catalogue states nothing.
    `problems` are worth telling a person, but no reason to leave the product out.
    """

    number: int
    sku: str
    pictures: tuple[Path, ...]
    category: str | None = None
    slot: str = ""
    title: str | None = None
    description: str | None = None
    design: str | None = None
    colour: str | None = None
    gender: str | None = None
    season: str | None = None
    sizes: str | None = None
    price: Decimal | None = None
    stock: int | None = None
    if_new: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LookRow:
    """A look: its name within the kind of catalogue, and its products."""

    name: str
    title: str
    skus: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a row, and whether its product was imported all the same."""

    number: int
    sku: str
    reason: str
    is_imported: bool = False


class UnknownCatalogue(ValueError):  # noqa: N818 -- reads as what was found
    """A path holds no catalogue of the kind; the message says what was looked for."""


class Reader(Protocol):
    """One kind of catalogue. Reads as it is asked, never the whole catalogue at once."""

    LOOKED_FOR: ClassVar[str]

    def __init__(self, path: Path) -> None:
        """Raises `UnknownCatalogue` where the files that make up the kind are missing."""

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether this is such a catalogue; reads headers and a few names, no more."""

    def row_count(self) -> int:
        """About how many rows will come, for the time left."""

    def rows(self) -> Iterator[Row | Fault]:
        """The products, in the order of the catalogue."""

    def looks(self) -> Iterator[LookRow]:
        """The looks; they may name products that `rows` did not."""
