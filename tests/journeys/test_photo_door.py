"""The door for photos on a real server with two processes: what is refused, and when."""

import http.client
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from fashionshop import processes

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(sys.platform != "linux", reason="one machine has many addresses on Linux"),
]
URL = "/api/v1/search/image"
HEADERS = {"Content-Type": "image/jpeg"}


@pytest.fixture(scope="module")
def port(redis_url):
    """The web process of the demo; it needs no database for what it refuses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "fashionshop.settings"}
    web = subprocess.Popen(processes.commands(port)["web"], env=environment)
    try:
        while not is_open(port):
            time.sleep(0.05)
        yield port
    finally:
        web.terminate()
        web.wait(20)


def is_open(port):
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def ask(port, address, body):
    """Post as an address; the status and the code of the answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(address, 0))
    with closing(line):
        line.request("POST", URL, body, HEADERS)
        reply = line.getresponse()
        status, text = reply.status, reply.read().decode()
    return status, text.partition('"code":"')[2].partition('"')[0]


def test_exactly_ten_of_a_hundred_at_once_pass_two_processes(port):
    time.sleep(max(0, time.time() % 60 - 50) and 60 - time.time() % 60)  # all within one minute

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: ask(port, "127.0.0.2", b"no photo"), range(100)))

    passed = [code for status, code in answers if status != 429]
    assert len(passed) == 10
    assert set(passed) <= {"not_an_image", "no_room"}


def test_two_hundred_megabytes_are_refused_before_they_are_sent(port):
    line = socket.create_connection(("127.0.0.1", port), 20, source_address=("127.0.0.3", 0))
    with line:
        head = f"POST {URL} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
        line.sendall(f"{head}Content-Length: 200000000\r\n\r\n".encode())

        assert b" 413 " in line.recv(4096).splitlines()[0]


def test_a_body_that_is_streamed_is_read_like_any_other(port):
    pieces = iter([b"no ", b"photo"])

    assert ask(port, "127.0.0.4", pieces) == (422, "not_an_image")


def test_an_endless_stream_is_refused_while_it_streams(port):
    sent = 0

    def endless():
        nonlocal sent
        while sent < 50_000_000:
            sent += 1_000_000
            yield b"\xff" * 1_000_000

    with suppress(BrokenPipeError, ConnectionResetError):
        assert ask(port, "127.0.0.5", endless())[0] == 413
    assert sent < 30_000_000  # of which the sockets hold some
