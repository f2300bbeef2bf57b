"""The faulty rows of an import as a CSV a merchant opens in a spreadsheet."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from fashionshop.importing.rows import Fault

COLUMNS = ("row", "sku", "reason", "imported")
# A spreadsheet runs a cell that begins so; an apostrophe makes it text.
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


class Report(Protocol):
    def __call__(self, fault: Fault, /) -> None: ...


@contextmanager
def report_to(path: Path | None) -> Iterator[Report]:
    """Write each fault it is given to a file as it comes; without a path, nowhere."""
    if path is None:
        yield lambda _fault: None
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        yield lambda fault: writer.writerow(_cells(fault))


def _cells(fault: Fault) -> list[object]:
    imported = "yes" if fault.is_imported else "no"
    return [fault.number, _as_text(fault.sku), _as_text(fault.reason), imported]


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RUN_BY_SPREADSHEETS) else cell
