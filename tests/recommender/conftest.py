"""A small cast: a few garments that know how they look, and a recorder at the door to the broker."""

import json
import math
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.utils import timezone

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.broker import _warn_once
from recommender.models import Checkpoint, Slot
from recommender.testing import SHAPE, activate_fake_checkpoints, give_vectors, photo


@pytest.fixture
def checkpoints(db):
    """The fake encoders and scorer, by purpose."""
    return activate_fake_checkpoints()


@pytest.fixture
def make_product(db):
    """Make a product of a slot; every other field has a plain default."""

    def make(title, slot=Slot.TOP, **fields):
        category, _created = Category.objects.get_or_create(
            name=f"Category {slot}", defaults={"slug": f"category-{slot.lower()}", "slot": slot}
        )
        defaults = {"sku": title, "price": 40, "stock": 5}
        return Product.objects.create(title=title, category=category, **(defaults | fields))

    return make


@pytest.fixture
def make_picture(media):
    """Store a picture of a product, by default a crimson box."""

    def make(product, colour="crimson", **fields):
        return ProductPicture.objects.create(
            product=product, file=clean_picture(photo(colour)), **fields
        )

    return make


@pytest.fixture
def looks_like(checkpoints):
    """Give a product vectors at these angles, in degrees: 0 and 0 are alike, 0 and 90 strangers."""

    def place(product, *, shape=0, colour=0, style=0):
        visual = [*_direction(shape, SHAPE), *_direction(colour, 3)]
        give_vectors(product, checkpoint=checkpoints["VISUAL"], vector=visual)
        give_vectors(product, checkpoint=checkpoints["STYLE"], vector=_direction(style, 3))
        return product

    return place


@pytest.fixture
def make(make_product, looks_like):
    """Make a product of a slot that lies at an angle in style, in degrees."""

    def dressed(title, slot, style=0, **fields):
        return looks_like(make_product(title, slot, **fields), style=style)

    return dressed


@pytest.fixture
def dress(make_product):
    return make_product("dress", Slot.DRESS)


@pytest.fixture
def blouse(make_product):
    return make_product("blouse", Slot.TOP)


@pytest.fixture
def skirt(make_product):
    return make_product("skirt", Slot.BOTTOM)


@pytest.fixture
def boots(make_product):
    return make_product("boots", Slot.SHOES)


@pytest.fixture
def handbag(make_product):
    return make_product("handbag", Slot.BAG)


@pytest.fixture
def rival(checkpoints):
    """A checkpoint of a purpose that is built in the shadow; by default of the visual one."""
    Checkpoint.objects.update(activated_at=timezone.now())

    def make(purpose="VISUAL", **fields):
        like = checkpoints[purpose]
        plain = {"dimension": like.dimension, "parts": [], "reads": like.reads}
        return Checkpoint.objects.create(
            name="rival", version="2", purpose=purpose, **(plain | fields)
        )

    return make


@pytest.fixture
def tops(make_product, looks_like):
    """Ten tops in the order of their likeness to the first."""
    made = [make_product(f"top {number}") for number in range(10)]
    return [looks_like(top, shape=n * 8, colour=n * 8) for n, top in enumerate(made)]


@pytest.fixture
def make_card(tmp_path):
    """Write a checkpoint's card; returns its folder."""

    def make(name="better", version="2", **fields):
        card = {
            "name": name,
            "version": version,
            "purpose": "VISUAL",
            "dimension": 19,
            "parts": {"shape": 16, "colour": 3},
            "weights": {"shape": 0.5, "colour": 0.5},
            "sha256": {"weights.safetensors": "a" * 64},
        }
        folder = tmp_path / f"{name}-{version}"
        folder.mkdir()
        (folder / "card.json").write_text(json.dumps(card | fields))
        return folder

    return make


@pytest.fixture
def vectors_stay(db):
    """A block in which no row that the database returns may hold a vector."""

    @contextmanager
    def block():
        returned = set()

        def note(execute, sql, params, many, context):
            result = execute(sql, params, many, context)
            returned.update(column.type_code for column in context["cursor"].description or ())
            return result

        with connection.execute_wrapper(note):
            yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT oid FROM pg_type WHERE typname ~ 'vec'")
            vectors = {oid for (oid,) in cursor.fetchall()}
        assert vectors
        assert not returned & vectors

    return block


@dataclass
class Broker:
    """Stands where Celery's client stands; remembers what was rung, or is down."""

    rung: list = field(default_factory=list)
    error: Exception | None = None

    def send_task(self, name, **options):
        if self.error:
            raise self.error
        self.rung.append((name, options))


@pytest.fixture
def bells(monkeypatch):
    """A broker that only remembers."""
    double = Broker()
    monkeypatch.setattr("recommender.broker._producer", lambda: double)
    monkeypatch.setattr("recommender.broker.has_room", lambda _queue: True)
    _warn_once.cache_clear()
    return double


def _direction(degrees, width):
    angle = math.radians(degrees)
    return [math.cos(angle), math.sin(angle), *[0.0] * (width - 2)]
