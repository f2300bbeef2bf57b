"""A general shop catalogue: `products.csv` with pictures beside it, and `looks.csv`."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from workers.datasets.collection import Collection, Item, Skip, slot_of


def recognises(folder: Path) -> bool:
    """Tell whether a catalogue table lies here."""
    return (folder / "products.csv").is_file()


def read(folder: Path) -> Collection:
    """Read each row's first picture as an item, and every look of at least two known products."""
    items: list[Item] = []
    skipped: list[Skip] = []
    for number, row in _rows(folder / "products.csv"):
        item, reason = _item(folder, row)
        if item is None:
            skipped.append(Skip(f"products.csv row {number}", reason))
        else:
            items.append(item)
    looks = _looks(folder / "looks.csv", {item.key for item in items}, skipped)
    return Collection(folder.name, "", tuple(items), looks, tuple(skipped))


def _item(folder: Path, row: dict[str, str]) -> tuple[Item | None, str]:
    key = (row.get("sku") or "").strip()
    picture = (row.get("image1") or "").strip()
    if not key or not picture:
        return None, "no sku" if not key else "no picture named"
    path = next((p for p in (folder / picture, folder / "images" / picture) if p.is_file()), None)
    if path is None:
        return None, "picture missing"
    label = (row.get("category") or "").strip()
    slot = (row.get("slot") or "").strip().upper() or slot_of(label, row.get("title") or "")
    item = Item(
        key=key,
        path=path,
        label=label,
        slot=slot,
        model=row.get("model") or "",
        colour=row.get("colour") or "",
        season=row.get("season") or "",
        gender=row.get("gender") or "",
    )
    return item, ""


def _looks(path: Path, known: set[str], skipped: list[Skip]) -> dict[str, tuple[str, ...]]:
    members: dict[str, list[str]] = defaultdict(list)
    if not path.is_file():
        return {}
    for number, row in _rows(path):
        if row.get("sku") in known:
            members[row["look"]].append(row["sku"])
        else:
            skipped.append(Skip(f"looks.csv row {number}", "product unknown"))
    return {name: tuple(keys) for name, keys in members.items() if len(keys) > 1}


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        yield from enumerate(csv.DictReader(file), start=2)
