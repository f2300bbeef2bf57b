"""Small catalogues made for one test, and the commands that read them."""

import csv

import pytest
from django.core.management import call_command

from fashionshop.importing.readers import READERS
from fashionshop.importing.writer import store_products
from fashionshop.models import Product, ProductPicture
from recommender.models import Picture
from recommender.testing import photo


@pytest.fixture
def folder(tmp_path):
    """An empty folder to make a catalogue in."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    return folder


@pytest.fixture
def picture(folder):
    """Save a picture in the folder: `picture("images/a.jpg", "navy")`."""

    def save(name, colour="crimson", **options):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo(colour, **options))
        return path

    return save


@pytest.fixture
def table(folder):
    """Save a CSV in the folder: `table("products.csv", "sku,image1", "a,a.jpg")`."""

    def save(name, *lines, encoding="utf-8", end="\n"):
        path = folder / name
        path.write_bytes((end.join(lines) + end).encode(encoding))
        return path

    return save


@pytest.fixture
def imported():
    """Import a catalogue without the command; returns the sums of new, changed and unchanged."""

    def run(path, kind="csv"):
        outcomes = list(store_products(READERS[kind](path).rows()))
        return tuple(
            sum(getattr(each, field) for each in outcomes)
            for field in ("new", "changed", "unchanged")
        )

    return run


@pytest.fixture
def faults():
    """Import a catalogue; returns its faults as (row, whether imported, reason)."""

    def run(path, kind="csv"):
        outcomes = list(store_products(READERS[kind](path).rows()))
        found = [fault for each in outcomes for fault in each.faults]
        return [(fault.number, fault.is_imported, fault.reason) for fault in found]

    return run


@pytest.fixture
def command(capsys):
    """Run import_catalog; returns what it printed as (out, err)."""

    def run(*arguments):
        call_command("import_catalog", *map(str, arguments))
        return capsys.readouterr()

    return run


@pytest.fixture
def snapshot(db):
    """Everything an import writes, to compare before and after."""

    def take():
        return (
            list(Product.objects.order_by("sku").values()),
            list(ProductPicture.objects.order_by("pk").values()),
            list(Picture.objects.order_by("pk").values()),
        )

    return take


@pytest.fixture
def reported():
    """The rows of a report file."""

    def read(path):
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return read
