"""The lines of a text file, whatever program wrote it: encodings, line ends, lines without an end."""

import codecs
from collections import deque
from pathlib import Path
from typing import BinaryIO

# A line longer than this is no product, and must not be read into memory to find that out.
LINE_LIMIT_BYTES = 1_000_000
# UTF-32 first: its mark begins as that of UTF-16 does.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = tuple(encoding for _mark, encoding in MARKS[1:])
SAMPLE_BYTES = 100_000
# What a text in one of the old encodings of one byte per letter is likely to hold. Windows comes
# first: it wins where the others fit no better.
LETTERS = {
    "cp1252": "äöüßéèêëàâçîïôùûœæáíóúñìòãõåø",
    "mac_roman": "äöüßéèêëàâçîïôùûœæáíóúñìòãõåø",
    "cp1250": "äöüßáéíóúýąćęłńśźżčďěňřšťůžőű",
}
LETTER, CAPITAL_OR_SIGN = 2, 1
SIGNS = "’“”„–€«»"


class BrokenLine(ValueError):  # noqa: N818 -- reads as the thing it is
    """This line cannot be read as a row of a table."""


class Lines:
    """The lines of a file as text, each ended by a line feed.

    It goes on after it has raised: one bad line costs one row. `taken` are the lines since the row
    began; those behind the first may be given back and come again.
    """

    def __init__(self, path: Path, *, encoding: str) -> None:
        self._is_wide = encoding in WIDE
        self._encoding = encoding
        # Latin-1 keeps every byte, so that each line of a file can be decoded by itself.
        codec = encoding if self._is_wide else "latin-1"
        self._file = path.open(encoding=codec, errors="replace", newline=None)
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._read()
        self.taken.append(line)
        return line

    def begin_row(self) -> None:
        self.taken = []

    def give_back(self) -> None:
        """Let all lines of this row but the first come again, as rows of their own."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def _read(self) -> str:
        line = self._file.readline(LINE_LIMIT_BYTES)
        if not line:
            raise StopIteration
        if len(line) == LINE_LIMIT_BYTES and not line.endswith("\n"):
            while (rest := self._file.readline(LINE_LIMIT_BYTES)) and not rest.endswith("\n"):
                pass
            raise BrokenLine(f"it is longer than {LINE_LIMIT_BYTES:,} characters")
        if not self._is_wide:
            line = _text(line.encode("latin-1"), self._encoding)
        return line.replace("\0", "").removeprefix("\ufeff")


def _text(line: bytes, encoding: str) -> str:
    """Decode UTF-8, or the old encoding of the file; many files hold lines of both."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252" if encoding == "utf-8" else encoding, errors="replace")


def encoding_of(path: Path) -> str:
    """Name the encoding of a file: by its mark, its zeros, or the letters it makes of its bytes."""
    with path.open("rb") as file:
        head = file.read(4096)
        for mark, encoding in MARKS:
            if head.startswith(mark):
                return encoding
        if _is_mostly_zero(head[1::2]):
            return "utf-16-le"
        if _is_mostly_zero(head[::2]):
            return "utf-16-be"
        file.seek(0)
        high = _bytes_that_are_not_utf8(file)
    return max(LETTERS, key=lambda encoding: _likelihood(high, encoding)) if high else "utf-8"


def _is_mostly_zero(half: bytes) -> bool:
    return bool(half) and half.count(0) * 2 > len(half)


def _bytes_that_are_not_utf8(file: BinaryIO) -> bytes:
    """Gather the bytes beyond ASCII of the lines that are no UTF-8."""
    found = bytearray()
    while len(found) < SAMPLE_BYTES and (line := file.readline(LINE_LIMIT_BYTES)):
        if not line.isascii():
            try:
                line.decode()
            except UnicodeDecodeError:
                found += bytes(byte for byte in line if byte > 127)  # beyond ASCII
    return bytes(found)


def _likelihood(high: bytes, encoding: str) -> int:
    letters = LETTERS[encoding]
    capitals = letters.upper() + SIGNS
    text = high.decode(encoding, errors="replace")
    return sum(
        LETTER if letter in letters else CAPITAL_OR_SIGN if letter in capitals else 0
        for letter in text
    )
