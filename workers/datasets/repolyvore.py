"""Re-PolyVore: Maryland's pictures without their files, sorted by category or by outfit.

- As published, by category: `<category>/<outfit>_<position>.jpg`, in twenty folders from `bag` to
  `watches`, sometimes inside one or two folders `Re-PolyVore`. The real folders also hold 276 pictures
  `<number>.jpg` that belong to no outfit, copies (`… - Copy.jpg`) and system files.
- Sorted again by outfit, as pipelines that learn from whole outfits do: `<outfit>/<category>.jpg`, where
  a second one of the kind is `<category>_2.jpg`; the outfit's name may be any.

There is no official split, so no look is kept for questions.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from workers.datasets.collection import SUFFIXES, Collection, Item, Looks, Skip, slot_of

CATEGORIES = frozenset(
    [
        *("bag", "bottom", "bracelet", "brooch", "dress", "earrings", "eyewear", "gloves"),
        *("hairwear", "hats", "jumpsuit", "legwear", "necklace", "neckwear", "outwear", "pants"),
        *("rings", "shoes", "skirt", "top", "watches"),
    ]
)
SLOTS = {"hairwear": "ACCESSORY", "legwear": "ACCESSORY", "neckwear": "ACCESSORY"}
OUTFIT_FILE = re.compile(r"(?P<outfit>\d+)_(?P<position>\d+)")
LONE_FILE = re.compile(r"\d+")
KIND_FILE = re.compile(r"(?P<kind>[a-z]+)(?:[_ -]?\d+)?")
WRAPPER = "re-polyvore"
DEEPEST = 3  # wrappers
LOOKED_AT = 200  # files; enough to tell, and quick in a folder of 126,927


def recognises(folder: Path) -> bool:
    """Tell whether pictures lie here by category with their outfit in the name, or by outfit."""
    root = _unwrap(folder)
    return _is_by_category(root) or _is_by_outfit(root)


def read(folder: Path) -> Collection:
    """Read every picture; pictures of one outfit are a look where they are at least two."""
    root = _unwrap(folder)
    read_file = _in_category if _is_by_category(root) else _in_outfit
    items: list[Item] = []
    skipped: list[Skip] = []
    members: dict[str, list[str]] = defaultdict(list)
    for path in sorted(_files(root)):
        item, outfit, reason = read_file(path)
        if item is None:
            skipped.append(Skip(path.relative_to(root).as_posix(), reason))
            continue
        items.append(item)
        members[outfit].append(item.key)
    lone = members.pop("", [])
    skipped += [Skip(key, "picture of no outfit, kept without a look") for key in lone]
    looks: Looks = {name: tuple(keys) for name, keys in members.items() if len(keys) > 1}
    licence = "academic use only"
    return Collection(folder.name, licence, tuple(items), looks, tuple(skipped))


def _in_category(path: Path) -> tuple[Item | None, str, str]:
    kind, named = path.parent.name.lower(), OUTFIT_FILE.fullmatch(path.stem)
    if reason := _unusable(path):
        return None, "", reason
    if named is None and not LONE_FILE.fullmatch(path.stem):
        return None, "", "name tells no outfit"
    item = _item(f"{kind}/{path.stem}", path, kind)
    return item, named["outfit"] if named else "", ""


def _in_outfit(path: Path) -> tuple[Item | None, str, str]:
    named = KIND_FILE.fullmatch(path.stem.lower())
    if reason := _unusable(path):
        return None, "", reason
    if named is None or named["kind"] not in CATEGORIES:
        return None, "", "name tells no category"
    outfit = path.parent.name
    return _item(f"{outfit}/{path.stem}", path, named["kind"]), outfit, ""


def _item(key: str, path: Path, kind: str) -> Item:
    return Item(key, path, kind, slot=SLOTS.get(kind) or slot_of(kind), family=kind)


def _unusable(path: Path) -> str:
    if path.suffix.lower() not in SUFFIXES:
        return f"not a picture ({path.suffix or 'no suffix'})"
    return "copy of another picture" if path.stem.lower().endswith("copy") else ""


def _is_by_category(root: Path) -> bool:
    found = [path for path in _first_pictures(root) if path.parent.name.lower() in CATEGORIES]
    return any(OUTFIT_FILE.fullmatch(path.stem) for path in found)


def _is_by_outfit(root: Path) -> bool:
    found = _first_pictures(root)
    kinds = [KIND_FILE.fullmatch(path.stem.lower()) for path in found]
    known = [kind for kind in kinds if kind and kind["kind"] in CATEGORIES]
    outfits = {path.parent for path in found if path.parent.name.lower() not in CATEGORIES}
    return bool(outfits) and len(known) > len(found) / 2


def _first_pictures(root: Path) -> list[Path]:
    """Look at some pictures of each folder, so that one odd folder decides nothing."""
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    pictures: list[Path] = []
    for folder in folders[:LOOKED_AT]:
        inside = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
        pictures += inside[: max(1, LOOKED_AT // len(folders))]
    return pictures


def _files(root: Path) -> Iterator[Path]:
    return (path for path in root.glob("*/*") if path.is_file())


def _unwrap(folder: Path) -> Path:
    for _ in range(DEEPEST):
        inside = [path for path in folder.glob("*") if path.name.lower() == WRAPPER]
        if len(inside) != 1 or not inside[0].is_dir():
            break
        folder = inside[0]
    return folder
