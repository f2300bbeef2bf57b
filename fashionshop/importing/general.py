"""The general CSV: a header with `sku` and `image1`; every other column is optional."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from fashionshop.importing import wording
from fashionshop.importing.folder import Folder, NoPicture
from fashionshop.importing.rows import Fault, LookRow, Row, UnknownCatalogue
from fashionshop.importing.table import Record, Table, find_table
from recommender.garments import SLOTS, slot_for

SKU_LIMIT = 64
_IMAGE_COLUMN = re.compile(r"image[ _]?(\d*)")


class GeneralTable:
    LOOKED_FOR = "a .csv with the columns sku and image1 (title, category, price, stock … if any)"

    def __init__(self, path: Path) -> None:
        table = _products_table(path)
        if table is None:
            raise UnknownCatalogue(f"{path} is not {self.LOOKED_FOR}.")
        self._table = table
        self._folder = Folder(table.path.parent)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        return _products_table(path) is not None

    def row_count(self) -> int:
        return self._table.row_count()

    def rows(self) -> Iterator[Row | Fault]:
        for record in self._table.records():
            yield self._row(record)

    def looks(self) -> Iterator[LookRow]:
        table = find_table(self._table.path.parent, usual_name="looks.csv", columns={"look", "sku"})
        if table is not None:
            yield from looks_of(table, look="look", sku="sku", title="title")

    def _row(self, record: Record) -> Row | Fault:
        cells = record.cells
        if fault := fault_of(record, sku=cells.get("sku", "")):
            return fault
        if record.surplus:
            reason = "The row has more cells than there are columns. Are quotes missing?"
            return Fault(number=record.number, sku=cells["sku"], reason=reason)
        try:
            return self._product(record)
        except wording.BadValue as error:
            return Fault(number=record.number, sku=cells["sku"], reason=str(error))

    def _product(self, record: Record) -> Row:
        cells = record.cells
        sku = cells["sku"].strip()
        category = wording.text(cells.get("category"), limit=80)
        pictures, problems = find_picture(self._folder, image_cells(cells))
        return Row(
            number=record.number,
            sku=sku,
            pictures=pictures,
            problems=problems,
            category=category,
            slot=_slot(cells.get("slot"), category),
            title=wording.text(cells.get("title"), limit=200),
            description=wording.text(cells.get("description"), limit=10_000),
            design=wording.text(cells.get("model"), limit=64),
            colour=wording.text(cells.get("colour") or cells.get("color"), limit=60),
            gender=wording.gender(cells.get("gender")),
            season=wording.season(cells.get("season")),
            sizes=wording.text(cells.get("sizes"), limit=120),
            price=wording.price(cells.get("price")),
            stock=wording.stock(cells.get("stock")),
            if_new={"title": sku, "stock": 1},
        )


def fault_of(record: Record, *, sku: str) -> Fault | None:
    """What keeps any table's row from being a product, whatever its other columns hold."""
    reason = record.error
    if not reason and not sku.strip():
        reason = "The row has no sku."
    if len(sku.strip()) > SKU_LIMIT:
        reason = f"The sku is longer than {SKU_LIMIT} characters."
    if not sku.strip().isprintable():
        reason = "The sku has characters that cannot be printed."
    return (
        Fault(number=record.number, sku=sku.strip()[:SKU_LIMIT], reason=reason) if reason else None
    )


def find_picture(folder: Folder, names: Iterable[str]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Find the pictures a row names; returns those that are there, and what is wrong with others."""
    pictures, problems = [], []
    for name in names:
        try:
            pictures.append(folder.find(name))
        except NoPicture as error:
            problems.append(str(error))
    return tuple(pictures), tuple(problems)


def image_cells(cells: dict[str, str]) -> list[str]:
    """The names under image, image1, image2 … in the order of their numbers, empty ones left out."""
    numbered = [
        (int(match[1] or 0), cell.strip())
        for column, cell in cells.items()
        if (match := _IMAGE_COLUMN.fullmatch(column)) and cell.strip()
    ]
    return [name for _number, name in sorted(numbered)]


def looks_of(table: Table, *, look: str, sku: str, title: str = "") -> Iterator[LookRow]:
    """Gather a table of one product per line into looks; holds all names of the table at once."""
    skus: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for record in table.records():
        name, product = (record.cells.get(column, "").strip() for column in (look, sku))
        if name and product:
            skus.setdefault(name, []).append(product)
            titles.setdefault(name, wording.text(record.cells.get(title), limit=120) or "")
    for name, products in skus.items():
        yield LookRow(name=name, title=titles[name], skus=tuple(dict.fromkeys(products)))


def _slot(cell: str | None, category: str | None) -> str:
    stated = (cell or "").strip().upper()
    return stated if stated in SLOTS else slot_for(category or "")


def _products_table(path: Path) -> Table | None:
    """The table of products: with a sku, and one column of pictures whatever its number."""
    usual = {"usual_name": "products.csv"}
    for image in ("image1", "image", "image_1", "image 1"):
        if table := find_table(path, columns={"sku", image}, **usual):
            return table
    return None
