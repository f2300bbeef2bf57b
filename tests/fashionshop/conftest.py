"""A small boutique whose garments know how they look."""

import math
from itertools import count

import pytest
from django.utils.text import slugify

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.models import Look, LookItem, Slot
from recommender.testing import SHAPE, activate_fake_checkpoints, give_vectors, photo

skus = count(1)


@pytest.fixture
def sell(db):
    """Put a product with a picture on sale; every field has a plain default."""

    def make(title, *, slot=Slot.TOP, kind=None, colour_of_picture="crimson", **fields):
        name = kind or f"{Slot(slot).label}s"
        category, _created = Category.objects.get_or_create(
            slug=slugify(name), defaults={"name": name, "slot": slot}
        )
        plain = {"sku": f"A{next(skus)}", "price": 40, "stock": 5}
        product = Product.objects.create(title=title, category=category, **(plain | fields))
        ProductPicture.objects.create(product=product, file=clean_picture(photo(colour_of_picture)))
        return product

    return make


@pytest.fixture
def place(db):
    """Give a product vectors at an angle, in degrees: 0 and 0 are alike, 0 and 90 strangers."""
    checkpoints = activate_fake_checkpoints()

    def give(product, degrees=0):
        x, y = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        visual = [x, y, *[0.0] * (SHAPE - 2), x, y, 0.0]
        give_vectors(product, checkpoint=checkpoints["VISUAL"], vector=visual)
        give_vectors(product, checkpoint=checkpoints["STYLE"], vector=[x, y, 0.0])
        return product

    return give


@pytest.fixture
def blouse(sell, place):
    return place(sell("Silk blouse", sizes="S M"))


@pytest.fixture
def shirt(sell, place):
    return place(sell("Linen shirt"), 20)


@pytest.fixture
def skirt(sell, place):
    return place(sell("Wool skirt", slot=Slot.BOTTOM), 10)


@pytest.fixture
def boots(sell, place):
    return place(sell("Ankle boots", slot=Slot.SHOES), 15)


@pytest.fixture
def put_together(db):
    """Make a look of products."""

    def make(title, *products):
        look = Look.objects.create(title=title)
        for position, product in enumerate(products):
            LookItem.objects.create(look=look, product=product, position=position)
        return look

    return make
