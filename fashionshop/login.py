"""The door for the merchant, where a password cannot be guessed by trying."""

import logging
from contextlib import suppress
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

MINUTES = 15
# Tries within that time. The second is what a person who forgot runs into; the last stops guesses at
# one account from many addresses, and is high, because whoever reaches it shuts its owner out.
MOST_TRIES = {"address": 20, "name at address": 5, "name": 50}


class ThrottledLogin(AdminAuthenticationForm):
    """Counts every try before the password is looked at, so that many at once are no more than many."""

    def clean(self) -> dict[str, Any]:
        keys = self._keys()
        if any(_tries(key) > most for key, most in zip(keys, MOST_TRIES.values(), strict=True)):
            log.warning("Too many tries to sign in from %s.", self._address)
            raise ValidationError(_wait(), code="throttled")
        cleaned = super().clean()
        _forget(keys)  # whoever knows the password has guessed nothing
        return cleaned

    @property
    def _address(self) -> str:
        return str(self.request.META.get("REMOTE_ADDR", "")) if self.request else ""

    def _keys(self) -> list[str]:
        name = str(self.cleaned_data.get("username", "")).casefold().encode().hex()
        values = (self._address, f"{name}:{self._address}", name)
        return [
            f"login:{what}:{value}".replace(" ", "-")
            for what, value in zip(MOST_TRIES, values, strict=True)
        ]


def _tries(key: str) -> int:
    """Count one more try and say how many there were; without a cache the door is not shut."""
    try:
        cache.add(key, 0, timeout=60 * MINUTES)
        return cache.incr(key)
    except ValueError:  # dropped in between
        return 1
    except (OSError, RedisError) as error:
        log.warning("Tries to sign in are not counted: %s", error)
        return 1


def _forget(keys: list[str]) -> None:
    with suppress(OSError, RedisError):
        cache.delete_many(keys)


def _wait() -> str:
    text = ngettext(
        "There were too many tries to sign in. Please wait %(count)d minute and try again.",
        "There were too many tries to sign in. Please wait %(count)d minutes and try again.",
        MINUTES,
    )
    return text % {"count": MINUTES}
