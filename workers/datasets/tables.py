"""Tables with a row per product, and tables with a row per product of a look."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from workers.datasets.collection import Item, Looks, Skip

Row = dict[str, str]
ReadItem = Callable[[Row], tuple[Item | None, str]]
SPILLED = "\n"  # no column is called so


def read_items(path: Path, read_item: ReadItem) -> tuple[list[Item], list[Skip]]:
    """Read every row as an item, the first of those that share a key; say why the others are not."""
    items: dict[str, Item] = {}
    skipped: list[Skip] = []
    for number, row in rows(path):
        item, reason = read_item(row)
        if item is not None and item.key in items:
            item, reason = None, "key seen before"
        if item is None:
            skipped.append(Skip(f"{path.name} row {number}", reason))
        else:
            items[item.key] = item
    return list(items.values()), skipped


def read_looks(
    path: Path, *, look: str, product: str, known: set[str], prefix: str = ""
) -> tuple[Looks, list[Skip]]:
    """Gather the rows of each look, in order; a look keeps its known products and needs two.

    A table that is not there holds no looks. Names begin with `prefix`.
    """
    members: dict[str, dict[str, None]] = defaultdict(dict)
    skipped: list[Skip] = []
    for number, row in rows(path) if path.is_file() else ():
        name, key = row.get(look, ""), row.get(product, "")
        if name and key in known:
            members[name][key] = None
        else:
            reason = "product unknown" if name else "no look named"
            skipped.append(Skip(f"{path.name} row {number}", reason))
    looks = {f"{prefix}{name}": tuple(keys) for name, keys in members.items() if len(keys) > 1}
    skipped += [
        Skip(f"{path.name} look {name}", "fewer than two known products")
        for name, keys in members.items()
        if len(keys) < 2
    ]
    return looks, skipped


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Number the rows as a spreadsheet does, the head being 1; cells are stripped, missing ones "".

    More cells than the head has columns are joined into the last: a comma that nobody quoted.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restkey=SPILLED, restval="")
        for number, row in enumerate(reader, start=2):
            spilled = row.pop(SPILLED, None) or []
            cells = {name: str(value).strip() for name, value in row.items()}
            last = (reader.fieldnames or [""])[-1]
            cells[last] = ",".join([cells.get(last, ""), *spilled])
            yield number, cells
