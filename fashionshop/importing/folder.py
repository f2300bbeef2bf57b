"""Where the pictures of a catalogue lie, and nowhere else."""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

from fashionshop.importing.slots import plain

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".heic", ".heif"})


class NoPicture(ValueError):  # noqa: N818 -- reads as what was found
    """The catalogue names a picture that is not in its folder."""


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        _names.cache_clear()  # another import may have seen the folder before it was filled

    def find(self, name: str) -> Path:
        """Find a picture by the name a catalogue gives it, relative to the folder or its `images`.

        Where the exact name does not exist, capital and small letters count as one, and so do the
        two forms of accents; then `%20` is a blank, and what follows a `?` is left away. Of an
        address, or a path from the root of some server, the last part is enough.

        Raises:
            NoPicture: it is missing, or the name leads out of the folder.
        """
        for parts in _readings(name):
            for root in (self.root, self.root / "images"):
                path = _find(root, parts)
                if path is not None:
                    return self._inside(path, name=name)
        raise NoPicture(_why_missing(name))

    def holds(self, name: str) -> bool:
        """Whether a file has this name in the folder itself, as no address has."""
        if _is_address(name) or _is_absolute(name):
            return False
        with suppress(NoPicture):
            return bool(self.find(name))
        return False

    def _inside(self, path: Path, *, name: str) -> Path:
        if not path.resolve().is_relative_to(self.root):
            raise NoPicture(f"The picture {name!r} is a link that leads out of the folder.")
        return path


def _readings(name: str) -> Iterator[tuple[str, ...]]:
    """The paths a name may mean, the most literal first."""
    bare = urlsplit(name).path if _is_address(name) else name
    readings = dict.fromkeys((bare, unquote(bare), unquote(bare.partition("?")[0])))
    paths = [_parts(reading, name=name) for reading in readings]
    yield from paths
    if _is_address(name) or _is_absolute(name):
        yield from (parts[-1:] for parts in paths)


def _parts(reading: str, *, name: str) -> tuple[str, ...]:
    windows = PureWindowsPath(reading)
    parts = PurePosixPath(windows.as_posix()).parts
    if windows.drive or ".." in parts:
        raise NoPicture(_outside(name))
    return parts[1:] if windows.root else parts


def _why_missing(name: str) -> str:
    if _is_address(name):
        return f"The picture {name!r} is an address; save it in the catalogue's folder."
    return (
        _outside(name)
        if _is_absolute(name)
        else f"The picture {name!r} is not in the catalogue's folder."
    )


def _outside(name: str) -> str:
    return f"The picture {name!r} lies outside the catalogue's folder; refused."


def _is_address(name: str) -> bool:
    return "://" in name or name.startswith("//")


def _is_absolute(name: str) -> bool:
    return bool(PureWindowsPath(name).root)


def _find(root: Path, parts: tuple[str, ...]) -> Path | None:
    exact = root.joinpath(*parts)
    if os.path.isfile(exact):  # unlike Path.is_file: false, too, for names no file can have
        return exact
    for part in parts:
        found = _names(root).get(plain(part))
        if found is None:
            return None
        root = root / found
    return root if os.path.isfile(root) else None


@lru_cache(maxsize=16)
def _names(folder: Path) -> dict[str, str]:
    """The names in a folder as they are compared; read once, when an exact name failed."""
    if not folder.is_dir():
        return {}
    return {plain(entry.name): entry.name for entry in sorted(folder.iterdir(), reverse=True)}


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
