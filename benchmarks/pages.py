"""What the pages and the API of a filled shop cost: milliseconds, those of them on the CPU, and statements.

`FASHIONSHOP_VAR=<the folder of a shop> python benchmarks/pages.py [--times 40] [--profile "product page"]`,
on the catalogue that `make demo` (or `make demo CATALOG=…`) left in that folder. Requests go through the
whole of Django in this process, each about another product; CPU is this process's alone, not PostgreSQL's.
"""

import argparse
import cProfile
import os
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http import HTTPStatus
from pathlib import Path
from unittest import mock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionshop.settings")
sys.path.insert(0, str(Path(__file__).parents[1]))

from fashionshop.embedded import provide_database, redis_url

VAR = Path(os.environ.get("FASHIONSHOP_VAR", Path(__file__).parents[1] / "var"))
provide_database(VAR)
os.environ.setdefault("REDIS_URL", redis_url(VAR))

import django  # noqa: E402 - after the database is there

django.setup()

from django.db import connection  # noqa: E402 - after the set-up
from django.test import Client  # noqa: E402 - after the set-up
from django.test.utils import CaptureQueriesContext  # noqa: E402 - after the set-up

from fashionshop.models import Product  # noqa: E402 - after the set-up

NO_STRIPS = "recommender.templatetags.recommender._unbroken"
ADDRESSES = {
    "product page": "/product/{pk}/",
    "the same without strips": "/product/{pk}/",
    "home": "/",
    "API similar": "/api/v1/products/{pk}/similar",
    "API goes with": "/api/v1/products/{pk}/goes-with",
    "API outfits": "/api/v1/products/{pk}/outfits",
}
COUNTED = 5


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument(
        "--profile", choices=ADDRESSES, help="Say where one of them spends its time."
    )
    asked = parser.parse_args()
    keys = keys_of_products(asked.times)
    say(f"{Product.objects.count()} products, {len(keys)} of them asked about")
    if asked.profile:
        profile(asked.profile, keys)
        return
    say("| | p50 / p95 ms | CPU p50 ms | statements |\n|---|---|---|---|")
    for name in ADDRESSES:
        say(row(name, keys))


def keys_of_products(count: int) -> list[int]:
    """So many products in stock, spread over the catalogue."""
    keys = list(Product.objects.published().in_stock().order_by("pk").values_list("pk", flat=True))
    return keys[:: max(1, len(keys) // count)][:count]


def row(name: str, keys: list[int]) -> str:
    """A line of the table."""
    with shown(name) as ask:
        for pk in keys:  # a process that has answered for a while
            ask(pk)
        walls, cpus = zip(*(timed(ask, pk) for pk in keys), strict=True)
        statements = max(count_statements(ask, pk) for pk in keys[:COUNTED])
    p95 = statistics.quantiles(walls, n=20)[-1]
    middle, cpu = statistics.median(walls), statistics.median(cpus)
    return f"| {name} | {middle:.0f} / {p95:.0f} | {cpu:.0f} | {statements} |"


@contextmanager
def shown(name: str) -> Iterator[Callable[[int], None]]:
    """A function that asks for a product's page, without its strips where the name says so."""
    without = mock.patch(NO_STRIPS, lambda *_asked, otherwise, **_more: otherwise)
    client, address = Client(headers={"host": "localhost"}), ADDRESSES[name]

    def ask(pk: int) -> None:
        answer = client.get(address.format(pk=pk))
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{address.format(pk=pk)}: {answer.status_code}")

    with without if "without" in name else nullcontext():
        yield ask


def timed(ask: Callable[[int], None], pk: int) -> tuple[float, float]:
    """Milliseconds by the clock, and on the CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    ask(pk)
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def count_statements(ask: Callable[[int], None], pk: int) -> int:
    """How often the database was asked."""
    with CaptureQueriesContext(connection) as asked:
        ask(pk)
    return len(asked)


def profile(name: str, keys: list[int]) -> None:
    """Print where the time goes."""
    with shown(name) as ask:
        ask(keys[0])
        profiler = cProfile.Profile()
        profiler.enable()
        for pk in keys:
            ask(pk)
        profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(100)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a program's own output


if __name__ == "__main__":
    main()
