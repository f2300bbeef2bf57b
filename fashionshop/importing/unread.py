"""What lies in a catalogue's folder and was not read, by kind of file."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from fashionshop.importing.folder import is_picture
from fashionshop.importing.table import SUFFIXES as TABLES

IGNORED = {"Thumbs.db", "desktop.ini", "README", "LICENCE", "LICENSE", "SHA256SUMS"}
NAMED = 5  # of each kind
NO_ROW = "named by no row"
NO_KIND = "of a kind that is not read"


def unread_files(root: Path, read: Collection[Path]) -> dict[str, list[str]]:
    """Why → the files at or below a folder that are not among those read; hidden ones do not count."""
    found: dict[str, list[str]] = {}
    for path in _files(root.resolve()):
        if path not in read and path.suffix.lower() not in {*TABLES, ".xml"}:
            why = (
                NO_ROW
                if is_picture(path.name)
                else f"{NO_KIND} ({path.suffix.lower() or 'no suffix'})"
            )
            found.setdefault(why, []).append(str(path.relative_to(root.resolve())))
    return dict(sorted(found.items()))


def sentence(why: str, names: list[str]) -> str:
    """Tell a merchant of files that were passed over."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"Not read, {why}: {', '.join(names[:NAMED])}{more}."


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        yield from (
            Path(folder, name)
            for name in sorted(names)
            if not name.startswith(".") and name not in IGNORED
        )
