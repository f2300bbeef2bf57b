"""A shopper's own photo: looked at once, kept nowhere, and answered in bounded time."""

import io

import pytest
from django.db.models import Q
from PIL import Image

from recommender import broker
from recommender.broker import NoWorker
from recommender.photos import WHOLE, BadPhoto, Crop
from recommender.ranking.filters import Filters
from recommender.strips import photo as selector
from recommender.strips.photo import PHOTO_SIDE_PX
from recommender.strips.photo_garments import _overlap
from recommender.strips.photo_search import products_like_photo
from recommender.testing import fake_features, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(monkeypatch, redis_url):
    """A worker that answers at once; remembers the photos it was sent."""
    sent = []

    def encode(jpeg):
        sent.append(jpeg)
        sight = fake_features(jpeg)
        return {"embeddings": dict(sight.embeddings), "slot": "TOP", "slot_confidence": 0.9}

    monkeypatch.setattr(selector, "ask_photo_features", encode)
    return sent


@pytest.fixture
def tops(make_product, make_picture, checkpoints):
    from recommender.testing import work_off

    for title, colour in (("red top", "red"), ("blue top", "blue"), ("green top", "green")):
        make_picture(make_product(title), colour)
    work_off()


def test_what_looks_like_the_photo_comes_first(tops, worker):
    answer = products_like_photo(photo("crimson"))

    assert answer.strip.items[0].product.title == "red top"
    assert len(answer.strip.items) == 3
    assert (answer.seen.slot, answer.seen.slot_confidence) == ("TOP", 0.9)


def test_the_answer_can_be_narrowed(tops, worker):
    answer = products_like_photo(
        photo("crimson"), filters=Filters(also=Q(title__contains="blue")), limit=5
    )

    assert [item.product.title for item in answer.strip.items] == ["blue top"]


def test_a_large_photo_travels_small_and_without_its_exif(tops, worker):
    exif = Image.Exif()
    exif[0x010E] = "secret"
    buffer = io.BytesIO()
    Image.new("RGB", (2000, 1500), "red").save(buffer, "JPEG", exif=exif)

    products_like_photo(buffer.getvalue())

    sent = Image.open(io.BytesIO(worker[0]))
    assert max(sent.size) == PHOTO_SIDE_PX
    assert dict(sent.getexif()) == {}


def test_what_is_no_photo_is_refused_before_any_worker_is_asked(tops, worker):
    with pytest.raises(BadPhoto):
        products_like_photo(b"text")

    assert worker == []


def test_without_a_checkpoint_nobody_is_asked(db, worker):
    with pytest.raises(NoWorker):
        products_like_photo(photo())

    assert worker == []


def test_a_worker_that_speaks_an_older_space_counts_as_absent(tops, monkeypatch):
    monkeypatch.setattr(
        selector, "ask_photo_features", lambda jpeg: {"embeddings": {"old-visual@0": [1.0]}}
    )

    with pytest.raises(NoWorker):
        products_like_photo(photo())


def test_no_worker_is_said_in_words_a_shopper_understands():
    assert "try again in a minute" in str(broker.NoWorker())


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (WHOLE, WHOLE, 1),
        (Crop(0, 0, 0.5, 0.4), Crop(0.25, 0.1, 0.5, 0.4), 0.075 / (0.2 + 0.2 - 0.075)),
        (Crop(0, 0, 0.5, 0.5), Crop(0.5, 0.5, 0.5, 0.5), 0),
        (Crop(0, 0, 0.2, 0.2), Crop(0.6, 0.6, 0.2, 0.2), 0),
        (WHOLE, Crop(0.1, 0.2, 0.5, 0.4), 0.2),
    ],
)
def test_boxes_overlap_by_what_they_share_of_what_they_cover(one, other, share):
    assert _overlap(one, other) == pytest.approx(share)
    assert _overlap(other, one) == pytest.approx(share)
