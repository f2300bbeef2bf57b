"""Readers of fashion data sets, one file per format, tried in order; class folders, the least particular, come last."""

from importlib import import_module
from pathlib import Path

from workers.datasets.collection import Collection

READERS: dict[str, str] = {
    "retail": "workers.datasets.retail",
    "polyvore": "workers.datasets.polyvore",
    "maryland": "workers.datasets.maryland",
    "fashion products": "workers.datasets.fashion_products",
    "street": "workers.datasets.street",
    "catalogue": "workers.datasets.catalogue",
    "re-polyvore": "workers.datasets.repolyvore",
    "folders": "workers.datasets.folders",
}


class UnknownFormatError(ValueError):
    """A folder that no reader recognises, or not well enough to read."""


def read(folder: Path) -> Collection:
    """Read a folder with the first reader that recognises it.

    Raises:
        UnknownFormatError: It is missing or in no known format.
    """
    if not folder.is_dir():
        raise UnknownFormatError(f"There is no folder {folder}; name the folder of a data set.")
    for dotted in READERS.values():
        reader = import_module(dotted)
        if reader.recognises(folder):
            collection: Collection = reader.read(folder)
            return collection
    message = (
        f"{folder} is none of the known data sets ({', '.join(READERS)}); see docs/evaluation.md."
    )
    raise UnknownFormatError(message)
