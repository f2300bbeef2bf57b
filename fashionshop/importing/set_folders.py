"""`images/<compatible-set-id>/<class-id>.jpg`: a folder is a look."""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

from fashionshop.importing.class_folders import class_name, picture_row
from fashionshop.importing.folder import picture_folders, pictures_in
from fashionshop.importing.mapping import CATEGORY, NONE, Decisions
from fashionshop.importing.rows import Fault, LookRow, Row
from fashionshop.importing.slots import Slots
from fashionshop.importing.table import find_table

SAMPLE = 50  # folders that must all be named by a number


class SetFolders:
    LOOKED_FOR = "images/<set-id>/<class-id>.jpg, every set id a number (classes.csv names classes)"

    def __init__(self, path: Path, decisions: Decisions = NONE) -> None:
        self._root = path.resolve()
        self._decisions = decisions

    @classmethod
    def recognises(cls, path: Path, decisions: Decisions = NONE) -> bool:
        if not path.is_dir():
            return False
        names = [folder.name for folder in islice(_sets(path), SAMPLE)]
        return bool(names) and all(name.isdecimal() for name in names)

    def row_count(self) -> int:
        return sum(len(pictures_in(folder)) for folder in _sets(self._root))

    def rows(self) -> Iterator[Row | Fault]:
        number = 0
        for folder in _sets(self._root):
            for path in pictures_in(folder):
                number += 1
                category = self._category(path.stem)
                title = f"{category}, set {folder.name}"
                yield picture_row(
                    number,
                    path=path,
                    sku=_sku(path),
                    category=category,
                    slots=self._slots,
                    title=title,
                )

    def looks(self) -> Iterator[LookRow]:
        for folder in _sets(self._root):
            skus = tuple(_sku(path) for path in pictures_in(folder))
            yield LookRow(name=folder.name, title=f"Set {folder.name}", skus=skus)

    def _category(self, class_id: str) -> str:
        known = self._names.get(class_id)
        return class_name(known or (f"Class {class_id}" if class_id.isdecimal() else class_id))

    @cached_property
    def _slots(self) -> Slots:
        return Slots(self._names.values(), chosen=self._decisions.of(CATEGORY))

    @cached_property
    def _names(self) -> dict[str, str]:
        """Class id → name out of an optional classes.csv with the columns class and name."""
        table = find_table(self._root, usual_name="classes.csv", columns={"class", "name"})
        records = table.records() if table else ()
        return {each.cells["class"].strip(): each.cells.get("name", "").strip() for each in records}


def _sets(root: Path) -> Iterator[Path]:
    return (folder for folder in picture_folders(root) if folder != root)


def _sku(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"[:64]
