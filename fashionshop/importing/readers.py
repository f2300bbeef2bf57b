"""Which kinds of catalogue there are, and which one a path holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Protocol

from fashionshop.importing.class_folders import ClassFolders
from fashionshop.importing.class_set_folders import ClassSetFolders
from fashionshop.importing.columns import NEEDED, seems
from fashionshop.importing.general import GeneralTable, missing_fields
from fashionshop.importing.mapping import COLUMN, COLUMNS, FILE, NONE, Decisions
from fashionshop.importing.retail import RetailTable
from fashionshop.importing.rows import Fault, LookRow, Row, UnknownCatalogue
from fashionshop.importing.set_folders import SetFolders
from fashionshop.importing.shops.feed import feeds_at
from fashionshop.importing.shops.google import GoogleFeed
from fashionshop.importing.shops.magento import MagentoExport
from fashionshop.importing.shops.shopify import ShopifyExport
from fashionshop.importing.shops.woocommerce import WooCommerceExport
from fashionshop.importing.styles import StylesTable
from fashionshop.importing.table import Table, tables_at


class Reader(Protocol):
    """One kind of catalogue. Reads as it is asked, never the whole catalogue at once."""

    LOOKED_FOR: ClassVar[str]

    def __init__(self, path: Path, decisions: Decisions = ..., /) -> None:
        """Raises `UnknownCatalogue` where the files that make up the kind are missing."""

    @classmethod
    def recognises(cls, path: Path, decisions: Decisions = ..., /) -> bool:
        """Whether this is such a catalogue; reads headers and a few names, no more."""

    def row_count(self) -> int:
        """About how many rows will come, for the time left."""

    def rows(self) -> Iterator[Row | Fault]:
        """The products, in the order of the catalogue."""

    def looks(self) -> Iterator[LookRow]:
        """The looks; they may name products that `rows` did not."""


# Asked in this order, the most telling first: any folder of folders looks like class folders.
READERS: dict[str, type[Reader]] = {
    "retail": RetailTable,
    "styles": StylesTable,
    "shopify": ShopifyExport,
    "woocommerce": WooCommerceExport,
    "magento": MagentoExport,
    "google": GoogleFeed,
    "csv": GeneralTable,
    "sets": SetFolders,
    "class-sets": ClassSetFolders,
    "folders": ClassFolders,
}
SPREADSHEETS = (".xlsx", ".xls", ".ods", ".numbers")


def kind_of(path: Path, decisions: Decisions = NONE) -> str:
    """Name the kind of catalogue at a path.

    Raises:
        UnknownCatalogue: none was recognised, or nothing is there.
    """
    if not path.exists():
        raise UnknownCatalogue(f"{path} does not exist. Check the spelling of the path.")
    for kind, reader in READERS.items():
        if reader.recognises(path, decisions):
            return kind
    raise UnknownCatalogue(_what_was_found(path, decisions))


def _what_was_found(path: Path, decisions: Decisions) -> str:
    """Tell what is at a path that is no catalogue: its tables column by column, or what was sought."""
    tables = [table for table in tables_at(path) if table.path.name != FILE and table.columns]
    files = path.iterdir() if path.is_dir() else [path]
    spreadsheets = [file.name for file in files if file.suffix.lower() in SPREADSHEETS]
    sought = "\n".join(f"  {kind:<11} {reader.LOOKED_FOR}" for kind, reader in READERS.items())
    return "\n".join([
        f"{path} is no catalogue of a kind this shop knows.",
        *(f"{name} is a spreadsheet: save it as CSV (UTF-8)." for name in spreadsheets),
        *(f"{feed.path.name}: {feed.complaint}" for feed in feeds_at(path) if feed.complaint),
        *(_columns_found(table, decisions) for table in tables),
        f"It looked for:\n{sought}",
        "If it is one of these all the same, name it: --format KIND",
    ])  # fmt: skip


def _columns_found(table: Table, decisions: Decisions) -> str:
    """Tell what the columns of a table seem to be, what is missing, and how to say it in a mapping."""
    fields = seems(table.columns, decisions)
    told = [f"{name} ({field or 'unknown'})" for name, field in fields.items() if name]
    unknown = [f"{COLUMN},{name}," for name, field in fields.items() if name and not field]
    missing = [
        "a picture" if field != NEEDED[0] else field for field in missing_fields(table, decisions)
    ]
    return "\n".join([
        f"{table.path.name} has the columns {', '.join(told)}; what is missing is {' and '.join(missing)}.",
        f"Rename columns, or say in {FILE} beside it what they mean (sku, image, title, price …):",
        ",".join(COLUMNS),
        *unknown,
    ])  # fmt: skip
