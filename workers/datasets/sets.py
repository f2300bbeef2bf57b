"""Sets as Polyvore's users made them: `{"set_id": "1", "items": [{"index": 1, …}, …]}` in JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workers.datasets.collection import Item, Looks, Skip

PARTS = ("train", "valid", "test")
Entry = Mapping[str, Any]


def read_sets(path: Path) -> list[Entry]:
    """Read a file of sets; a file that is not there holds none."""
    sets: list[Entry] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return sets


def position(entry: Entry, item: Entry) -> str:
    """Name a place in a set as the questions do, `<set>_<index>`."""
    return f"{entry['set_id']}_{item['index']}"


def gather(
    sets: Mapping[str, list[Entry]], read_item: Callable[[Entry, Entry, str], Item]
) -> tuple[list[Item], Looks, list[Skip]]:
    """Collect the items of all parts, once each, and the sets as looks named `<part>/<set>`.

    Where no item has a picture, all are kept for what they tell of each other; where some have,
    those without are left out.

    Args:
        sets: The sets of each part.
        read_item: Makes an item of a set, one of its entries, and the part.
    """
    worn: dict[str, list[str]] = {}
    items: dict[str, Item] = {}
    for part, entries in sets.items():
        for entry in entries:
            found = [read_item(entry, item, part) for item in entry["items"]]
            worn[f"{part}/{entry['set_id']}"] = [item.key for item in found]
            for item in found:
                items.setdefault(item.key, item)
    kept = {key: item for key, item in items.items() if item.has_picture} or items
    skipped = [Skip(key, "picture missing") for key in items.keys() - kept.keys()]
    looks = {
        name: tuple(dict.fromkeys(key for key in keys if key in kept))
        for name, keys in worn.items()
    }
    whole = {name: keys for name, keys in looks.items() if len(keys) > 1}
    skipped += [Skip(name, "fewer than two items") for name in looks.keys() - whole.keys()]
    return list(kept.values()), whole, sorted(skipped, key=lambda skip: skip.where)


def place_picture(item: Item, pictures: Path) -> Item:
    """Place an item, whose path is relative, in the folder of pictures, and see whether it is there."""
    path = pictures / item.path
    return replace(item, path=path, has_picture=path.is_file())


def first_folder(*candidates: Path) -> Path | None:
    """Find the first folder that is there."""
    return next((folder for folder in candidates if folder.is_dir()), None)


def first_file(*candidates: Path) -> Path | None:
    """Find the first file that is there."""
    return next((path for path in candidates if path.is_file()), None)
