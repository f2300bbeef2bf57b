"""A retailer's export: thirteen attribute columns, and looks in files of their own."""

from collections.abc import Iterator
from pathlib import Path

from fashionshop.importing import invented, wording
from fashionshop.importing.folder import Folder
from fashionshop.importing.items import Item, find_pictures, with_sku
from fashionshop.importing.look_tables import looks_of
from fashionshop.importing.mapping import NONE, Decisions
from fashionshop.importing.rows import Fault, LookRow, Row, UnknownCatalogue
from fashionshop.importing.table import Record, Table, find_table
from recommender.garments import slot_for

KEY, FILE, TYPE = "cod_modelo_color", "des_filename", "des_product_type"
FAMILY, COLOUR, GROUP = "des_product_family", "des_color_specification_esp", "des_agrup_color_eng"
# The export's own groups put black and silver under grey, beige and gold elsewhere.
COLOURS = {
    "NEGRO": "Black", "TEJANO NEGRO": "Black denim", "CRUDO": "Ecru", "OFFWHITE": "Off-white",
    "ORO": "Gold", "PLATA": "Silver", "BEIGE": "Beige", "NAVY": "Navy", "MARINO": "Navy",
    "KHAKI": "Khaki", "CAMEL": "Camel", "ARENA": "Sand", "PIEDRA": "Stone", "CELESTE": "Sky blue",
    "CHOCOLATE": "Chocolate", "MOSTAZA": "Mustard", "ANTRACITA": "Charcoal", "GRANATE": "Garnet",
    "BURDEOS": "Burgundy", "TEJANO MEDIO": "Mid denim", "TEJANO OSCURO": "Dark denim",
    "TEJANO CLARO": "Light denim", "FUCSIA": "Fuchsia", "CUERO": "Tan", "TERRACOTA": "Terracotta",
    "ROSA PASTEL": "Pale pink", "TURQUESA": "Turquoise", "BOTELLA": "Bottle green", "CORAL": "Coral",
}  # fmt: skip


class RetailTable:
    LOOKED_FOR = f"product_data.csv with the columns {KEY}, {FILE}; outfits_*.csv for the looks"

    def __init__(self, path: Path, decisions: Decisions = NONE) -> None:
        table = _products_table(path)
        if table is None:
            raise UnknownCatalogue(f"{path} is not {self.LOOKED_FOR}.")
        self._table = table
        self._folder = Folder(table.path.parent)

    @classmethod
    def recognises(cls, path: Path, decisions: Decisions = NONE) -> bool:
        return _products_table(path) is not None

    def row_count(self) -> int:
        return self._table.row_count()

    def rows(self) -> Iterator[Row | Fault]:
        for record in self._table.records():
            cells = {"sku": record.cells.get(KEY, "")}
            item = with_sku(Item(number=record.number, cells=cells, error=record.error))
            yield item.fault or self._product(record, sku=item.sku)

    def looks(self) -> Iterator[LookRow]:
        for path in sorted(self._table.path.parent.glob("outfits_*.csv")):
            yield from looks_of(Table(path), look="cod_outfit", sku=KEY)

    def _product(self, record: Record, *, sku: str) -> Row:
        cells = record.cells
        kind = wording.text(cells.get(TYPE), limit=80) or "Other"
        slot = slot_for(kind, cells.get(FAMILY, ""))
        colour = _colour(cells)
        design = sku.rpartition("-")[0] or sku
        pictures, problems = find_pictures(
            self._folder, filter(None, [cells.get(FILE, "").strip()])
        )
        return Row(
            number=record.number,
            sku=sku,
            pictures=pictures,
            problems=problems,
            category=kind,
            slot=slot,
            design=design,
            colour=colour,
            gender=wording.gender(cells.get("des_sex")),
            if_new=invented.if_new(
                title=f"{kind} in {colour[0].lower()}{colour[1:]}" if colour else kind,
                sku=sku,
                slot=slot,
                family=cells.get(FAMILY, ""),
                design=design,
            ),
        )


def _colour(cells: dict[str, str]) -> str:
    known = COLOURS.get(cells.get(COLOUR, "").strip().upper())
    return known or cells.get(GROUP, "").strip().capitalize()[:60]


def _products_table(path: Path) -> Table | None:
    return find_table(path, usual_name="product_data.csv", columns={KEY, FILE, TYPE})
