"""CSV files as people send them: any of three delimiters, BOM, CRLF, odd encodings, broken lines."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

DELIMITERS = ",;\t"
# A line longer than this is no product, and must not be read into memory to find that out.
LINE_LIMIT_BYTES = 1_000_000
HEADER_ROW = 1


class BrokenLine(ValueError):  # noqa: N818 -- reads as the thing it is
    """This line cannot be read as a row of a table."""


@dataclass(frozen=True)
class Record:
    """One row, numbered as a spreadsheet numbers it; `surplus` are cells beyond the last column."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    surplus: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Table:
    path: Path

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The header in lower case, or () where there is none; blanks around names do not count."""
        with self.path.open("rb") as file:
            rows = csv.reader(_Lines(file), delimiter=self._delimiter)
            try:
                return tuple(name.strip().lower() for name in next(rows, ()))
            except (csv.Error, BrokenLine):
                return ()

    def row_count(self) -> int:
        """How many lines follow the header: no fewer than there are rows."""
        with self.path.open("rb") as file:
            blocks = iter(lambda: file.read(1 << 20), b"")
            return max(0, sum(block.count(b"\n") for block in blocks) - 1)

    def records(self) -> Iterator[Record]:
        """Read row by row; a row that cannot be read is a record with an `error`."""
        with self.path.open("rb") as file:
            rows = csv.reader(_Lines(file), delimiter=self._delimiter)
            number = 0
            while True:
                number += 1
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except (csv.Error, BrokenLine) as error:
                    yield Record(number, error=f"The row cannot be read: {error}.")
                    continue
                if number > HEADER_ROW and any(cell.strip() for cell in cells):
                    yield self._record(number, cells)

    @cached_property
    def _delimiter(self) -> str:
        with self.path.open("rb") as file:
            header = next(_Lines(file), "")
        return max(DELIMITERS, key=header.count)

    def _record(self, number: int, cells: list[str]) -> Record:
        named = dict(zip(self.columns, cells, strict=False))
        return Record(number, named, tuple(cells[len(self.columns) :]))


class _Lines:
    """The lines of a file as text. It goes on after it has raised: one bad line costs one row."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(LINE_LIMIT_BYTES)
        if not line:
            raise StopIteration
        if len(line) == LINE_LIMIT_BYTES and not line.endswith(b"\n"):
            self._skip_line()
            raise BrokenLine(f"it is longer than {LINE_LIMIT_BYTES:,} characters")
        return _text(line)

    def _skip_line(self) -> None:
        while (rest := self._file.readline(LINE_LIMIT_BYTES)) and not rest.endswith(b"\n"):
            pass


def _text(line: bytes) -> str:
    """Decode UTF-8, or what spreadsheets on Windows write; NUL is nothing in either."""
    try:
        return line.decode().replace("\0", "")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace").replace("\0", "")


def find_table(path: Path, *, usual_name: str, columns: set[str]) -> Table | None:
    """Find the CSV at a path, or in the folder at it, whose header has all these columns.

    Among several in a folder the one of the usual name is meant, else the first by name.
    """
    files = sorted(path.glob("*.[cC][sS][vV]")) if path.is_dir() else [path]
    files.sort(key=lambda file: file.name.lower() != usual_name)
    if path.is_file() and path.suffix.lower() not in {".csv", ".tsv", ".txt"}:
        return None
    tables = (Table(file) for file in files if file.is_file())
    return next((table for table in tables if columns.issubset(table.columns)), None)
