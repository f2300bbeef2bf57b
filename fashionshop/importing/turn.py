"""One import at a time: two at once would make each other's categories and products anew."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from recommender.locks import exclusive

LOCK = "fashionshop.importing"
ASK_EVERY_SECONDS = 0.5


@contextmanager
def turn(say_waiting: Callable[[], None]) -> Iterator[None]:
    """Run the block when no other import runs; `say_waiting` is called once if one does."""
    has_said = False
    while True:
        with exclusive(LOCK) as is_ours:
            if is_ours:
                yield
                return
        if not has_said:
            say_waiting()
            has_said = True
        time.sleep(ASK_EVERY_SECONDS)
