"""From uploaded pictures to strips, in a shop on django-oscar with a real worker beside it.

`tests/hosts/test_oscar.py` runs this file in the environment of the shop's web process.
"""

import io
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from boutique.catalog import OscarCatalog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import Case, Value, When
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.core.loading import get_model
from oscar.test.factories import create_product, create_stockrecord
from PIL import Image, ImageDraw

import recommender
from recommender.catalog import catalog
from recommender.models import EmbeddingJob, PairingJob, Picture, Slot, WorkerReport

Category, Product = get_model("catalogue", "Category"), get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")
pytestmark = pytest.mark.django_db

WAIT_SECONDS = 150
SHIRT = [(60, 60), (110, 40), (190, 40), (240, 60), (280, 150), (235, 165), (228, 130), (228, 340)]
SHIRT += [(72, 340), (72, 130), (65, 165), (20, 150)]
TROUSERS = [(85, 20), (215, 20), (240, 380), (175, 380), (150, 120), (125, 380), (60, 380)]
SHOE = [(40, 180), (110, 180), (150, 240), (270, 265), (270, 300), (40, 300)]
OUTLINES = {"tops": SHIRT, "trousers": TROUSERS, "shoes": SHOE}


TITLE = re.compile(r'recommender-card__title">([^<]*)<')


def drawing(kind, colour):
    """A JPEG of a garment on a white ground."""
    image = Image.new("RGB", (300, 400), "white")
    ImageDraw.Draw(image).polygon(OUTLINES[kind], fill=colour, outline="black", width=2)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92)
    return ContentFile(buffer.getvalue(), name=f"{kind}-{colour}.jpg")


def sell(title, kind, colour, *, categories=(), parent=None, num_in_stock=3, **more):
    """A product of Oscar as its dashboard saves one: categories, a picture, a stock record."""
    product = create_product(title=title, product_class="Clothes", parent=parent, **more)
    product.categories.set(Category.objects.filter(slug__in=categories))
    product.images.create(original=drawing(kind, colour))
    if product.structure != "parent":
        create_stockrecord(product, price=20, num_in_stock=num_in_stock)
    return product


def fill_shop():
    for path in (
        "Clothing > Tops > Shirts",
        "Clothing > Trousers > Jeans",
        "Clothing > Shoes > Boots",
    ):
        create_from_breadcrumbs(path)
    for name in ("Sale", "New in"):
        create_from_breadcrumbs(name)
    sell("Red shirt", "tops", "firebrick", categories=["shirts", "sale", "new-in"])
    sell("Pink shirt", "tops", "hotpink", categories=["shirts", "sale", "new-in"])
    sell("Plum shirt", "tops", "purple", categories=["tops"])
    sell("Jeans", "trousers", "navy", categories=["jeans", "sale"])
    sell("Boots", "shoes", "saddlebrown", categories=["boots", "new-in"])
    sell("Draft", "tops", "crimson", categories=["shirts"], is_public=False)
    parent = sell("Polo", "tops", "orange", categories=["shirts", "sale"], structure="parent")
    for size in ("S", "M"):
        sell(f"Polo {size}", "tops", "darkorange", parent=parent, num_in_stock=1)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The shop's database with a catalogue in it that a worker has looked at."""
    with django_db_blocker.unblock():
        fill_shop()
        call_command("activate_checkpoint")
        call_command("embed_catalog")
        with running_worker() as worker:
            wait_for_work(worker)


class JoinedCatalog(OscarCatalog):
    def slot(self):
        return Case(When(categories__slug="shirts", then=Value(Slot.TOP)), default=Value(""))


@contextmanager
def running_worker():
    """A worker in an environment of its own, as its own process."""
    command = ["-m", "celery", "-A", "workers.celery", "worker", "--pool", "solo"]
    process = subprocess.Popen(
        [os.environ["WORKER_PYTHON"], *command, "--queues", "interactive,embed,pair"],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "boutique.settings",
            "OSCAR_DATABASE": settings.DATABASES["default"]["NAME"],
            "OMP_NUM_THREADS": "1",
        },
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def is_working():
    is_at_work = any(job.objects.unfinished().exists() for job in (EmbeddingJob, PairingJob))
    return is_at_work or not WorkerReport.objects.exists()  # it reports when it is through


