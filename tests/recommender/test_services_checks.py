"""A developer hears before production does where photos would be kept, or counted by halves."""

import pytest
from redis.exceptions import NoPermissionError

from recommender import checks
from recommender.broker import redis_connection
from recommender.checks import services

REDIS_CACHE = "django.core.cache.backends.redis.RedisCache"


@pytest.fixture(autouse=True)
def in_order(settings, redis_url):
    settings.CACHES = {"default": {"BACKEND": REDIS_CACHE, "LOCATION": redis_url}}


def ids():
    return [message.id for message in checks.check_services()]


def test_the_shop_itself_is_in_order():
    assert ids() == []


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_a_cache_of_each_process_is_w004(settings, backend):
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}

    assert ids() == ["recommender.W004"]


@pytest.mark.parametrize(("name", "value"), [("save", "3600 1"), ("appendonly", "yes")])
def test_a_redis_that_writes_to_disk_is_w005(monkeypatch, name, value):
    said = services.IN_MEMORY_ALONE | {name: value}
    monkeypatch.setattr(redis_connection(), "config_get", lambda asked: {asked: said[asked]})

    (message,) = checks.check_services()

    assert message.id == "recommender.W005"
    assert "--appendonly no" in message.hint


def test_a_redis_that_may_not_be_asked_is_w005_as_well(monkeypatch):
    def refuse(_name):
        raise NoPermissionError("this user has no permissions to run the 'config|get' command")

    monkeypatch.setattr(redis_connection(), "config_get", refuse)

    (message,) = checks.check_services()

    assert "does not say" in message.msg


def test_a_redis_that_is_not_there_is_nobodys_mistake_yet(settings, tmp_path):
    settings.RECOMMENDER = settings.RECOMMENDER | {"BROKER_URL": f"unix://{tmp_path}/none.sock"}
    redis_connection.cache_clear()

    assert ids() == []
    redis_connection.cache_clear()
