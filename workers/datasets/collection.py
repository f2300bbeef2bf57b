"""What every reader returns: items with pictures, looks over them, and what was skipped and why."""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from recommender.garments import slot_for

PLAIN_GROUND = (240, 240, 240)
CUT_MARGIN = 0.06  # of the longer side, around a garment cut out of a photo
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif"}

Looks = dict[str, tuple[str, ...]]


class MissingPictureError(FileNotFoundError):
    """A data set was read for its structure alone, and someone wants to see an item."""


@dataclass(frozen=True)
class Cut:
    """A garment inside a photo: the pixels of `mask` that hold `value`, within `box`."""

    mask: Path
    value: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Item:
    """One product with one picture; fields a data set does not know are "".

    `family` is coarser than `label`: items of one family could replace one another. `part` is the
    split a data set puts the item in. Without `has_picture`, `path` is where it would lie: such items
    occur only in data sets that came without any pictures, and tell who is worn with whom.
    """

    key: str
    path: Path
    label: str
    slot: str = ""
    family: str = ""
    model: str = ""
    colour: str = ""
    season: str = ""
    gender: str = ""
    part: str = ""
    cut: Cut | None = None
    has_picture: bool = True

    def open(self) -> Image.Image:
        """Decode the picture as RGB; a cut garment lies on a plain light ground.

        Raises:
            MissingPictureError: The data set came without pictures.
        """
        if not self.has_picture:
            message = (
                f"{self.key} has no picture at {self.path}; this data set came without them, "
                "so only its structure can be used."
            )
            raise MissingPictureError(message)
        with Image.open(self.path) as file:
            picture = file.convert("RGB")
        return picture if self.cut is None else _cut_out(picture, self.cut)


@dataclass(frozen=True)
class Skip:
    """A row, file or region that was left out."""

    where: str
    reason: str


@dataclass(frozen=True)
class Collection:
    """A data set in memory: pictures stay on disk until an item is opened."""

    name: str
    licence: str
    items: tuple[Item, ...]
    looks: Looks = field(default_factory=dict)
    skipped: tuple[Skip, ...] = ()

    def fingerprint(self) -> str:
        """Hash what would be trained on: keys, labels, file names and sizes, looks; not the bytes."""
        digest = sha256()
        for item in self.items:
            size = item.path.stat().st_size if item.has_picture else 0
            digest.update(f"{item.key}|{item.label}|{item.path.name}|{size}\n".encode())
        for name, keys in self.looks.items():
            digest.update(f"{name}:{','.join(keys)}\n".encode())
        return digest.hexdigest()

    def report(self) -> str:
        """Say in one paragraph how much was read, and count what was skipped by reason."""
        head = f"{self.name}: {len(self.items)} items, {len(self.looks)} looks"
        blind = sum(not item.has_picture for item in self.items)
        lines = [f"  {blind} items without pictures: structure alone"] if blind else []
        reasons = Counter(skip.reason for skip in self.skipped)
        lines += [f"  skipped {count}: {reason}" for reason, count in reasons.most_common()]
        return "\n".join([head, *lines])


def slot_of(*labels: str) -> str:
    """Name the slot the labels mean, most specific first; "" when they name no garment."""
    return slot_for(*[label for label in labels if label])


def _cut_out(picture: Image.Image, cut: Cut) -> Image.Image:
    with Image.open(cut.mask) as file:
        inside = np.asarray(file.crop(cut.box)) == cut.value
    garment = picture.crop(cut.box)
    margin = round(max(garment.size) * CUT_MARGIN)
    size = (garment.width + 2 * margin, garment.height + 2 * margin)
    canvas = Image.new("RGB", size, PLAIN_GROUND)
    canvas.paste(garment, (margin, margin), Image.fromarray(inside))
    return canvas
