"""Folders named by class, with or without a split above: `train/<class>/<file>`, `<class>/<file>`."""

from pathlib import Path

from workers.datasets import repolyvore
from workers.datasets.collection import SUFFIXES, Collection, Item, Skip, slot_of

SPLITS = {"train", "validation", "valid", "val", "test"}
NO_CLASSES = {"images", "photos", "masks"}  # what other formats call the folder of all pictures


def recognises(folder: Path) -> bool:
    """Tell whether pictures lie in class folders here, and their names tell of no outfits."""
    if repolyvore.recognises(folder):
        return False
    return any(path.suffix.lower() in SUFFIXES for path in _class_files(folder))


def read(folder: Path) -> Collection:
    """Read every picture with its folder's name as label; `part` is the split's name or ""."""
    items: list[Item] = []
    skipped: list[Skip] = []
    for path in _class_files(folder):
        if path.suffix.lower() not in SUFFIXES:
            skipped.append(Skip(path.name, f"not a picture ({path.suffix or 'no suffix'})"))
            continue
        part = path.parent.parent.name if path.parent.parent != folder else ""
        label = path.parent.name
        key = path.relative_to(folder).as_posix()
        items.append(Item(key=key, path=path, label=label, slot=slot_of(label), part=part))
    licence = "CC0-1.0" if folder.name == "clothing" else ""
    return Collection(folder.name, licence, tuple(items), skipped=tuple(skipped))


def _class_files(folder: Path) -> list[Path]:
    splits = [folder / name for name in sorted(SPLITS) if (folder / name).is_dir()]
    roots = splits or [folder]
    found = (path for root in roots for path in root.glob("*/*") if path.is_file())
    return sorted(path for path in found if path.parent.name not in NO_CLASSES)
