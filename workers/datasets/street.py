"""Street photos with a pixel mask per garment: each garment is an item, each photo a look."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from workers.datasets.collection import Collection, Cut, Item, Skip, slot_of

SMALLEST_SHARE = 0.002  # of the photo; below it a garment is a few pixels of a belt or a ring
SHORTEST_SIDE_PX = 24
NO_GARMENTS = {"null", "skin", "hair", "bra", "panties", "intimate", "swimwear", "accessories"}


def recognises(folder: Path) -> bool:
    """Tell whether photos, masks and their labels lie here."""
    return (folder / "labels.json").is_file() and (folder / "masks").is_dir()


def read(folder: Path) -> Collection:
    """Cut every garment of every photo; looks are photos with at least two garments."""
    labels: list[str] = json.loads((folder / "labels.json").read_text())
    items: list[Item] = []
    skipped: list[Skip] = []
    looks: dict[str, tuple[str, ...]] = {}
    for photo in sorted((folder / "photos").glob("*.jpg")):
        mask = folder / "masks" / f"{photo.stem}.png"
        if not mask.is_file():
            skipped.append(Skip(photo.name, "no mask"))
            continue
        found = _garments(photo, mask, labels=labels, skipped=skipped)
        items += found
        if len(found) > 1:
            looks[photo.stem] = tuple(item.key for item in found)
    return Collection(folder.name, "Apache-2.0", tuple(items), looks, tuple(skipped))


def _garments(photo: Path, mask: Path, *, labels: list[str], skipped: list[Skip]) -> list[Item]:
    with Image.open(mask) as file:
        values = np.asarray(file)
    found = []
    for value in np.unique(values):
        label = labels[value] if value < len(labels) else "null"
        if label == "null":
            continue
        cut, reason = _region(values, int(value), mask=mask, label=label)
        if cut is None:
            skipped.append(Skip(f"{photo.name} {label}", reason))
            continue
        key = f"{photo.stem}-{label}"
        found.append(Item(key=key, path=photo, label=label, slot=slot_of(label), cut=cut))
    return found


def _region(values: np.ndarray, value: int, *, mask: Path, label: str) -> tuple[Cut | None, str]:
    if label in NO_GARMENTS or not slot_of(label):
        return None, f"not a garment of an outfit: {label}"
    rows, columns = np.nonzero(values == value)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    if len(rows) < SMALLEST_SHARE * values.size:
        return None, "smaller than 0.2 % of the photo"
    if min(box[2] - box[0], box[3] - box[1]) < SHORTEST_SIDE_PX:
        return None, f"narrower than {SHORTEST_SIDE_PX} pixels"
    return Cut(mask, value, box), ""
