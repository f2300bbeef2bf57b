"""The shop's processes in one terminal: web and worker, started and ended together."""

import os
import shlex
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress

from honcho.manager import Manager
from honcho.printer import Message, Printer

READY_SECONDS = 60
NICE = ("nice", "-n", "10")
CLOSED = {130, 143}  # how honcho says that it was told to end, by Ctrl-C or by a plain kill


class PortTaken(RuntimeError):  # noqa: N818 -- reads as what is wrong
    """Another program listens on the port."""


def commands(port: int) -> dict[str, list[str]]:
    """The command line of each process, by the name its output is labelled with."""
    gunicorn = "-m gunicorn -c python:fashionshop.gunicorn_conf fashionshop.wsgi"
    celery = "-m celery --quiet -A workers.celery"
    worker = "worker --pool threads --concurrency 4 --without-gossip --without-mingle"
    return {
        # Pages come first where the processor is scarce.
        name: [*(NICE if name == "worker" else ()), sys.executable, *shlex.split(command)]
        for name, command in {
            "web": f"{gunicorn} --bind 127.0.0.1:{port}",
            "worker": f"{celery} {worker} --queues interactive,embed,pair --loglevel WARNING",
        }.items()
    }


def run(port: int, *, when_ready: Callable[[], None]) -> int:
    """Run everything until Ctrl-C or until one process ends; then end the others.

    Returns 0 after Ctrl-C or a plain kill, else the code of the process that ended.
    """
    manager = Manager(_Printer(sys.stdout))
    for name, command in commands(port).items():
        manager.add_process(name, shlex.join(command), env=dict(os.environ), quiet=False)
    watcher = threading.Thread(target=_announce, args=(port, when_ready), daemon=True)
    watcher.start()
    manager.loop()
    code = int(manager.returncode or 0)
    return 0 if code in CLOSED else code


class _Printer(Printer):
    """Loses a line rather than the processes.

    Ctrl-C is announced from within a signal handler. Where it comes while another line is being
    printed Python forbids that, and the handler would end before it has ended anything.
    """

    def write(self, message: Message) -> None:
        with suppress(RuntimeError):
            super().write(message)


def check_port(port: int) -> None:
    """Raise `PortTaken` where something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} is taken by another program. Choose one: make demo PORT=8001"
            ) from error


def _announce(port: int, when_ready: Callable[[], None]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                when_ready()
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
