"""CSV files as people send them: any of four delimiters, double names, quotes that never close."""

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from fashionshop.importing.lines import BrokenLine, Lines, encoding_of

DELIMITERS = ",;\t|"
SUFFIXES = (".csv", ".tsv", ".txt")
HEADER_ROW = 1
# Spreadsheets write this above the header, and hide it when they read it.
DELIMITER_LINE = re.compile(r'"?sep=(.)"?', flags=re.IGNORECASE)
OPEN_QUOTE = "A quotation mark is opened in it and never closed. Write it twice, or take it out"
SURPLUS = "The row has more cells than there are columns. Are quotes missing?"
FEWEST_COLUMNS = 3  # a line with as many cells by itself is no part of a longer cell


@dataclass(frozen=True)
class Record:
    """One row, numbered as a spreadsheet numbers it; `surplus` are cells beyond the last column."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    surplus: tuple[str, ...] = ()
    error: str = ""

    def checked(self) -> "Record":
        """Take surplus cells for an error: its cells may stand under the wrong names."""
        return replace(self, error=self.error or SURPLUS) if self.surplus else self


@dataclass(frozen=True)
class Table:
    path: Path

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The header in lower case, or () where there is none; blanks around names do not count.

        Of columns with one name the second is called `name 2`, and so on.
        """
        return _unlike(name.lower() for name in self.header)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The names of the columns as they are written."""
        with self._lines() as lines:
            try:
                cells = next(csv.reader(lines, delimiter=self._delimiter), ())
            except (csv.Error, BrokenLine):
                return ()
        return tuple(" ".join(name.split()) for name in cells)

    def row_count(self) -> int:
        """How many lines follow the header: no fewer than there are rows, whatever ends a line."""
        ends = {b"\n": 0, b"\r": 0}
        with self.path.open("rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                for end in ends:
                    ends[end] += block.count(end)
        return max(0, max(ends.values()) - 1)

    def records(self) -> Iterator[Record]:
        """Read row by row; a row that cannot be read is a record with an `error`."""
        with self._lines() as lines:
            rows = csv.reader(lines, delimiter=self._delimiter)
            number = 0
            while True:
                number += 1
                lines.begin_row()
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except (csv.Error, BrokenLine) as error:
                    lines.give_back()
                    yield Record(number, error=f"The row cannot be read: {error}.")
                    continue
                if number == HEADER_ROW:
                    continue
                if self._is_torn(cells, lines.taken):
                    lines.give_back()
                    yield self._torn_record(number, lines.taken)
                elif any(cell.strip() for cell in cells):
                    yield self._record(number, cells)

    @contextmanager
    def _lines(self) -> Iterator[Lines]:
        """The lines from the header on."""
        with Lines(self.path, encoding=self._encoding) as lines:
            for line in lines:
                if line.strip() and not DELIMITER_LINE.fullmatch(line.strip()):
                    lines.taken = ["", line]
                    lines.give_back()
                    break
            yield lines

    @cached_property
    def _encoding(self) -> str:
        return encoding_of(self.path)

    @cached_property
    def _delimiter(self) -> str:
        with Lines(self.path, encoding=self._encoding) as lines:
            first = next(lines, "").strip()
        if stated := DELIMITER_LINE.fullmatch(first):
            return stated[1]
        with self._lines() as lines:
            header = re.sub(r'"[^"]*"', "", next(lines, ""))
        return max(DELIMITERS, key=header.count)

    def _is_torn(self, cells: list[str], lines: list[str]) -> bool:
        """Whether an unclosed quotation mark made one row of several, or of what was left."""
        if len(lines) == 1:
            return len(cells) < len(self.columns) and lines[0].count('"') % 2 == 1
        try:
            next(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return True
        return len(self.columns) >= FEWEST_COLUMNS and all(map(self._is_whole_row, lines))

    def _is_whole_row(self, line: str) -> bool:
        return len(self._cells_without_quotes(line)) >= len(self.columns)

    def _cells_without_quotes(self, line: str) -> list[str]:
        plain = csv.reader([line], delimiter=self._delimiter, quoting=csv.QUOTE_NONE)
        return next(plain, [])

    def _torn_record(self, number: int, lines: list[str]) -> Record:
        """Name what is left of a row whose quotation mark never closes."""
        cells = self._cells_without_quotes(lines[0])
        named = dict(zip(self.columns, cells, strict=False))
        return Record(number, named, error=f"{OPEN_QUOTE}.")

    def _record(self, number: int, cells: list[str]) -> Record:
        named = dict(zip(self.columns, cells, strict=False))
        surplus = cells[len(self.columns) :]
        return Record(number, named, tuple(surplus) if any(map(str.strip, surplus)) else ())


def _unlike(names: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    unlike = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unlike.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(unlike)


def tables_at(path: Path) -> list[Table]:
    """The tables at a path, or in the folder at it, by name."""
    if path.is_dir():
        files = sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in SUFFIXES[:2] and not file.name.startswith(".")
        )
    else:
        files = [path] if path.suffix.lower() in SUFFIXES else []
    return [Table(file) for file in files if file.is_file()]


def find_table(path: Path, *, usual_name: str, columns: set[str]) -> Table | None:
    """Find the CSV at a path, or in the folder at it, whose header has all these columns.

    Among several in a folder the one of the usual name is meant, else the first by name.
    """
    tables = sorted(tables_at(path), key=lambda table: table.path.name.lower() != usual_name)
    return next((table for table in tables if columns.issubset(table.columns)), None)
