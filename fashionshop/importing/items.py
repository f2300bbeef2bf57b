"""One line of a table as a product: text in the shop's fields becomes values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fashionshop.importing import mapping, wording
from fashionshop.importing.folder import Folder, NoPicture
from fashionshop.importing.mapping import Decisions
from fashionshop.importing.prices import SHOPS_OWN, PriceFormat, UnclearPrice, currency_of
from fashionshop.importing.rows import SKU_LIMIT, Fault, Question, Row
from fashionshop.importing.slots import Slots, path_of
from recommender.garments import SLOTS

OVERSOLD = "The stock is {stock}: more was sold than there was. It counts as sold out."
OTHER_CURRENCY = (
    "The price {price!r} is in {currency}; the shop counts in {own} and took the number."
)
SEPARATORS = re.compile(r"\s*[|;\n]\s*|\s*,\s*")
BETWEEN_ADDRESSES = re.compile(r"\s*[|;,\n]\s*(?=https?://|$)")  # which may hold commas
MOST_PICTURES = 100  # of one product; a cell with more was not meant so


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of a table: field of the shop → text, and the pictures it names."""

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    error: str = ""

    @property
    def sku(self) -> str:
        return self.cells.get("sku", "").strip()

    @property
    def fault(self) -> Fault | None:
        """What is wrong with it before its cells are read."""
        if not self.error:
            return None
        return Fault(number=self.number, sku=self.sku[:SKU_LIMIT], reason=self.error)


class ItemReader:
    """Makes rows of the items of one catalogue, by what all of them show and the merchant decided."""

    def __init__(self, folder: Folder, decisions: Decisions, items: Iterable[Item] = ()) -> None:
        self._folder, self._decisions = folder, decisions
        prices, labels = _first_look(items)
        self._prices = PriceFormat(decisions.decimal) if decisions.decimal else prices
        self.slots = Slots(labels, chosen=decisions.of(mapping.CATEGORY))

    def row(self, item: Item) -> Row | Fault:
        """Read an item. What makes it no product is a fault; nothing is raised."""
        if item.fault:
            return item.fault
        try:
            return self._row(item)
        except UnclearPrice as error:
            question = Question(mapping.DECIMAL, item.cells["price"].strip())
            return Fault(number=item.number, sku=item.sku, reason=str(error), question=question)
        except wording.BadValue as error:
            return Fault(number=item.number, sku=item.sku, reason=str(error))

    def _row(self, item: Item) -> Row:
        cells = item.cells
        label = self._label(cells)
        pictures, problems = find_pictures(self._folder, item.images)
        stock = wording.stock(cells.get("stock"))
        words, questions = self._words(cells)
        return Row(
            number=item.number,
            sku=item.sku,
            pictures=pictures,
            problems=(*problems, *_odd_values(cells, stock)),
            questions=questions,
            category=category_name(label),
            slot=self._slot(cells, label),
            title=wording.text(cells.get("title"), limit=200),
            description=wording.text(cells.get("description"), limit=10_000),
            design=wording.text(cells.get("design"), limit=64),
            colour=wording.text(cells.get("colour"), limit=60),
            sizes=wording.sizes(cells.get("sizes")),
            price=self._prices.amount(cells.get("price")),
            stock=None if stock is None else max(0, stock),
            is_available=wording.is_available(cells.get("available")),
            is_published=wording.is_published(cells.get("published")),
            if_new=if_new(item.sku),
            **words,
        )

    def _label(self, cells: Mapping[str, str]) -> str | None:
        """The category that says most, of those a cell holds one to a line: the first with a slot."""
        labels = [wording.text(label, limit=500) for label in cells.get("category", "").split("\n")]
        known = next((label for label in labels if self.slots.of(label)), None)
        return known or next(filter(None, labels), None)

    def _slot(self, cells: Mapping[str, str], label: str | None) -> str:
        stated = cells.get("slot", "").strip().upper()
        return stated if stated in SLOTS else self.slots.of(label, cells.get("taxonomy")) or ""

    def _words(self, cells: Mapping[str, str]) -> tuple[dict[str, str], tuple[Question, ...]]:
        """Gender and season, and which of them nobody understands."""
        words, questions = {}, []
        for kind, read in ((mapping.GENDER, wording.gender), (mapping.SEASON, wording.season)):
            found = wording.text(cells.get(kind), limit=60)
            meaning = self._decisions.meaning(kind, found) or read(found)
            if meaning:
                words[kind] = meaning
            elif found:
                questions.append(Question(kind, found))
        return words, tuple(questions)


def _first_look(items: Iterable[Item]) -> tuple[PriceFormat, set[str]]:
    """Read all prices and categories of a catalogue before any of them is understood."""
    labels: set[str] = set()

    def prices() -> Iterator[str]:
        for item in items:
            labels.update(filter(None, item.cells.get("category", "").split("\n")))
            yield item.cells.get("price", "")

    return PriceFormat.of(prices()), labels


def _odd_values(cells: Mapping[str, str], stock: int | None) -> Iterator[str]:
    if stock is not None and stock < 0:
        yield OVERSOLD.format(stock=stock)
    price = cells.get("price", "").strip()
    if (currency := currency_of(price)) and currency != SHOPS_OWN:
        yield OTHER_CURRENCY.format(price=price, currency=currency, own=SHOPS_OWN)


def if_new(sku: str) -> dict[str, object]:
    """What a product has of which a table says nothing: its sku for a title, and one piece."""
    return {"title": sku, "stock": 1}


def category_name(label: str | None) -> str | None:
    """The last part of a path of categories."""
    parts = path_of(label or "")
    return parts[-1][:80].strip() if parts else None


def with_sku(item: Item) -> Item:
    """Check the key of an item; what is wrong with it becomes its error."""
    try:
        sku = wording.sku(item.cells.get("sku"))
    except wording.BadValue as error:
        return replace(item, error=str(error))
    problem = "" if sku else "The row has no sku."
    if len(sku) > SKU_LIMIT:
        problem = f"The sku is longer than {SKU_LIMIT} characters."
    if not sku.isprintable():
        problem = "The sku has characters that cannot be printed."
    return replace(item, cells={**item.cells, "sku": sku}, error=item.error or problem)


def find_pictures(folder: Folder, cells: Iterable[str]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Find the pictures that cells name; returns those that are there, and what is wrong with others.

    A cell may name several, divided by commas, semicolons, bars or lines, unless a file is called so.
    """
    pictures, problems = {}, []
    for name in (name for cell in cells for name in _names_in(folder, cell)):
        try:
            pictures[folder.find(name)] = name
        except NoPicture as error:
            problems.append(str(error))
    if len(pictures) > MOST_PICTURES:
        problems.append(
            f"The row names {len(pictures)} pictures; the first {MOST_PICTURES} are taken."
        )
    return tuple(pictures)[:MOST_PICTURES], tuple(problems)


def _names_in(folder: Folder, cell: str) -> list[str]:
    between = BETWEEN_ADDRESSES if "://" in cell else SEPARATORS
    names = list(filter(None, between.split(cell.strip())))
    return [cell.strip()] if len(names) > 1 and folder.holds(cell.strip()) else names
