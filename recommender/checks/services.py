"""Whether cache and broker are such as strangers' photos need them."""

from collections.abc import Iterator

from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Warning
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError, TimeoutError

from recommender.broker import redis_connection

IN_MEMORY_ALONE = {"save": "", "appendonly": "no"}


def messages() -> list[CheckMessage]:
    return [*_cache_per_process(), *_photos_on_disk()]


def _cache_per_process() -> Iterator[CheckMessage]:
    if isinstance(caches["default"], LocMemCache | DummyCache):
        yield Warning(
            "The cache is not shared, so each web process counts photo searches for itself.",
            hint="Let CACHES name one for all, such as django.core.cache.backends.redis.RedisCache.",
            id="recommender.W004",
        )


def _photos_on_disk() -> Iterator[CheckMessage]:
    hint = "Start the Redis of BROKER_URL with: --save '' --appendonly no. Nothing in it must last."
    try:
        found = {name: redis_connection().config_get(name).get(name) for name in IN_MEMORY_ALONE}
    except (NoConnection, TimeoutError):
        return  # a shop that is being built has none yet; one at work says so elsewhere
    except RedisError as error:
        found = None
        message = f"Redis does not say whether it writes shoppers' photos to disk ({error})."
    else:
        message = "Redis writes what passes through it to disk, shoppers' photos among it."
    if found != IN_MEMORY_ALONE:
        yield Warning(message, hint=hint, id="recommender.W005")
