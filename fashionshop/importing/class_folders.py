"""A folder per class: `<class>/<file>`, also below `train/`, `validation/` or the like."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from fashionshop.importing import invented
from fashionshop.importing.folder import picture_folders, pictures_in
from fashionshop.importing.mapping import CATEGORY, NONE, Decisions
from fashionshop.importing.rows import SKU_LIMIT, Fault, LookRow, Row
from fashionshop.importing.slots import Slots


class ClassFolders:
    LOOKED_FOR = "folders named by class with pictures in them: <class>/<file>"

    def __init__(self, path: Path, decisions: Decisions = NONE) -> None:
        self._root = path.resolve()
        self.slots = Slots(
            {class_name(folder.name) for folder in self._folders()}, chosen=decisions.of(CATEGORY)
        )

    @classmethod
    def recognises(cls, path: Path, decisions: Decisions = NONE) -> bool:
        return path.is_dir() and any(folder != path for folder in picture_folders(path))

    def row_count(self) -> int:
        return sum(len(pictures_in(folder)) for folder in self._folders())

    def rows(self) -> Iterator[Row | Fault]:
        number = 0
        for folder in self._folders():
            for path in pictures_in(folder):
                number += 1
                yield picture_row(
                    number,
                    path=path,
                    sku=sku_of(path.relative_to(self._root)),
                    category=class_name(folder.name),
                    slots=self.slots,
                )

    def looks(self) -> Iterator[LookRow]:
        return iter(())

    def _folders(self) -> Iterator[Path]:
        return (folder for folder in picture_folders(self._root) if folder != self._root)


def picture_row(
    number: int, *, path: Path, sku: str, category: str, slots: Slots, title: str = ""
) -> Row:
    """A product of which nothing is known but a picture and its class."""
    slot = slots.of(category) or ""
    return Row(
        number=number,
        sku=sku,
        pictures=(path,),
        category=category,
        slot=slot,
        if_new=invented.if_new(
            title=title or f"{category} {_mark(path.stem)}", sku=sku, slot=slot, family=category
        ),
    )


def sku_of(path: Path) -> str:
    """Name a product by where its picture lies; a long name keeps its end, made unique again."""
    name = "-".join(path.with_suffix("").parts)
    if len(name) <= SKU_LIMIT and name.isprintable():
        return name
    mark = sha256(str(path).encode(errors="replace")).hexdigest()[:8]
    tail = "".join(filter(str.isprintable, name))[-(SKU_LIMIT - 9) :]
    return f"{mark}-{tail}"


def class_name(folder: str) -> str:
    """A folder's name as a category: `t-shirt` is T-shirt, `ankle_boots` Ankle boots."""
    words = "".join(filter(str.isprintable, folder.replace("_", " "))).strip()[:80] or "Other"
    return words[0].upper() + words[1:]


def _mark(stem: str) -> str:
    """Four letters that tell products of one class apart."""
    return sha256(stem.encode(errors="replace")).hexdigest()[:4].upper()
