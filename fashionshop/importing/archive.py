"""A catalogue that comes as a ZIP: looked through before a byte is unpacked, and refused whole."""

import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from fashionshop.importing.slots import plain

SUFFIX = ".zip"
NESTED = (
    *(".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar", ".cab", ".iso"),
)
IGNORED = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}
BLOCK_BYTES = 1 << 20
LOCAL_HEADER_BYTES = 30  # at the least, before an entry's name and bytes
IS_ENCRYPTED, IS_UTF8 = 0x1, 0x800


class BadArchive(ValueError):  # noqa: N818 -- reads as the thing it is
    """The ZIP is not taken; the message says why, and what to do about it."""


@dataclass(frozen=True)
class ArchiveLimits:
    """What a ZIP may hold before it is refused."""

    bytes: int = 500_000_000
    files: int = 2_000
    unpacked_bytes: int = 2_000_000_000
    ratio: int = 100
    # Below this a table of equal lines may well be a hundredth of its size.
    small_bytes: int = 10_000_000


LIMITS = ArchiveLimits()


@contextmanager
def unpacked(path: Path, *, limits: ArchiveLimits = LIMITS) -> Iterator[Path]:
    """Give the folder that a ZIP holds, for as long as the block runs; any other path as it is.

    Raises:
        BadArchive: it is damaged, larger than allowed, or made to do harm.
    """
    if path.suffix.lower() != SUFFIX or not path.is_file():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="catalogue-") as folder:
        try:
            _unpack(path, Path(folder), limits=limits)
        except BadZipFile as error:
            raise BadArchive(f"{path.name} is damaged ({error}). Pack it again.") from error
        except (NotImplementedError, RuntimeError, EOFError) as error:
            raise BadArchive(f"{path.name} cannot be unpacked: {error}.") from error
        yield _only_folder(Path(folder))


def _unpack(path: Path, folder: Path, *, limits: ArchiveLimits) -> None:
    if path.stat().st_size > limits.bytes:
        raise BadArchive(f"{path.name} is larger than {limits.bytes // 1_000_000} MB. Divide it.")
    if not is_zipfile(path):
        raise BadArchive(f"{path.name} is no ZIP, whatever its name says. Pack it again.")
    with ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _check_sizes(entries, path, limits=limits)
        _check_overlaps(entries)
        named = [(_name(entry), entry) for entry in entries]
        for name, entry in named:
            _check_entry(entry, name)
        _check_collisions(name for name, _entry in named)
        if shutil.disk_usage(folder).free < sum(entry.file_size for entry in entries):
            raise BadArchive(f"The disk of the shop has no room to unpack {path.name}.")
        for name, entry in named:
            if set(PurePosixPath(name).parts) & IGNORED:
                continue
            target = folder.joinpath(*PurePosixPath(name).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, target.open("wb") as file:
                _copy(source, file, entry=entry)


def _check_sizes(entries: list[ZipInfo], path: Path, *, limits: ArchiveLimits) -> None:
    if len(entries) > limits.files:
        raise BadArchive(f"{path.name} holds more than {limits.files:,} files. Divide it.")
    size = sum(entry.file_size for entry in entries)
    if size > limits.unpacked_bytes:
        gigabytes = limits.unpacked_bytes / 1e9
        raise BadArchive(f"{path.name} would be larger than {gigabytes:g} GB unpacked. Divide it.")
    if size > max(limits.small_bytes, limits.ratio * path.stat().st_size):
        raise BadArchive(
            f"{path.name} would grow more than {limits.ratio} times when unpacked; no catalogue does."
        )


def _check_overlaps(entries: list[ZipInfo]) -> None:
    """Refuse entries that share bytes: so a small file pretends to hold a large one many times."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise BadArchive(f"{entry.filename!r} overlaps another file in the ZIP. Pack it again.")
        end = entry.header_offset + LOCAL_HEADER_BYTES + len(entry.filename) + entry.compress_size


def _check_entry(entry: ZipInfo, name: str) -> None:
    windows = PureWindowsPath(name)
    if windows.drive or windows.root or "\\" in entry.orig_filename or ".." in windows.parts:
        raise BadArchive(f"{name!r} leads out of the folder. Pack the catalogue's folder itself.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadArchive(f"{name!r} is a link. Put the file itself into the ZIP.")
    if entry.flag_bits & IS_ENCRYPTED:
        raise BadArchive(f"{name!r} is encrypted. Pack the catalogue without a password.")
    if windows.suffix.lower() in NESTED:
        raise BadArchive(f"{name!r} is an archive itself. Unpack it before you pack the catalogue.")


def _check_collisions(names: Iterable[str]) -> None:
    """Refuse two names that are one on some machines: which of the files is meant, nobody knows."""
    seen: dict[str, str] = {}
    for name in names:
        if (other := seen.get(plain(name))) is not None:
            raise BadArchive(f"{other!r} and {name!r} have one name on some machines. Rename one.")
        seen[plain(name)] = name


def _name(entry: ZipInfo) -> str:
    """The name of an entry; programs on a Mac write UTF-8 and do not say so."""
    if entry.flag_bits & IS_UTF8:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode()
    except UnicodeError:
        return entry.filename


def _copy(source: IO[bytes], target: IO[bytes], *, entry: ZipInfo) -> None:
    """Unpack an entry, though never more of it than it says it is."""
    left = entry.file_size
    while block := source.read(BLOCK_BYTES):
        left -= len(block)
        if left < 0:
            raise BadArchive(f"{entry.filename!r} is larger than it says. Pack it again.")
        target.write(block)


def _only_folder(folder: Path) -> Path:
    """The folder that was packed, where the ZIP holds nothing beside it."""
    inside = list(folder.iterdir())
    return _only_folder(inside[0]) if len(inside) == 1 and inside[0].is_dir() else folder
