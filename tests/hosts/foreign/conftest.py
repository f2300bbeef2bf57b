"""The foreign shop's cast: a wardrobe that the fakes have embedded."""

import uuid
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from shop.models import Garment

from recommender.testing import activate_fake_checkpoints, photo, work_off

KEYS = {"uuid": lambda name: uuid.uuid4(), "char": lambda name: f"{name} 100% “wool” 'x'"}


@pytest.fixture
def make_key():
    return KEYS[settings.PRIMARY_KEY]


@pytest.fixture
def make_garment(db, make_key):
    def make(name, kind, colour="crimson"):
        garment = Garment.objects.create(reference=make_key(name), name=name, kind=kind)
        garment.shots.create(image=ContentFile(photo(colour), name="shot.jpg"))
        return garment

    return make


@pytest.fixture
def wardrobe(make_garment):
    """Two shirts, trousers and boots, all embedded."""
    activate_fake_checkpoints()
    garments = {
        name: make_garment(name, kind, colour)
        for name, kind, colour in (
            ("red shirt", "shirt", "red"),
            ("pink shirt", "shirt", "pink"),
            ("jeans", "trousers", "navy"),
            ("boots", "boots", "black"),
            ("gift card", "voucher", "gold"),
        )
    }
    work_off()
    return garments


@pytest.fixture
def address(wardrobe):
    """A garment's key as an address holds it."""
    return lambda name: quote(str(wardrobe[name].pk), safe="")
