"""Readers of fashion data sets, one file per format, tried in order."""

from importlib import import_module
from pathlib import Path

from workers.datasets.collection import Collection

READERS: dict[str, str] = {
    "retail": "workers.datasets.retail",
    "street": "workers.datasets.street",
    "catalogue": "workers.datasets.catalogue",
    "folders": "workers.datasets.folders",
}


class UnknownFormatError(ValueError):
    """A folder that no reader recognises."""


def read(folder: Path) -> Collection:
    """Read a folder with the first reader that recognises it."""
    for dotted in READERS.values():
        reader = import_module(dotted)
        if reader.recognises(folder):
            collection: Collection = reader.read(folder)
            return collection
    message = f"{folder} is none of the known data sets ({', '.join(READERS)}); see docs/models.md."
    raise UnknownFormatError(message)
