"""A product feed in XML, RSS or Atom, read as a table: one record per item, however long it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from fashionshop.importing.table import Record

ITEMS = ("item", "entry")
FIRST_ITEMS = 50  # the columns of a feed are those of its first items
BLOCK = 1 << 16
DECLARATION = re.compile(b"<!(?:DOCTYPE|ENTITY)")


@dataclass(frozen=True)
class Feed:
    path: Path

    @cached_property
    def columns(self) -> tuple[str, ...]:
        first = islice(self.records(), FIRST_ITEMS)
        return tuple(dict.fromkeys(name for record in first for name in record.cells))

    @property
    def complaint(self) -> str:
        """Why not even the first items can be read, if so."""
        return next((each.error for each in islice(self.records(), 1)), "")

    def row_count(self) -> int:
        with self.path.open("rb") as file:
            blocks = iter(lambda: file.read(BLOCK), b"")
            return sum(block.count(b"</item>") + block.count(b"</entry>") for block in blocks)

    def records(self) -> Iterator[Record]:
        """Read item by item; where the XML breaks off, a record says so and is the last."""
        number = 1
        try:
            for item in self._items():
                number += 1
                yield Record(number, _cells(item))
        except ParseError as error:
            yield Record(
                number + 1, error=f"The XML is broken here ({error}); the rest is not read."
            )

    def _items(self) -> Iterator[Element]:
        parser = XMLPullParser(["end"])
        with self.path.open("rb") as file:
            for block in iter(lambda: file.read(BLOCK), b""):
                sound, *declared = DECLARATION.split(block, maxsplit=1)
                parser.feed(sound)
                yield from _ended(parser)
                if declared:
                    raise ParseError("a <!DOCTYPE> or <!ENTITY>: export the feed without it")
        try:
            parser.close()
        finally:  # what the parser held back until it knew that nothing follows
            yield from _ended(parser)


def _ended(parser: XMLPullParser) -> Iterator[Element]:
    for _event, element in parser.read_events():
        if _name(element) in ITEMS:
            yield element
            element.clear()


def _cells(item: Element) -> dict[str, str]:
    """Name → text; of an element that comes several times one text to a line."""
    cells: dict[str, list[str]] = {}
    for element in item:
        if text := (element.text or element.get("href") or "").strip():
            cells.setdefault(_name(element), []).append(text)
    return {name: "\n".join(dict.fromkeys(texts)) for name, texts in cells.items()}


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def feeds_at(path: Path) -> list[Feed]:
    """The XML files at a path, or in the folder at it, by name."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [Feed(file) for file in files if file.suffix.lower() == ".xml" and file.is_file()]
