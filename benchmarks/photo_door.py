"""Product pages while strangers post photos that cost much, and what each photo costs the web process.

`python benchmarks/photo_door.py PHOTO... [--pages 200]`. The demo's own web process and worker, on ports and services
of their own; each post comes from an address of its own, so that no limit for one address helps.
"""

import argparse
import http.client
import itertools
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import catalogue
import psutil
from django.conf import settings
from django.core.management import call_command

from fashionshop import processes
from fashionshop.embedded import redis_server, redis_url
from fashionshop.management.commands.demo import CATALOGUE

PORT, SENDERS = 8765, 16
PAUSE_SECONDS = 1  # of a sender between two photos
ADDRESSES = (f"127.{a}.{b}.{c}" for a, b, c in itertools.product(*[range(1, 255)] * 3))


def main() -> None:
    """Print a line for each photo: pages beside it, answers to it, and what the web processes grew by."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, default=200)
    asked = parser.parse_args()
    with shop() as web:
        print("machine:", catalogue.machine())  # noqa: T201 -- a command
        ask("GET", "/product/1/")
        print(line("undisturbed", page_times(asked.pages)), flush=True)  # noqa: T201
        for photo in asked.photos:
            data = photo.read_bytes()
            grown = growth(web, data)
            with senders(data) as answers:
                times = page_times(asked.pages)
            told = ", ".join(f"{n} × {status}" for status, n in sorted(answers.items()))
            print(line(photo.name, times), f"+{grown / 1e6:.1f} MB, {told}", flush=True)  # noqa: T201
        print(line("undisturbed", page_times(asked.pages)), flush=True)  # noqa: T201


@contextmanager
def shop() -> Iterator[psutil.Process]:
    """The demo's processes with its catalogue; yields the web process, whose children answer."""
    os.environ["REDIS_URL"] = settings.RECOMMENDER["BROKER_URL"] = redis_url(catalogue.VAR)
    with redis_server(catalogue.VAR), open(os.devnull, "w") as quiet:
        call_command("migrate", verbosity=0)
        call_command("activate_checkpoint", verbosity=0)
        call_command("import_catalog", str(CATALOGUE), verbosity=0)
        output = {"stdout": quiet, "stderr": quiet}
        started = [Popen(each, **output) for each in processes.commands(PORT).values()]  # noqa: S603
        try:
            while not_ready():
                time.sleep(1)
            yield psutil.Process(started[0].pid)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(30)


def not_ready() -> bool:
    """Whether a worker still has pictures to look at; until then pages are slower, and emptier."""
    from recommender.models import EmbeddingJob, PairingJob  # noqa: PLC0415 -- Django is ready by now

    try:
        is_up = ask("GET", "/product/1/")[0] in {200, 404}
    except OSError:
        return True
    jobs = (EmbeddingJob, PairingJob)
    return not is_up or any(job.objects.unfinished().exists() for job in jobs)


def ask(method: str, path: str, data: bytes = b"") -> tuple[int, float]:
    """Ask from an address of one's own; the status, and the seconds it took."""
    started, address = time.perf_counter(), (next(ADDRESSES), 0)
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60, source_address=address)
    line.request(method, path, data, {"Content-Type": "image/jpeg"})
    reply = line.getresponse()
    reply.read()
    line.close()
    return reply.status, time.perf_counter() - started


def page_times(count: int) -> list[float]:
    """Look at one product page after another, and note the seconds of each, sorted."""
    answers = [ask("GET", f"/product/{1 + number % 100}/") for number in range(count)]
    if wrong := {status for status, _seconds in answers} - {200, 404}:
        sys.exit(f"Pages answered {wrong}.")
    return sorted(seconds for _status, seconds in answers)


@contextmanager
def senders(data: bytes) -> Iterator[Counter[int]]:
    """Post a photo sixteen times at once, and again and again while the block lasts; counts the answers."""
    answers: Counter[int] = Counter()
    done = threading.Event()

    def post() -> None:
        while not done.is_set():
            answers[ask("POST", "/api/v1/search/image", data)[0]] += 1
            done.wait(PAUSE_SECONDS)

    threads = [threading.Thread(target=post) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    yield answers
    done.set()
    for thread in threads:
        thread.join()


def growth(web: psutil.Process, data: bytes) -> int:
    """By how many bytes a web process grew at most while it answered a photo."""
    workers = [each for each in web.children() if "decoder_helper" not in " ".join(each.cmdline())]
    before = {each.pid: each.memory_info().rss for each in workers}
    for pid in before:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # forget the highest so far
    for _time in range(2 * len(workers)):
        ask("POST", "/api/v1/search/image", data)
    return max(_peak(pid) - rss for pid, rss in before.items())


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(1000 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def line(name: str, times: Sequence[float]) -> str:
    median, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    return f"{name:24} pages median {1000 * median:4.0f} ms, p95 {1000 * p95:4.0f} ms"


if __name__ == "__main__":
    main()
