"""What product pages cost while others send slowly: their p95 undisturbed, and beside each kind of slow client.

`python benchmarks/slow_clients.py PORT [--connections 200] [--requests 200]`, beside a shop on this machine
(`make demo`). Each kind holds its connections while pages are asked for, two at a time.
"""

import argparse
import socket
import statistics
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

HOST = "127.0.0.1"
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /api/v1/search/image HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
    b"Content-Length: 5000000\r\n\r\n" + b"\xff\xd8\xff" + 100_000 * b"\0"
)
FORM = (
    b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nusername="
)
KINDS = {"half a head": HEAD, "half a photo": BODY, "half a form": FORM}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--requests", type=int, default=200)
    asked = parser.parse_args()
    address = product_page(asked.port)
    pages(address, 20)  # warm
    say(
        f"| {asked.connections} clients that | pages | p50 ms | p95 ms | failed |\n|---|---|---|---|---|"
    )
    report("are not there", address, asked.requests)
    for name, start in KINDS.items():
        with slow_clients(asked.port, start, asked.connections):
            report(f"send {name}, then a byte a second", address, asked.requests)
    report("have gone", address, asked.requests)


def product_page(port: int) -> str:
    """The first product of the shop's first page."""
    with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=30) as page:
        path = page.read().decode().partition('href="/product/')[2].partition('"')[0]
    return f"http://{HOST}:{port}/product/{path}"


@contextmanager
def slow_clients(port: int, start: bytes, count: int) -> Iterator[None]:
    """So many connections that send the start of a request and then a byte a second."""
    done = threading.Event()
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection((HOST, port), timeout=10))
            for _ in range(count)
        ]
        sending = threading.Thread(target=_trickle, args=(clients, start, done))
        sending.start()
        time.sleep(2)  # by now every thread that reads a request would be reading one of these
        yield
        done.set()
        sending.join()


def _trickle(clients: list[socket.socket], start: bytes, done: threading.Event) -> None:
    data = start
    while not done.is_set():
        for client in clients:
            try:
                client.sendall(data)
            except OSError:  # closed by the server, which is its right
                continue
        data = b"a"
        done.wait(1)


def report(name: str, address: str, requests: int) -> None:
    times, failed = pages(address, requests)
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else float("nan")
    p50 = statistics.median(times) if times else float("nan")
    say(f"| {name} | {requests} | {1000 * p50:.0f} | {1000 * p95:.0f} | {failed} |")


def pages(address: str, requests: int) -> tuple[list[float], int]:
    """The seconds of each page that came within ten, and how many did not."""
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(_page, [address] * requests))
    return [seconds for seconds in taken if seconds is not None], taken.count(None)


def _page(address: str) -> float | None:
    before = time.perf_counter()
    try:
        with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310 -- this machine
            page.read()
    except (OSError, urllib.error.URLError):
        return None
    return time.perf_counter() - before


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
