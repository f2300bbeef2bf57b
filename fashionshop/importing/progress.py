"""How far an import has come: a bar on a terminal, a line now and then anywhere else."""

import sys
import time

from tqdm import tqdm

LINE_EVERY_SECONDS = 5.0


class Progress:
    """Counts rows on the standard error stream, towards a total that is only about right."""

    def __init__(self, total: int, *, unit: str) -> None:
        self._unit, self._total = unit, total
        self._done, self._started_at = 0, time.monotonic()
        self._told_at = self._started_at
        self._bar = tqdm(
            total=total,
            unit=f" {unit}",
            disable=not sys.stderr.isatty(),
            dynamic_ncols=True,
            leave=False,
            bar_format="{l_bar}{bar}| {n_fmt} of {total_fmt}, {rate_fmt}, {remaining} left",
        )

    def advance(self, count: int) -> None:
        self._done += count
        self._bar.update(count)
        now = time.monotonic()
        if self._bar.disable and now - self._told_at >= LINE_EVERY_SECONDS:
            self._told_at = now
            self.say(self._line(now))

    def say(self, text: str) -> None:
        """Print a line without tearing the bar."""
        tqdm.write(text, file=sys.stderr)

    def close(self) -> None:
        self._bar.close()

    def _line(self, now: float) -> str:
        rate = self._done / (now - self._started_at)
        left = max(0, self._total - self._done) / rate if rate else 0
        return f"{self._done:,} of {self._total:,} {self._unit}, {rate:.0f}/s, {left:.0f} s left"
