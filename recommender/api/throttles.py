"""How often one address may ask for the expensive things."""

import logging
import time
from collections.abc import Callable

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from recommender import conf

MINUTE = 60
log = logging.getLogger(__name__)


class AddressThrottle(BaseThrottle):
    """So many requests a minute for each address, counted in the host's cache.

    The count is one atomic increment, so that requests in parallel cannot slip through together.
    A cache that all web processes share makes it one limit for all of them. A cache that is down
    limits nobody, for it must not close the shop.
    """

    scope: str
    per_minute: int
    clock: Callable[[], float] = staticmethod(time.time)

    def allow_request(self, request: Request, view: APIView) -> bool:
        window = int(self.clock()) // MINUTE
        key = f"recommender:{self.scope}:{self.get_ident(request)}:{window}"
        try:
            cache.add(key, 0, timeout=2 * MINUTE)
            return cache.incr(key) <= self.per_minute
        except ValueError:  # a small cache has dropped the key in between
            return True
        except Exception as error:  # noqa: BLE001 -- each kind of cache has errors of its own
            log.warning("Requests cannot be counted, the cache does not answer: %s", error)
            return True

    def wait(self) -> float:
        return MINUTE - int(self.clock()) % MINUTE

    def get_ident(self, request: Request) -> str:
        """The address; a header any sender may write counts only behind the host's `NUM_PROXIES`."""
        if api_settings.NUM_PROXIES is None:
            return str(request.META.get("REMOTE_ADDR", ""))
        return super().get_ident(request)


class PhotoThrottle(AddressThrottle):
    """Photo searches cost a worker's time."""

    scope = "photo"

    @property
    def per_minute(self) -> int:  # type: ignore[override]
        return int(conf.get("PHOTOS_PER_MINUTE"))


class ExplainThrottle(AddressThrottle):
    """`why` and `why-not` follow an order to its end, which costs the database more than a strip."""

    scope, per_minute = "explain", 60
