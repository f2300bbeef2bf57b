"""So many photos at once and no more, in all web processes together: the rest of the shop stays open.

The places are counted by the broker, where each photo goes anyway, so no process needs to know of another.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.utils.translation import gettext
from redis.exceptions import RedisError

from recommender import conf
from recommender.broker import NoWorker, redis_connection
from recommender.decoder import ANSWER_SECONDS

PLACES = "recommender.photos-in-flight"
# A set of the places taken, each with the second in which it is free again should its holder die.
# In one step, so that requests in parallel cannot take the last place together; by the broker's clock.
_TAKE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""


class NoRoom(RuntimeError):  # noqa: N818 -- reads as what happened
    """Many photos are being looked at right now. Please try again in a moment."""

    def __str__(self) -> str:
        return gettext("Many photos are being looked at right now. Please try again in a moment.")


@contextmanager
def photo_in_flight() -> Iterator[None]:
    """Hold one of `PHOTOS_IN_FLIGHT` places while the block lasts; whoever dies gives it back in time.

    Raises:
        NoRoom: all are taken.
        NoWorker: the broker is down.
    """
    place, longest = str(uuid.uuid4()), conf.get("PHOTO_TIMEOUT_SECONDS") + ANSWER_SECONDS
    try:
        arguments = (conf.get("PHOTOS_IN_FLIGHT"), round(longest), place)
        is_taken = redis_connection().eval(_TAKE, 1, PLACES, *arguments)
    except RedisError as error:
        raise NoWorker() from error
    if not is_taken:
        raise NoRoom()
    try:
        yield
    finally:
        with suppress(RedisError):
            redis_connection().zrem(PLACES, place)
