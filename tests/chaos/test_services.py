"""PostgreSQL, Redis and the disk go away and come back."""

import os
import random
import signal
import socket
import socketserver
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.models import Max

from fashionshop.storage import StorageFull
from recommender.models import EmbeddingJob, Picture
from tests.chaos.shop import (
    done_count,
    is_done,
    kill,
    postgres,
    sell,
    shopper,
    wait_until,
)
from tests.chaos.test_workers import assert_each_once

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
SWEEP_SECONDS = 20


def page():
    return f"/product/{Picture.objects.first().product_id}/"


def test_a_redis_that_was_killed_comes_back_empty_and_nothing_is_missed(shop, findings, note):
    port, redis = shop.start_web(), shop.processes[0]
    sell(100)
    shop.start_worker()
    wait_until(lambda: done_count() > 0, seconds=30)
    with shopper(port, page()) as answers:
        kill(redis)
        sell(20, first=100)
        time.sleep(5)
        shop.start_redis()
        seconds = wait_until(is_done, seconds=3 * SWEEP_SECONDS)

    note(f"all done {seconds:.0f} s after Redis was back")
    assert_each_once(120)
    assert set(answers) == {200}
    assert findings() == ""


def test_an_emptied_redis_and_a_lock_nobody_holds_stop_nothing(shop, findings, note):
    sell(60)
    shop.redis().set("unacked_mutex", "of the dead", ex=300)
    shop.start_worker()
    wait_until(lambda: done_count() > 0, seconds=30)
    sell(20, first=60)
    shop.redis().flushall()

    seconds = wait_until(is_done, seconds=2 * SWEEP_SECONDS)

    note(f"all done {seconds:.0f} s after everything was flushed")
    assert_each_once(80)
    assert findings() == ""


def test_connections_to_redis_that_break_every_two_seconds(shop, findings, note):
    sell(40)
    with breaking_proxy(shop.environment["REDIS_URL"].removeprefix("unix://")) as proxy:
        shop.start_worker(REDIS_URL=f"redis://127.0.0.1:{proxy.port}/0")
        wait_until(is_done, seconds=60)
        deadline, sold = time.monotonic() + 20, 40
        while time.monotonic() < deadline:
            proxy.cut()
            sell(2, first=sold)
            sold += 2
            time.sleep(2)
        seconds = wait_until(is_done, seconds=30)

    note(f"all done {seconds:.1f} s after the last break")
    assert_each_once(sold)
    assert findings() == ""


def test_a_postgres_that_is_killed_again_and_again_loses_nothing(shop, findings, note):
    port = shop.start_web()
    sell(100)
    path, rng = page(), random.Random(1)  # noqa: S311 -- no secret
    shop.start_worker()
    wait_until(lambda: done_count() > 0, seconds=30)
    server = postgres()
    with shopper(port, path) as answers:
        for _ in range(5):
            time.sleep(rng.uniform(0.2, 1.5))
            connection.close()
            crash(server)
        seconds = wait_until(is_done, seconds=120)
        time.sleep(1)

    note(f"all done {seconds:.0f} s after the last crash; pages: {tally(answers)}")
    assert_each_once(100)
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200
    assert findings() == ""


def test_a_postgres_that_is_away_for_a_while_burns_no_attempts(shop, findings, note):
    port = shop.start_web()
    sell(60)
    path = page()
    shop.start_worker()
    wait_until(lambda: done_count() > 0, seconds=30)
    server = postgres()
    connection.close()
    with shopper(port, path) as answers:
        os.kill(server.get_pid(), signal.SIGINT)  # a fast shutdown
        time.sleep(15)
        server.ensure_postgres_running()
        seconds = wait_until(is_done, seconds=90)
        time.sleep(1)

    note(f"all done {seconds:.0f} s after it was back; pages: {tally(answers)}")
    assert_each_once(60)
    assert EmbeddingJob.objects.aggregate(most=Max("attempts"))["most"] <= 2
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200
    assert findings() == ""


def test_no_connection_left_for_anybody(shop, findings, note):
    port = shop.start_web()
    sell(40)
    path = page()
    shop.start_worker()
    wait_until(lambda: done_count() > 0, seconds=30)
    with shopper(port, path) as answers, ExitStack() as held:
        with suppress(psycopg.OperationalError):
            while True:
                held.enter_context(psycopg.connect(shop.environment["DATABASE_URL"]))
        time.sleep(8)
    seconds = wait_until(is_done, seconds=60)

    note(f"all done {seconds:.0f} s later; pages: {tally(answers)}")
    assert_each_once(40)
    assert not EmbeddingJob.objects.exclude(error_code="").exists()
    assert set(answers) <= {200, 503}
    assert findings() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_a_sentence_and_leaves_no_half_file(shop, settings, findings):
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "shop", media], check=True)
    try:
        with pytest.raises(StorageFull, match="no room left"):
            sell(500)
        sold = Picture.objects.count()
        whole = [file for file in media.rglob("*") if file.is_file()]
        assert len(whole) == sold > 0

        subprocess.run(["mount", "-o", "remount,size=8m", media], check=True)
        sell(5, first=500)
        shop.start_worker()
        wait_until(is_done, seconds=60)

        assert_each_once(sold + 5)
        assert findings() == ""
    finally:
        shop.stop()
        subprocess.run(["umount", "-l", media], check=True)


def crash(server):
    """Kill PostgreSQL's first process, then start it as an operator would."""
    pid = server.get_pid()
    os.kill(pid, signal.SIGQUIT)  # immediate: no transaction is ended, no checkpoint written
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), seconds=20)
    server.ensure_postgres_running()


def tally(answers):
    return ", ".join(f"{answers.count(one)} × {one}" for one in sorted(set(answers)))


@contextmanager
def breaking_proxy(target):
    """A port that leads to a socket, and can cut all who speak through it."""
    with _Proxy(("127.0.0.1", 0), _Pipe) as proxy:
        proxy.target = target
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.cut()
            proxy.shutdown()
            thread.join()


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    block_on_close = False

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.port, self.lines = self.server_address[1], []

    def cut(self):
        lines, self.lines = self.lines, []
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Pipe(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.socket(socket.AF_UNIX) as there:
            there.connect(self.server.target)
            self.server.lines += [self.request, there]
            back = threading.Thread(target=copy, args=(there, self.request), daemon=True)
            back.start()
            copy(self.request, there)
            back.join()


def copy(source, target):
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
