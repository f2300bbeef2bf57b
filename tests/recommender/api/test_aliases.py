"""The plain paths answer as their counterparts do."""

import pytest
from django.db import OperationalError

from recommender import broker
from recommender.testing import photo, work_off

pytestmark = pytest.mark.django_db

PAIRS = [
    ("/similar/{pk}", "/api/v1/products/{pk}/similar"),
    ("/compatible/{pk}", "/api/v1/products/{pk}/goes-with"),
]


def said(reply):
    """A reply without the id that is its own."""
    body = reply.json()
    body.pop("recommendation_id", None)
    return reply.status_code, reply["Content-Type"], body


@pytest.mark.parametrize(("alias", "counterpart"), PAIRS)
def test_an_alias_says_the_same(client, blouse, tops, partners, alias, counterpart):
    original = client.get(counterpart.format(pk=blouse.pk))

    reply = client.post(alias.format(pk=blouse.pk))

    assert original.json()["items"]
    assert said(reply) == said(original)


@pytest.mark.parametrize(("alias", "counterpart"), PAIRS)
@pytest.mark.parametrize("query", ["?limit=1", "?limit=0", "?limit=NaN"])
def test_an_alias_takes_the_same_parameters(
    client, blouse, tops, partners, alias, counterpart, query
):
    original = client.get(counterpart.format(pk=blouse.pk) + query)

    assert said(client.post(alias.format(pk=blouse.pk) + query)) == said(original)


@pytest.mark.parametrize(("alias", "counterpart"), PAIRS)
def test_an_alias_does_not_know_unknown_products_either(client, db, alias, counterpart):
    original = client.get(counterpart.format(pk=0))

    assert said(client.post(alias.format(pk=0))) == said(original)


@pytest.mark.parametrize("alias", ["/similar/1", "/compatible/1", "/search_image"])
def test_an_alias_is_posted_to(client, alias):
    assert client.get(alias).status_code == 405


@pytest.mark.parametrize("data", [photo("navy"), b"no photo"])
def test_photo_search_says_the_same(client, worker, blouse, make_picture, data):
    make_picture(blouse)
    work_off()

    original, alias = (
        client.post(url, data, content_type="image/jpeg")
        for url in ("/api/v1/search/image", "/search_image")
    )

    assert said(alias) == said(original)


def test_an_image_is_the_products_first_picture(client, blouse, make_picture):
    make_picture(blouse, "navy", position=2)
    first = make_picture(blouse, "crimson", position=1)

    reply = client.get(f"/image/{blouse.pk}")

    assert reply.status_code == 302
    assert reply["Location"] == f"http://testserver{first.file.url}"


def test_a_product_without_picture_has_no_image(client, blouse, make_product):
    hidden = make_product("hidden", is_published=False)

    assert client.get(f"/image/{blouse.pk}").json()["code"] == "not_found"
    assert client.get(f"/image/{hidden.pk}").status_code == 404


@pytest.fixture
def answering(monkeypatch):
    """Let the workers answer True or False, or the broker be down."""

    def answer(worker=None):
        def ask():
            if worker is None:
                raise broker.NoBroker(broker.NoBroker.__doc__)
            return worker

        monkeypatch.setattr(broker, "has_worker", ask)

    return answer


def test_all_is_well_when_all_answer(client, answering):
    answering(worker=True)

    reply = client.get("/healthz")

    assert reply.status_code == 200
    assert reply.json() == {"status": "ok", "database": True, "broker": True, "worker": True}


def test_without_workers_the_shop_still_serves(client, answering):
    answering(worker=False)

    reply = client.get("/healthz")

    assert (reply.status_code, reply.json()["status"]) == (200, "degraded")


def test_without_a_broker_the_shop_still_serves(client, answering):
    answering()

    reply = client.get("/healthz")

    assert reply.status_code == 200
    assert reply.json() == {
        "status": "degraded",
        "database": True,
        "broker": False,
        "worker": False,
    }


def test_without_a_database_nothing_is_served(client, answering, monkeypatch):
    def gone(*_):
        raise OperationalError("the server closed the connection")

    answering(worker=True)
    monkeypatch.setattr("recommender.pipeline.health.connection.cursor", gone)

    reply = client.get("/healthz")

    assert (reply.status_code, reply.json()["status"]) == (503, "down")


def test_a_real_broker_without_workers_is_told_from_none(client, redis_url, settings):
    reply = client.get("/healthz")
    assert (reply.json()["broker"], reply.json()["worker"]) == (True, False)

    settings.RECOMMENDER = settings.RECOMMENDER | {"BROKER_URL": "redis://127.0.0.1:1/0"}
    broker._producer.cache_clear()
    reply = client.get("/healthz")
    broker._producer.cache_clear()

    assert reply.json()["broker"] is False
