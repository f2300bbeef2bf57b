"""A general shop catalogue: `products.csv` with pictures beside it, and `looks.csv`."""

from pathlib import Path

from workers.datasets.collection import Collection, Item, slot_of
from workers.datasets.tables import Row, read_items, read_looks


def recognises(folder: Path) -> bool:
    """Tell whether a catalogue table lies here."""
    return (folder / "products.csv").is_file()


def read(folder: Path) -> Collection:
    """Read each row's first picture as an item, and every look of at least two known products.

    The licence is the first line of a file `LICENCE`, where there is one.
    """
    licence = folder / "LICENCE"
    terms = licence.read_text(encoding="utf-8").partition("\n")[0] if licence.is_file() else ""
    items, skipped = read_items(folder / "products.csv", lambda row: _item(folder, row))
    looks, unread = read_looks(
        folder / "looks.csv", look="look", product="sku", known={item.key for item in items}
    )
    return Collection(folder.name, terms, tuple(items), looks, (*skipped, *unread))


def _item(folder: Path, row: Row) -> tuple[Item | None, str]:
    key, picture = row.get("sku", ""), row.get("image1", "")
    if not key or not picture:
        return None, "no sku" if not key else "no picture named"
    path = next((p for p in (folder / picture, folder / "images" / picture) if p.is_file()), None)
    if path is None:
        return None, "picture missing"
    label = row.get("category", "")
    item = Item(
        key=key,
        path=path,
        label=label,
        slot=row.get("slot", "").upper() or slot_of(label, row.get("title", "")),
        family=row.get("family", ""),
        model=row.get("model", ""),
        colour=row.get("colour", ""),
        season=row.get("season", ""),
        gender=row.get("gender", ""),
    )
    return item, ""
