"""What every reader makes of its catalogue, and all the writer ever sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

SKU_LIMIT = 64


@dataclass(frozen=True)
class Question:
    """What the merchant must decide: a kind of word (`mapping.MEANINGS`), and the word found."""

    kind: str
    found: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One product. What is None was not stated: an import leaves it as it is in the shop.

    `if_new` holds what a product gets that is new to the shop, where the catalogue states nothing.
    `problems` are worth telling a person, but no reason to leave the product out; `questions` are
    words nobody knows. A stock below zero is none. `is_available` is for catalogues that count no
    pieces: what they call in stock is not sold out.
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
    is_available: bool | None = None
    is_published: bool | None = None
    if_new: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


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
    question: Question | None = None


class UnknownCatalogue(ValueError):  # noqa: N818 -- reads as what was found
    """A path holds no catalogue of the kind; the message says what was looked for."""
