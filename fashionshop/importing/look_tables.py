"""Tables of looks: one product per line, lines in any order."""

from collections.abc import Iterator

from fashionshop.importing import wording
from fashionshop.importing.rows import LookRow
from fashionshop.importing.table import Table


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
