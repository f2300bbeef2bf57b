"""The cast, dressed: tops that look alike, a skirt and boots to go with them."""

import pytest

from recommender.models import Pairing
from recommender.strips import photo as photo_selector
from recommender.strips import photo_garments
from recommender.testing import fake_features


@pytest.fixture
def tops(make_product, make_picture, looks_like, blouse):
    """The blouse and three tops with pictures, less and less like it."""
    near, middle, far = (make_product(title) for title in ("near", "middle", "far"))
    for degrees, product in ((0, blouse), (10, near), (40, middle), (80, far)):
        make_picture(product)
        looks_like(product, shape=degrees, colour=degrees)
    return [near, middle, far]


@pytest.fixture
def partners(checkpoints, blouse, skirt, boots):
    """Stored pairings of the blouse: with the skirt, and a little less with the boots."""
    for partner, slot, score in ((skirt, "BOTTOM", 0.9), (boots, "SHOES", 0.7)):
        Pairing.objects.create(
            product=blouse, partner=partner, scorer=checkpoints["PAIR"], slot=slot, score=score
        )
    return [skirt, boots]


@pytest.fixture
def worker(monkeypatch, checkpoints, redis_url):
    """A worker behind the broker; returns the photos it was given."""
    given = []

    def look(jpeg):
        given.append(jpeg)
        return vars(fake_features(jpeg))

    monkeypatch.setattr(photo_selector, "ask_photo_features", look)
    monkeypatch.setattr(
        photo_garments, "ask_garment_features", lambda jpeg: look(jpeg) | {"boxes": []}
    )
    return given
