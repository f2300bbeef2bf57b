"""The real headers of what shop systems export (`headers/`), and tables made of them."""

import csv
from pathlib import Path

HEADERS = Path(__file__).parent / "headers"


def header(name):
    with (HEADERS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def lines(columns, *rows, delimiter=","):
    """A table with these columns, of rows given as column → cell, as the lines of a file."""
    unknown = {name for row in rows for name in row} - set(columns)
    assert not unknown, unknown
    table = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return [delimiter.join(map(_quoted, cells)) for cells in table]


def _quoted(cell):
    return '"' + cell.replace('"', '""') + '"'
