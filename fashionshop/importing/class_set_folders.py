"""`<class-name>/<compatible-set-id>_<class-id>.jpg`: what shares a set id is a look."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from fashionshop.importing.class_folders import ClassFolders, class_name, picture_row, sku_of
from fashionshop.importing.folder import picture_folders, pictures_in
from fashionshop.importing.mapping import NONE, Decisions
from fashionshop.importing.rows import Fault, LookRow, Row

SAMPLE = 20  # names of each folder that must all be two numbers


class ClassSetFolders:
    LOOKED_FOR = "<class-name>/<set-id>_<class-id>.jpg, both ids numbers"

    def __init__(self, path: Path, decisions: Decisions = NONE) -> None:
        self._root = path.resolve()
        self._folders = ClassFolders(path, decisions)

    @classmethod
    def recognises(cls, path: Path, decisions: Decisions = NONE) -> bool:
        if not path.is_dir():
            return False
        folders = [folder for folder in islice(picture_folders(path), SAMPLE) if folder != path]
        names = [file.stem for folder in folders for file in pictures_in(folder)[:SAMPLE]]
        return bool(names) and all(_is_two_numbers(name) for name in names)

    def row_count(self) -> int:
        return self._folders.row_count()

    def rows(self) -> Iterator[Row | Fault]:
        for number, path in enumerate(self._pictures(), start=1):
            if set_id(path):
                category = class_name(path.parent.name)
                sku = sku_of(path.relative_to(self._root))
                title = f"{category}, set {set_id(path)}"
                yield picture_row(
                    number,
                    path=path,
                    sku=sku,
                    category=category,
                    slots=self._folders.slots,
                    title=title,
                )
            else:
                reason = f"The name {path.name!r} is not <set-id>_<class-id>."
                yield Fault(number=number, sku="", reason=reason)

    def looks(self) -> Iterator[LookRow]:
        """Gather the sets; holds every name at once, as a set is spread over all folders."""
        sets: dict[str, list[str]] = {}
        for path in filter(set_id, self._pictures()):
            sets.setdefault(set_id(path), []).append(sku_of(path.relative_to(self._root)))
        for name, skus in sets.items():
            yield LookRow(name=name, title=f"Set {name}", skus=tuple(skus))

    def _pictures(self) -> Iterator[Path]:
        for folder in picture_folders(self._root):
            if folder != self._root:
                yield from pictures_in(folder)


def set_id(path: Path) -> str:
    """What stands before the last underscore of a name, or "" where there is none."""
    return path.stem.rpartition("_")[0]


def _is_two_numbers(name: str) -> bool:
    first, _, second = name.partition("_")
    return first.isdecimal() and second.isdecimal()
