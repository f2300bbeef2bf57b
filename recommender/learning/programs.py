"""Runs the workers' programs as processes of their own: what they import, the shop never imports."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from recommender import conf
from recommender.worker_package import worker_package

TAIL_LINES = 30
REMEMBER_SECONDS = 5  # also keeps the database connection from looking idle
MOST_THREADS = 8  # a container may see sixty cores and own two
END_SECONDS = 10  # a program that is asked to end may write its state


class NoPrograms(RuntimeError):  # noqa: N818 -- reads as what is wrong
    """Training needs what is in requirements.txt; run this where that is installed."""


@dataclass
class Tail:
    """The last lines of a program; a progress bar that writes over itself is one line."""

    lines: list[str] = field(default_factory=list)
    is_open: bool = False

    def add(self, text: str) -> None:
        """Take in one line with its end, a carriage return where the next one takes its place."""
        words = text.strip()
        if words and self.is_open:
            self.lines[-1] = words
        elif words:
            self.lines = [*self.lines, words][-TAIL_LINES:]
        if words:
            self.is_open = text.endswith("\r")

    def __str__(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class ProgramResult:
    """How a program ended: its code, negative for a signal, and its last lines."""

    code: int
    tail: str


def check_programs() -> None:
    """Make sure that training can run here, without importing any of it.

    Raises:
        NoPrograms: the workers or torch are not installed.
    """
    missing = [name for name in (conf.get("WORKERS"), "torch") if find_spec(name) is None]
    if missing:
        raise NoPrograms(f"{NoPrograms.__doc__} Missing: {', '.join(missing)}.")


def run_program(
    module: str,
    arguments: Sequence[str],
    *,
    tell: Callable[[str], object],
    remember: Callable[[str], object],
) -> ProgramResult:
    """Run `python -m workers.module` to its end and pass on what it prints while it prints it.

    Args:
        module: One of the workers' programs, within their package.
        arguments: Its command line; paths must be absolute, it runs in the folder of their package.
        tell: Gets every line with its end, a carriage return where a progress bar moves.
        remember: Gets the last lines every few seconds.
    """
    tail, due = Tail(), time.monotonic() + REMEMBER_SECONDS
    process = _start([sys.executable, "-m", f"{conf.get('WORKERS')}.{module}", *arguments])
    # Should this process be killed, the program ends by itself: its next line finds no reader.
    try:
        for line in _lines(process):
            tail.add(line)
            tell(line)
            if time.monotonic() >= due:
                remember(str(tail))
                due = time.monotonic() + REMEMBER_SECONDS
        process.wait()
    finally:
        _end(process)
    remember(str(tail))
    return ProgramResult(process.returncode, str(tail))


def home() -> Path:
    """The folder from which the workers' package is imported."""
    package = worker_package()
    if package is None:
        raise NoPrograms(NoPrograms.__doc__)
    return package.parent


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    threads = str(min(os.cpu_count() or 1, MOST_THREADS))
    defaults = {"OMP_NUM_THREADS": threads, "TQDM_MININTERVAL": "1", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and modules
        command,
        cwd=home(),
        env=defaults | os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """Yield what it prints with line ends as they are, or a progress bar would be a hundred lines."""
    printed: Any = process.stdout
    with io.TextIOWrapper(printed, "utf-8", "replace", newline="") as lines:
        yield from lines


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no program behind when we are interrupted."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        process.kill()
    process.wait()
