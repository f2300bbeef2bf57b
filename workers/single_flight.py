"""One run at a time, and none forgotten."""

from collections.abc import Callable
from threading import Lock


class SingleFlight:
    """Runs `work` in one thread at a time; a call during a run makes that run look once more.

    So any number of bells costs one busy thread, and a bell that rings just as a run ends is heard:
    whoever holds the lock asks again after it has let go.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._lock = Lock()
        self._is_wanted = False

    def __call__(self) -> None:
        self._is_wanted = True
        while self._is_wanted and self._lock.acquire(blocking=False):
            try:
                self._is_wanted = False
                self._work()
            finally:
                self._lock.release()
