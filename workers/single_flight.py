"""One run at a time, and none forgotten."""

from collections.abc import Callable
from threading import Lock


class SingleFlight:
    """Runs `work` in one thread at a time; a call during a run makes that run look once more.

    So any number of bells costs one busy thread, and a bell that rings just as a run ends is heard.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._lock = Lock()
        self._is_running = False
        self._is_wanted = False

    def __call__(self) -> None:
        with self._lock:
            self._is_wanted = True
            if self._is_running:
                return
            self._is_running = True
        try:
            while self._take_wish():
                self._work()
        except BaseException:
            self._is_running = False
            raise

    def _take_wish(self) -> bool:
        """Say whether to run (again); saying no ends the run in the same breath."""
        with self._lock:
            wanted, self._is_wanted = self._is_wanted, False
            self._is_running = wanted
            return wanted
