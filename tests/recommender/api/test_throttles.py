"""What costs a worker's time, or the database's, is counted for each address."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from recommender.api.throttles import AddressThrottle, ExplainThrottle, PhotoThrottle
from recommender.testing import photo

NOON = 1_700_000_000 // 60 * 60


@pytest.fixture
def ask(monkeypatch):
    """Ask as an address, so many seconds after noon."""

    def allowed(seconds=0, *, address="192.0.2.1", **headers):
        monkeypatch.setattr(PhotoThrottle, "clock", staticmethod(lambda: NOON + seconds))
        request = APIRequestFactory().post("/", REMOTE_ADDR=address, **headers)
        return PhotoThrottle().allow_request(Request(request), None)

    return allowed


def test_ten_photos_a_minute_are_allowed(ask):
    assert [ask(second) for second in range(12)] == [True] * 10 + [False] * 2


def test_the_next_minute_begins_anew(ask):
    assert [ask() for _ in range(11)][-1] is False
    assert ask(60)


def test_each_address_has_ten_of_its_own(ask):
    assert [ask() for _ in range(11)][-1] is False
    assert ask(address="192.0.2.2")


def test_a_forged_header_gains_nothing(ask):
    forged = [ask(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}") for number in range(11)]

    assert forged[-1] is False


def test_behind_the_hosts_proxies_the_shopper_counts(ask, settings):
    settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}

    forwarded = [ask(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}") for number in range(11)]

    assert forwarded == [True] * 11


def test_a_hundred_at_once_do_not_slip_through_together():
    request = Request(APIRequestFactory().post("/"))

    with ThreadPoolExecutor(20) as pool:
        allowed = list(pool.map(lambda _: PhotoThrottle().allow_request(request, None), range(100)))

    assert allowed.count(True) == 10


def test_a_dropped_count_lets_the_shopper_through(ask, monkeypatch):
    monkeypatch.setattr("recommender.api.throttles.cache.add", lambda *_, **__: False)

    assert ask()


@pytest.mark.django_db
def test_the_eleventh_photo_is_told_how_long_to_wait(client, worker, monkeypatch):
    monkeypatch.setattr(PhotoThrottle, "clock", staticmethod(lambda: NOON + 15))
    send = lambda: client.post("/api/v1/search/image", photo(), content_type="image/jpeg")  # noqa: E731 -- said eleven times

    replies = [send() for _ in range(11)]

    assert [reply.status_code for reply in replies] == [200] * 10 + [429]
    assert replies[-1].json()["code"] == "throttled"
    assert replies[-1]["Retry-After"] == "45"


@pytest.mark.django_db
def test_the_alias_counts_on_the_same_ten(client, worker):
    for _ in range(10):
        client.post("/search_image", photo(), content_type="image/jpeg")

    reply = client.post("/api/v1/search/image", photo(), content_type="image/jpeg")

    assert reply.status_code == 429


@pytest.mark.django_db
@pytest.mark.parametrize("question", ["why", "why-not"])
def test_too_many_questions_why_are_told_how_long_to_wait(
    admin_client, blouse, skirt, question, monkeypatch
):
    monkeypatch.setattr(ExplainThrottle, "per_minute", 2)
    monkeypatch.setattr(AddressThrottle, "clock", staticmethod(lambda: NOON + 15))
    url = f"/api/v1/products/{blouse.pk}/{question}/{skirt.pk}"

    replies = [admin_client.get(url) for _ in range(3)]

    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert replies[-1].json()["code"] == "throttled"
    assert replies[-1]["Retry-After"] == "45"


def test_questions_why_and_photos_are_counted_apart():
    request = Request(APIRequestFactory().get("/"))

    photos = [PhotoThrottle().allow_request(request, None) for _ in range(11)]

    assert photos[-1] is False
    assert ExplainThrottle().allow_request(request, None)
    assert ExplainThrottle.per_minute == 60
