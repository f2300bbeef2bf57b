"""The web server: gunicorn minds the processes, and in each one thread of waitress reads all clients.

A client that sends half a request, or a byte a second, costs a connection and no thread: those that
make pages get whole requests. `fashionshop/gunicorn_conf.py` starts it.
"""

import os
import time
from typing import Any
from weakref import WeakSet

from gunicorn.workers.base import Worker
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer
from waitress.utilities import Error, RequestEntityTooLarge

MEGABYTE = 1_000_000
# More than any photo: what is wrong with one of 12 MB the page itself says best.
MOST_BODY = 20 * MEGABYTE
# A hundred photos in one form; what is beyond MOST_BODY lies in a nameless file.
MOST_ADMIN_BODY = 512 * MEGABYTE
MOST_HELD = 256 * MEGABYTE  # of all that one process has received and not answered yet
ADMIN = "/admin/"


class TooMuchAtOnce(Error):  # noqa: N818 -- reads as what is wrong
    code, reason = 503, "Service Unavailable"


class BoundedRequest(HTTPRequestParser):
    """Refuses a body that is too large as soon as that is known, and any while too much is held."""

    is_held = True  # until it is answered
    # Seen and changed by the one thread that reads.
    _with_body: "WeakSet[BoundedRequest]" = WeakSet()

    def received(self, data: bytes) -> int:
        consumed = int(super().received(data))
        if self.body_rcv is not None and not self.error:
            self._with_body.add(self)
            if refusal := self._refusal():
                self.error, self.completed, self.is_held = refusal, True, False
        return consumed

    def _refusal(self) -> Error | None:
        size = max(self.content_length, self.body_bytes_received)
        if size > MOST_BODY and not self.path.startswith(ADMIN):
            return RequestEntityTooLarge(f"Please send {MOST_BODY // MEGABYTE} MB at most.")
        if sum(each.body_bytes_received for each in self._with_body if each.is_held) > MOST_HELD:
            return TooMuchAtOnce("Too much is being sent to this shop. Please try again.")
        return None

    def close(self) -> None:
        self.is_held = False
        super().close()


class BoundedChannel(HTTPChannel):
    parser_class = BoundedRequest


class BufferingWorker(Worker):
    """One of gunicorn's processes, in which waitress serves."""

    def run(self) -> None:
        self._connections: dict[int, Any] = {}
        server = create_server(
            self.wsgi,
            map=self._connections,
            sockets=[each.sock for each in self.sockets],
            threads=self.cfg.threads,
            ident=None,  # which server this is concerns nobody
            connection_limit=900,  # many systems allow a process 1,024 files
            asyncore_use_poll=True,
            recv_bytes=65_536,
            channel_timeout=60,
            max_request_header_size=32_768,
            max_request_body_size=MOST_ADMIN_BODY,
            inbuf_overflow=MOST_BODY,  # so that no shopper's photo is written to a disk
            **_proxy(os.environ.get("TRUSTED_PROXY", "")),
        )
        for each in self._listeners():
            each.channel_class = BoundedChannel
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._finish()
        server.task_dispatcher.shutdown(timeout=1)

    def _turn(self) -> None:
        self.notify()
        wasyncore.loop(timeout=1.0, use_poll=True, map=self._connections, count=1)

    def _listeners(self) -> list[BaseWSGIServer]:
        return [each for each in self._connections.values() if isinstance(each, BaseWSGIServer)]

    def _finish(self) -> None:
        """Answer what was asked, for a bounded time; nobody is let in any more."""
        for each in self._listeners():
            each.accepting = False
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < deadline and any(
            getattr(each, "requests", None) or getattr(each, "total_outbufs_len", 0)
            for each in list(self._connections.values())
        ):
            self._turn()


def _proxy(address: str) -> dict[str, Any]:
    """Whose word counts for who a client is and whether it came by TLS; as to TLS, this machine's too."""
    headers = {"x-forwarded-proto"} | ({"x-forwarded-for"} if address else set())
    return {
        "trusted_proxy": address or "127.0.0.1",
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": headers,
        "clear_untrusted_proxy_headers": True,
    }
