"""The general CSV: a column that names the product and one that names a picture; the rest if any."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from fashionshop.importing.columns import NEEDED, fields_of, picture_columns, seems
from fashionshop.importing.folder import Folder
from fashionshop.importing.items import Item, ItemReader, with_sku
from fashionshop.importing.look_tables import looks_of
from fashionshop.importing.mapping import NONE, Decisions
from fashionshop.importing.rows import Fault, LookRow, Row, UnknownCatalogue
from fashionshop.importing.table import Record, Table, find_table, tables_at

USUAL_NAME = "products.csv"


class GeneralTable:
    LOOKED_FOR = "a .csv with the columns sku and image1 (title, category, price, stock … if any)"

    def __init__(self, path: Path, decisions: Decisions = NONE) -> None:
        table = _products_table(path, decisions)
        if table is None:
            raise UnknownCatalogue(f"{path} is not {self.LOOKED_FOR}.")
        self._table, self._decisions = table, decisions
        self._fields = fields_of(table.columns, decisions)
        self._pictures = picture_columns(table.columns, decisions)

    @classmethod
    def recognises(cls, path: Path, decisions: Decisions = NONE) -> bool:
        return _products_table(path, decisions) is not None

    def row_count(self) -> int:
        return self._table.row_count()

    def rows(self) -> Iterator[Row | Fault]:
        for item in self._items():
            yield self._reader.row(with_sku(item))

    def looks(self) -> Iterator[LookRow]:
        table = find_table(self._table.path.parent, usual_name="looks.csv", columns={"look", "sku"})
        if table is not None:
            yield from looks_of(table, look="look", sku="sku", title="title")

    def unread_columns(self) -> list[str]:
        read = {*self._fields.values(), *self._pictures}
        return [name for name in self._table.columns if name and name not in read]

    @cached_property
    def _reader(self) -> ItemReader:
        return ItemReader(Folder(self._table.path.parent), self._decisions, self._items())

    def _items(self) -> Iterator[Item]:
        return map(self._item, self._table.records())

    def _item(self, record: Record) -> Item:
        cells = record.cells
        return Item(
            number=record.number,
            cells={field: cells.get(column, "") for field, column in self._fields.items()},
            images=tuple(cells.get(column, "") for column in self._pictures),
            error=record.checked().error,
        )


def _products_table(path: Path, decisions: Decisions) -> Table | None:
    """The table of products: the one of the usual name, else the first that has what is needed."""
    tables = sorted(tables_at(path), key=lambda table: table.path.name.lower() != USUAL_NAME)
    return next((table for table in tables if not missing_fields(table, decisions)), None)


def missing_fields(table: Table, decisions: Decisions) -> list[str]:
    """What a table lacks to be a catalogue of products."""
    found = seems(table.columns, decisions).values()
    return [field for field in NEEDED if field not in found]
