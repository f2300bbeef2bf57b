"""Where the pictures of a catalogue lie, and nowhere else."""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif"})


class NoPicture(ValueError):  # noqa: N818 -- reads as what was found
    """The catalogue names a picture that is not in its folder."""


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def find(self, name: str) -> Path:
        """Find a picture by the name a catalogue gives it, relative to the folder or its `images`.

        Capital and small letters count as one where the exact name does not exist.

        Raises:
            NoPicture: it is missing, or the name leads out of the folder.
        """
        parts = _safe_parts(name)
        for root in (self.root, self.root / "images"):
            path = _find(root, parts)
            if path is not None:
                return self._inside(path, name=name)
        raise NoPicture(f"The picture {name!r} is not in the catalogue's folder.")

    def _inside(self, path: Path, *, name: str) -> Path:
        if not path.resolve().is_relative_to(self.root):
            raise NoPicture(f"The picture {name!r} is a link that leads out of the folder.")
        return path


def _safe_parts(name: str) -> tuple[str, ...]:
    if "://" in name:
        raise NoPicture(f"The picture {name!r} is an address; only files of the folder are read.")
    windows = PureWindowsPath(name)
    path = PurePosixPath(windows.as_posix())
    if windows.drive or windows.root or ".." in path.parts:
        raise NoPicture(f"The picture {name!r} lies outside the catalogue's folder; refused.")
    return path.parts


def _find(root: Path, parts: tuple[str, ...]) -> Path | None:
    exact = root.joinpath(*parts)
    if os.path.isfile(exact):  # unlike Path.is_file: false, too, for names no file can have
        return exact
    for part in parts:
        found = _names(root).get(part.lower())
        if found is None:
            return None
        root = root / found
    return root if os.path.isfile(root) else None


@lru_cache(maxsize=16)
def _names(folder: Path) -> dict[str, str]:
    """The names in a folder by their small letters; read once, when an exact name failed."""
    if not folder.is_dir():
        return {}
    return {entry.name.lower(): entry.name for entry in sorted(folder.iterdir(), reverse=True)}


def picture_folders(root: Path) -> Iterator[Path]:
    """Every folder at or below `root` that holds pictures, by name; hidden ones and links are not followed."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if any(is_picture(name) for name in files):
            yield Path(folder)


def pictures_in(folder: Path) -> list[Path]:
    """The pictures directly in a folder, by name."""
    return sorted(path for path in folder.iterdir() if is_picture(path.name) and path.is_file())


def is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES and not name.startswith(".")
