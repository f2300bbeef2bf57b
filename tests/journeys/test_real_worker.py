"""From an upload to both strips, and a photo search, through Redis and a real worker."""

import base64
import json
import logging
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from django.db import connection

import fashionshop
from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.broker import NoWorker
from recommender.ranking.rung import Rung
from recommender.strips.goes_with import goes_with
from recommender.strips.photo import photo_payload
from recommender.strips.photo_search import products_like_photo
from recommender.strips.similar import similar_products
from recommender.testing import photo

GARMENTS = Path(fashionshop.__file__).parent / "demo_catalogue" / "images"
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def sell(sku, colour, slot, *, data=None):
    category, _ = Category.objects.get_or_create(name=slot, slug=slot.lower(), slot=slot)
    product = Product.objects.create(sku=sku, title=sku, category=category, price=9, stock=1)
    ProductPicture.objects.create(
        product=product, file=clean_picture(data or photo(colour, size=(240, 320)))
    )
    return product


def test_one_upload_is_in_both_strips_within_ten_seconds(wait_for_work):
    top, skirt = sell("top", "red", "TOP"), sell("skirt", "navy", "BOTTOM")
    wait_for_work()

    new = sell("new top", "crimson", "TOP")
    wait_for_work(seconds=10)

    assert [item.product for item in similar_products(top).items] == [new]
    assert [item.product for item in goes_with(new).items] == [skirt]
    assert goes_with(new).items[0].source == Rung.STORED
    assert new in [item.product for item in goes_with(skirt).items]


def test_a_worker_finds_what_was_due_before_it_started(redis_url, shipped, settings, request):
    """Without beat, and though the bells were lost."""
    top, skirt = sell("top", "red", "TOP"), sell("skirt", "navy", "BOTTOM")
    redis.Redis.from_url(settings.REDIS_URL).flushdb()

    request.getfixturevalue("wait_for_work")(seconds=15)

    assert [item.product for item in goes_with(top).items] == [skirt]


@pytest.mark.parametrize("boxes", [False, True])
def test_a_photo_finds_what_looks_like_it_and_leaves_nothing_behind(wait_for_work, settings, boxes):
    first, other = (path.read_bytes() for path in sorted(GARMENTS.glob("*"))[:60:40])
    sold, _other = sell("first", "", "TOP", data=first), sell("other", "", "TOP", data=other)
    wait_for_work()

    answer = products_like_photo(first, boxes=boxes)

    assert answer.strip.items[0].product == sold
    client = redis.Redis.from_url(settings.REDIS_URL)
    assert client.keys("recommender.reply.*") == []
    assert client.llen("interactive") == 0


def test_a_photo_search_without_a_worker_says_so_in_bounded_time(redis_url, shipped, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"PHOTO_TIMEOUT_SECONDS": 1}

    with pytest.raises(NoWorker, match="try again"):
        products_like_photo(photo("red"))


def files_with(needles, *, since):
    """The files under `var` and of temporary folders, written since then, that hold any of these bytes."""
    found, looked_at = [], 0
    for folder in {os.environ["FASHIONSHOP_VAR"], tempfile.gettempdir()}:
        for path in Path(folder).rglob("*"):
            with suppress(OSError):  # another process has deleted it in between
                if path.is_file() and path.stat().st_mtime >= since - 1:
                    looked_at += 1
                    found += [path] * any(map(path.read_bytes().__contains__, needles))
    assert looked_at > 0
    return found


def spellings(photo):
    """A stretch of a photo's bytes, and the ways in which a message may hold it."""
    middle = photo[len(photo) // 2 :][:96]
    shifted = [base64.b64encode(middle[shift:])[4:-4] for shift in range(3)]
    return [middle, middle.hex().encode(), *shifted]


def test_no_file_and_no_queue_holds_a_photo_that_was_searched(
    wait_for_work, settings, caplog, tmp_path
):
    started = time.time()
    garment = sorted(GARMENTS.glob("*"))[20].read_bytes()
    needles = [*spellings(garment), *spellings(photo_payload(garment))]
    client = redis.Redis.from_url(settings.REDIS_URL)
    (tmp_path / "kept").write_bytes(needles[0])
    assert files_with(needles, since=started) == [tmp_path / "kept"]  # it would be found
    (tmp_path / "kept").unlink()

    with caplog.at_level(logging.DEBUG):
        for boxes in (False, True):
            products_like_photo(garment, boxes=boxes)

    assert files_with(needles, since=started) == []
    assert client.keys("recommender.photo.*") == []
    assert not any(needle in caplog.text.encode() for needle in needles)


def test_a_photo_nobody_looked_at_is_gone_from_the_queue_too(redis_url, shipped, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"PHOTO_TIMEOUT_SECONDS": 0.2}
    client, garment = redis.Redis.from_url(redis_url), sorted(GARMENTS.glob("*"))[20].read_bytes()

    with pytest.raises(NoWorker):
        products_like_photo(garment)

    queued = b"".join(client.lrange("interactive", 0, -1))
    assert b"recommender.photo." in base64.b64decode(json.loads(queued)["body"])
    assert len(queued) < 3_000
    assert client.keys("recommender.photo.*") == []
    client.delete("interactive")


@pytest.fixture(autouse=True)
def _close_worker_connections():
    yield
    connection.close()
