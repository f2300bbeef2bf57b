"""Polyvore Outfits: sets, categories and questions in `disjoint/` or `nondisjoint/`, `images/<item>.jpg`.

Quirks of the real files: `categories.csv` has CRLF ends, no head, several rows for one id, six empty
semantic categories and trailing spaces; `polyvore_item_metadata.json` or `train_category.json` may be
missing, and then some items have no category; a compatibility row may have two spaces after its label.
Source: Vasileva et al. 2018, "Learning Type-Aware Embeddings for Fashion Compatibility".
"""

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

from workers.datasets import UnknownFormatError
from workers.datasets.collection import Collection, Item, slot_of
from workers.datasets.sets import (
    PARTS,
    Entry,
    first_file,
    first_folder,
    gather,
    place_picture,
    position,
    read_sets,
)

VERSIONS = ("disjoint", "nondisjoint")
METADATA, TRAIN_CATEGORY = "polyvore_item_metadata.json", "train_category.json"
CATEGORIES = "categories.csv"
SLOT_OF_FAMILY = {
    "all-body": "DRESS",
    "tops": "TOP",
    "bottoms": "BOTTOM",
    "outerwear": "OUTERWEAR",
    "shoes": "SHOES",
    "bags": "BAG",
    "jewellery": "JEWELLERY",
    "accessories": "ACCESSORY",
    "hats": "ACCESSORY",
    "scarves": "ACCESSORY",
    "sunglasses": "ACCESSORY",
}
Kind = tuple[str, str]  # fine category, semantic category


def recognises(folder: Path) -> bool:
    """Tell whether sets with their categories lie here or in the folder of a version."""
    return bool(_versions(folder))


def read(folder: Path) -> Collection:
    """Read the sets of all parts as looks, and every item that occurs in one.

    Raises:
        UnknownFormatError: Both versions lie here; each would tell the other's answers.
    """
    home = version_of(folder)
    pictures = first_folder(home / "images", home.parent / "images") or home / "images"
    kinds = _Kinds(home)

    def item(entry: Entry, found: Entry, part: str) -> Item:
        del entry
        key = str(found["item_id"])
        label, family = kinds.of(key)
        slot = SLOT_OF_FAMILY.get(family) or slot_of(label)
        named = Item(key, Path(f"{key}.jpg"), label, slot=slot, family=family, part=part)
        return place_picture(named, pictures)

    items, looks, skipped = gather(_sets(home), item)
    name = home.name if home == folder else f"{folder.name}-{home.name}"
    licence = "research and education only"
    return Collection(name, licence, tuple(items), looks, tuple(skipped))


def version_of(folder: Path) -> Path:
    """Find the folder of the one version that lies here.

    Raises:
        UnknownFormatError: There are two.
    """
    versions = _versions(folder)
    if len(versions) > 1:
        names = " or ".join(str(version) for version in versions)
        message = f"{folder} holds two versions of the same sets; name {names}."
        raise UnknownFormatError(message)
    return versions[0]


def key_of_position(folder: Path) -> dict[str, str]:
    """Map each `<set>_<index>` of the questions to the item's key."""
    return {
        position(entry, item): str(item["item_id"])
        for entries in _sets(version_of(folder)).values()
        for entry in entries
        for item in entry["items"]
    }


def _versions(folder: Path) -> list[Path]:
    homes = [folder, *(folder / name for name in VERSIONS)]
    return [home for home in homes if _has_sets(home) and _has_kinds(home)]


def _has_sets(home: Path) -> bool:
    return any((home / f"{part}.json").is_file() for part in PARTS)


def _has_kinds(home: Path) -> bool:
    names = (CATEGORIES, METADATA, TRAIN_CATEGORY)
    return any((place / name).is_file() for place in (home, home.parent) for name in names)


def _sets(home: Path) -> dict[str, list[Entry]]:
    return {part: read_sets(home / f"{part}.json") for part in PARTS}


class _Kinds:
    """Categories of items, from whichever of the files is there."""

    def __init__(self, home: Path) -> None:
        places = (home, home.parent)
        self._named = _categories(first_file(*(place / CATEGORIES for place in places)))
        metadata = first_file(*(place / METADATA for place in places))
        plain = first_file(*(place / TRAIN_CATEGORY for place in places))
        self._metadata = json.loads(metadata.read_text(encoding="utf-8")) if metadata else {}
        self._number = json.loads(plain.read_text(encoding="utf-8")) if plain else {}

    def of(self, key: str) -> Kind:
        """Name an item's fine and semantic category, "" where nothing tells."""
        entry = self._metadata.get(key, {})
        number = str(entry.get("category_id") or self._number.get(key, ""))
        label, family = self._named.get(number, ("", ""))
        return label, str(entry.get("semantic_category") or family).strip()


def _categories(path: Path | None) -> dict[str, Kind]:
    """Name each category number; of several rows the commonest pair counts, then the first."""
    rows: dict[str, Counter[Kind]] = defaultdict(Counter)
    if path is None:
        return {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, label, *family in csv.reader(file):
            rows[number.strip()][(label.strip(), "".join(family).strip())] += 1
    return {number: kinds.most_common(1)[0][0] for number, kinds in rows.items()}
