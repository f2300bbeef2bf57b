"""A `styles.csv` of ten columns beside `images/<id>.jpg`."""

from collections.abc import Iterator
from pathlib import Path

from fashionshop.importing import invented, wording
from fashionshop.importing.folder import Folder
from fashionshop.importing.items import Item, find_pictures, with_sku
from fashionshop.importing.mapping import NONE, Decisions
from fashionshop.importing.rows import Fault, LookRow, Row, UnknownCatalogue
from fashionshop.importing.table import Record, Table, find_table
from recommender.garments import slot_for

TITLE = "productdisplayname"
COLUMNS = {"id", "articletype", "mastercategory", TITLE}
UNQUOTED = "The title holds commas without quotes around it; its parts were put together again."


class StylesTable:
    LOOKED_FOR = "styles.csv with the columns id, articleType, productDisplayName; images/<id>.jpg"

    def __init__(self, path: Path, decisions: Decisions = NONE) -> None:
        table = _styles_table(path)
        if table is None:
            raise UnknownCatalogue(f"{path} is not {self.LOOKED_FOR}.")
        self._table = table
        self._folder = Folder(table.path.parent)

    @classmethod
    def recognises(cls, path: Path, decisions: Decisions = NONE) -> bool:
        return _styles_table(path) is not None

    def row_count(self) -> int:
        return self._table.row_count()

    def rows(self) -> Iterator[Row | Fault]:
        for record in self._table.records():
            cells = {"sku": record.cells.get("id", "")}
            item = with_sku(Item(number=record.number, cells=cells, error=record.error))
            yield item.fault or self._product(record, sku=item.sku)

    def looks(self) -> Iterator[LookRow]:
        return iter(())

    def _product(self, record: Record, *, sku: str) -> Row:
        cells = record.cells
        kind = wording.text(cells.get("articletype"), limit=80) or "Other"
        slot = slot_for(kind, cells.get("subcategory", ""), cells.get("mastercategory", ""))
        pictures, problems = find_pictures(self._folder, [f"images/{sku}.jpg"])
        title = ",".join((cells.get(TITLE, ""), *record.surplus))
        return Row(
            number=record.number,
            sku=sku,
            pictures=pictures,
            problems=problems + ((UNQUOTED,) if record.surplus else ()),
            category=kind,
            slot=slot,
            title=wording.text(title, limit=200),
            colour=wording.text(cells.get("basecolour"), limit=60),
            gender=wording.gender(cells.get("gender")),
            season=wording.season(cells.get("season")),
            if_new=invented.if_new(title=kind, sku=sku, slot=slot, family=kind),
        )


def _styles_table(path: Path) -> Table | None:
    return find_table(path, usual_name="styles.csv", columns=COLUMNS)