def wait_for_work(worker):
    deadline = time.monotonic() + WAIT_SECONDS
    while is_working():
        assert worker.poll() is None, "the worker has ended"
        assert time.monotonic() < deadline, "the worker did not finish in time"
        time.sleep(0.2)


@pytest.fixture
def page(client):
    """The titles in each of the two strips of a product's page."""

    def strips(title):
        response = client.get(Product.objects.get(title=title).get_absolute_url())
        assert response.status_code == 200
        similar, _heading, goes_with = response.content.decode().partition("Goes well with")
        return TITLE.findall(similar), TITLE.findall(goes_with)

    return strips


@pytest.fixture
def similar(client):
    """The titles that the API answers with."""

    def titles(title, **asked):
        key = Product.objects.get(title=title).pk
        answer = client.get(f"/api/v1/products/{key}/similar", asked)
        assert answer.status_code == 200, answer.content
        return [item["title"] for item in answer.json()["items"]]

    return titles


def test_the_web_process_runs_on_the_wheel_and_knows_no_network():
    assert Path(recommender.__file__).is_relative_to(sys.prefix)
    assert [name for name in ("numpy", "onnxruntime", "torch") if find_spec(name)] == []


def test_the_shop_passes_its_checks():
    call_command("check", databases=["default"], fail_level="WARNING")
    call_command("makemigrations", "recommender", check=True, dry_run=True, verbosity=0)


def test_every_picture_has_what_it_must_have(capsys):
    call_command("check_recommender")

    assert "Every picture has what it must have." in capsys.readouterr().out


def test_a_page_of_oscar_shows_both_strips(page):
    alike, goes_with = page("Red shirt")

    assert "Pink shirt" in alike
    assert {"Jeans", "Boots"} <= set(goes_with)


def test_a_variants_page_shows_the_strips_of_its_parent(page):
    assert page("Polo S") == page("Polo")
    assert "Red shirt" in page("Polo S")[0]


def test_a_variants_picture_is_one_of_its_parent():
    pictures = Picture.objects.filter(product__title__startswith="Polo")

    assert [picture.product.title for picture in pictures] == ["Polo"] * 3


def test_a_product_of_several_categories_is_shown_once(page, similar):
    alike, _goes_with = page("Plum shirt")

    assert sorted(alike) == ["Pink shirt", "Polo", "Red shirt"]
    assert sorted(similar("Plum shirt", category="sale")) == ["Pink shirt", "Polo", "Red shirt"]
    assert similar("Red shirt", category="tops") == ["Plum shirt"]


def test_a_price_window_knows_the_variants_prices(similar):
    assert "Polo" in similar("Red shirt", price_max="20")
    assert similar("Red shirt", price_max="19.99") == []


def test_a_slot_may_be_said_by_a_join(settings, similar):
    """As a host would write it first: of several categories, the one that has a slot counts."""
    settings.RECOMMENDER = {**settings.RECOMMENDER, "CATALOG": "journey.JoinedCatalog"}
    catalog.cache_clear()

    assert sorted(similar("Red shirt")) == ["Pink shirt", "Polo"]
    catalog.cache_clear()


def test_what_the_shop_does_not_show_is_in_no_strip(page):
    assert "Draft" not in page("Red shirt")[0]


def test_a_product_that_lies_in_nobodys_order_but_the_last_is_gone(similar):
    assert "Pink shirt" in similar("Red shirt")

    StockRecord.objects.filter(product__title="Pink shirt").update(num_allocated=3)

    assert "Pink shirt" not in similar("Red shirt")


def test_a_parent_is_there_until_the_last_variant_is_sold(similar):
    variants = StockRecord.objects.filter(product__parent__title="Polo")
    variants.first().allocate(1)
    assert "Polo" in similar("Red shirt")

    variants.update(num_allocated=1)

    assert "Polo" not in similar("Red shirt")
