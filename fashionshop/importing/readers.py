"""Which kinds of catalogue there are, and which one a path holds."""

from pathlib import Path

from fashionshop.importing.class_folders import ClassFolders
from fashionshop.importing.class_set_folders import ClassSetFolders
from fashionshop.importing.general import GeneralTable
from fashionshop.importing.retail import RetailTable
from fashionshop.importing.rows import Reader, UnknownCatalogue
from fashionshop.importing.set_folders import SetFolders
from fashionshop.importing.styles import StylesTable

# Asked in this order, the most telling first: any folder of folders looks like class folders.
READERS: dict[str, type[Reader]] = {
    "retail": RetailTable,
    "styles": StylesTable,
    "csv": GeneralTable,
    "sets": SetFolders,
    "class-sets": ClassSetFolders,
    "folders": ClassFolders,
}


def kind_of(path: Path) -> str:
    """Name the kind of catalogue at a path.

    Raises:
        UnknownCatalogue: none was recognised, or nothing is there.
    """
    if not path.exists():
        raise UnknownCatalogue(f"{path} does not exist. Check the spelling of the path.")
    for kind, reader in READERS.items():
        if reader.recognises(path):
            return kind
    sought = "\n".join(f"  {kind:<11} {reader.LOOKED_FOR}" for kind, reader in READERS.items())
    raise UnknownCatalogue(
        f"{path} is no catalogue of a kind this shop knows. It looked for:\n{sought}\n"
        "If it is one of these all the same, name it: --format KIND"
    )
