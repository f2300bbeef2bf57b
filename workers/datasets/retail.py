"""A retailer's export: `product_data.csv` and stylists' looks in three parts."""

from pathlib import Path

from workers.datasets.collection import Collection, Item, Looks, slot_of
from workers.datasets.tables import Row, read_items, read_looks

SPLITS = ("train", "valid", "test")
KEY = "cod_modelo_color"


def recognises(folder: Path) -> bool:
    """Tell whether a retailer's product table lies here."""
    return (folder / "product_data.csv").is_file()


def read(folder: Path) -> Collection:
    """Read every product that has its picture, and the looks, named `<split>/<number>`."""
    items, skipped = read_items(folder / "product_data.csv", lambda row: _item(folder, row))
    known = {item.key for item in items}
    looks: Looks = {}
    for split in SPLITS:
        found, unread = read_looks(
            folder / f"outfits_{split}.csv",
            look="cod_outfit",
            product=KEY,
            known=known,
            prefix=f"{split}/",
        )
        looks |= found
        skipped += unread
    return Collection(folder.name, "", tuple(items), looks, tuple(skipped))


def _item(folder: Path, row: Row) -> tuple[Item | None, str]:
    key = row.get(KEY, "")
    path = folder / row.get("des_filename", "")
    if not key or not path.is_file():
        return None, "no key" if not key else "picture missing"
    kinds = [row.get(f"des_product_{name}", "") for name in ("type", "family", "category")]
    item = Item(
        key=key,
        path=path,
        label=kinds[0],
        slot=slot_of(*kinds),
        family=row.get("des_product_aggregated_family") or kinds[1],
        model=key.rsplit("-", 1)[0],
        colour=row.get("des_agrup_color_eng", ""),
        season=path.name.split("_", 1)[0],
        gender=row.get("des_sex", ""),
    )
    return item, ""
