"""What the exports of all shop systems have in common: a table, its columns, lines of products."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from fashionshop.importing.columns import fields_of
from fashionshop.importing.folder import Folder
from fashionshop.importing.items import ItemReader
from fashionshop.importing.mapping import NONE, Decisions
from fashionshop.importing.rows import Fault, LookRow, Row, UnknownCatalogue
from fashionshop.importing.shops.feed import Feed, feeds_at
from fashionshop.importing.shops.variants import Line, products_of
from fashionshop.importing.table import Record, Table, tables_at
from fashionshop.importing.words.attributes import COLOUR, SIZE

OPTION_FIELDS = dict.fromkeys(COLOUR, "colour") | dict.fromkeys(SIZE, "size")


class Export:
    """A system says what it calls the fields, which of them tell it apart, and what a line means."""

    LOOKED_FOR: ClassVar[str]
    NAMES: ClassVar[Mapping[str, Sequence[str]]]
    NEEDED: ClassVar[tuple[str, ...]]

    def __init__(self, path: Path, decisions: Decisions = NONE) -> None:
        table = self._table_at(path, decisions)
        if table is None:
            raise UnknownCatalogue(f"{path} is not {self.LOOKED_FOR}.")
        self._table, self._decisions = table, decisions
        self._fields = fields_of(table.columns, decisions, self.NAMES)

    @classmethod
    def recognises(cls, path: Path, decisions: Decisions = NONE) -> bool:
        return cls._table_at(path, decisions) is not None

    def row_count(self) -> int:
        return self._table.row_count()

    def rows(self) -> Iterator[Row | Fault]:
        """The products; all lines are in memory, as those of one product may stand anywhere."""
        records = [record.checked() for record in self._table.records()]
        lines = list(self._lines([(record, self._cells(record)) for record in records]))
        folder = Folder(self._table.path.parent)
        reader = ItemReader(folder, self._decisions, (line.item for line in lines))
        yield from products_of(lines, reader.row)

    def looks(self) -> Iterator[LookRow]:
        return iter(())

    def _lines(self, records: list[tuple[Record, dict[str, str]]]) -> Iterator[Line]:
        raise NotImplementedError

    def _cells(self, record: Record) -> dict[str, str]:
        return {
            field: record.cells.get(column, "").strip() for field, column in self._fields.items()
        }

    @classmethod
    def _table_at(cls, path: Path, decisions: Decisions) -> Table | Feed | None:
        tables = (*tables_at(path), *feeds_at(path))
        return next((table for table in tables if cls._has_needed(table, decisions)), None)

    @classmethod
    def _has_needed(cls, table: Table | Feed, decisions: Decisions) -> bool:
        return fields_of(table.columns, decisions, cls.NAMES).keys() >= set(cls.NEEDED)


def options(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The colour and the size among pairs of an option's name and its value."""
    found = {}
    for name, value in pairs:
        field = OPTION_FIELDS.get(name.strip().casefold())
        if field and value.strip():
            found.setdefault(field, value.strip())
    return found
