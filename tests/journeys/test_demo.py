"""`manage.py demo` as a person runs it: it opens, survives being closed, and leaves nothing running."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from recommender.testing import photo

pytestmark = [pytest.mark.journey, pytest.mark.slow]
ROOT = Path(__file__).parent.parent.parent
READY_SECONDS = 90


@pytest.fixture
def var():
    """A data folder that PostgreSQL's own user can reach, which pytest's are not."""
    with tempfile.TemporaryDirectory(prefix="demo-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def catalogue(tmp_path):
    rows = ["sku,title,category,price,stock,image1"]
    for sku, colour in {"a": "red", "b": "crimson", "c": "navy"}.items():
        (tmp_path / f"{sku}.jpg").write_bytes(photo(colour))
        rows.append(f"{sku},{colour} shirt,Shirts,20,3,{sku}.jpg")
    (tmp_path / "products.csv").write_text("\n".join(rows))
    return tmp_path


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def demo(var, catalogue, port):
    """Start the demo; the returned function may be called again after it ended."""
    started = []
    env = {key: value for key, value in os.environ.items() if key not in OURS}

    def start():
        command = [sys.executable, "manage.py", "demo", "--port", str(port), "--catalog", catalogue]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env | {"FASHIONSHOP_VAR": str(var)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        wait_until_open(process, port)
        return process

    yield start
    for process in started:
        process.kill()
        process.stdout.close()


OURS = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "FASHIONSHOP_VAR"}


def wait_until_open(process, port):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stdout.read()
        try:
            page(port, "/healthz")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the demo did not open in time")


def page(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def left_running(var):
    """Processes that still work on this data folder."""
    return [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline", "environ"])
        if str(var) in " ".join(process.info["cmdline"] or [])
        or (process.info["environ"] or {}).get("FASHIONSHOP_VAR") == str(var)
    ]


def wait_until_gone(var):
    deadline = time.monotonic() + 20
    while left_running(var) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left_running(var)


def test_ctrl_c_or_a_crash_ends_every_process_and_the_next_start_keeps_the_data(demo, var, port):
    first = demo()
    with slow_clients(port):
        assert "crimson shirt" in page(port, "/")

    first.send_signal(signal.SIGINT)
    first.wait(30)
    assert wait_until_gone(var) == []

    second = demo()
    assert "crimson shirt" in page(port, "/")

    worker_of(second).kill()
    assert second.wait(30) != 0
    assert wait_until_gone(var) == []


@contextmanager
def slow_clients(port):
    """Two hundred connections that hold back the rest of a request."""
    with ExitStack() as stack:
        for _ in range(200):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            client.sendall(b"POST /search/photo/ HTTP/1.1\r\nContent-Length: 9000\r\n\r\nx")
        yield


def worker_of(shop):
    (worker,) = [
        child
        for child in psutil.Process(shop.pid).children(recursive=True)
        if child.name().startswith(("python", "celery")) and "--queues" in child.cmdline()
    ]
    return worker


def test_a_taken_port_is_said_plainly(var, catalogue):
    env = {key: value for key, value in os.environ.items() if key not in OURS}
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", port, "--catalog", catalogue],
            cwd=ROOT,
            env=env | {"FASHIONSHOP_VAR": str(var)},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    assert result.returncode == 1
    assert f"Port {port} is taken" in result.stderr
    assert "Traceback" not in result.stderr
