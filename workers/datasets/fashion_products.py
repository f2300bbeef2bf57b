"""Fashion Product Images: `styles.csv` with ten columns and `images/<id>.jpg`.

The published table has rows with a comma in the product's name that nobody quoted, and rows whose
picture is missing. Names are not read, so the first do no harm.
"""

from pathlib import Path

from workers.datasets.collection import Collection, Item, slot_of
from workers.datasets.tables import Row, read_items

TABLE = "styles.csv"
NEEDED = ("id", "articleType")


def recognises(folder: Path) -> bool:
    """Tell whether the table of styles lies here."""
    return (folder / TABLE).is_file()


def read(folder: Path) -> Collection:
    """Read every row that has an article type and its picture; there are no looks."""
    items, skipped = read_items(folder / TABLE, lambda row: _item(folder, row))
    return Collection(folder.name, "", tuple(items), skipped=tuple(skipped))


def _item(folder: Path, row: Row) -> tuple[Item | None, str]:
    lacking = next((name for name in NEEDED if not row.get(name)), "")
    if lacking:
        return None, f"no {lacking}"
    path = folder / "images" / f"{row['id']}.jpg"
    if not path.is_file():
        return None, "picture missing"
    label, family = row["articleType"], row.get("subCategory", "")
    item = Item(
        key=row["id"],
        path=path,
        label=label,
        slot=slot_of(label, family),
        family=family,
        colour=row.get("baseColour", ""),
        season=row.get("season", ""),
        gender=row.get("gender", ""),
    )
    return item, ""
