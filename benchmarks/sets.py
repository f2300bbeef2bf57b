"""What it costs to have a worker judge whole outfits: the round trip, and an answer with and without it.

`python benchmarks/sets.py [--checkpoint SET_SCORER …] [--products 2000] [--times 100]`; without a checkpoint
a fresh one of the recipe's size and a tiny one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import catalogue
from django.conf import settings

from fashionshop.embedded import redis_server
from fashionshop.models import Product
from recommender import broker
from recommender.models import Checkpoint
from recommender.outfits import set_scores
from recommender.outfits.answer import outfits
from workers.checkpoints import Card, Purpose, load_card
from workers.export import save_network
from workers.networks.registry import SET_SCORERS, build_network
from workers.training.recipes.set_scorer import SetConfig, examples

WIDTH = 192  # of the style vectors of `style@2`
SIZES = {"tiny": SetConfig(model=8, heads=2, layers=1), "of the recipe's size": SetConfig()}
WARM_UP = 5


def main() -> None:
    """Print a table, milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, nargs="*", default=[])
    parser.add_argument("--products", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=100)
    asked = parser.parse_args()
    catalogue.prepare()
    style = catalogue.fill(asked.products, visual=(512, 64), style=WIDTH)["STYLE"]
    products = Product.objects.in_bulk(catalogue.keys_of("TOP", count=asked.times))
    with redis_server(catalogue.VAR) as url, tempfile.TemporaryDirectory() as made:
        settings.RECOMMENDER |= {"BROKER_URL": url, "SET_TIMEOUT_SECONDS": 30.0}
        folders = asked.checkpoint or [fresh(Path(made) / n, s) for n, s in SIZES.items()]
        with worker(url):
            say(f"machine: {catalogue.machine()}")
            say("| set scorer | round trip p50 / p95 ms | outfits p50 / p95 ms | sets at once |")
            say("|---|---|---|---|")
            measure("none: by pairs", list(products.values()))
            for folder in folders:
                serve(folder, style)
                measure(folder.name, list(products.values()))
        say(f"load now: {catalogue.machine()}")


def measure(label: str, products: Sequence[Product]) -> None:
    trips: list[float] = []
    sizes: list[int] = []
    ask = broker.ask_set_scores

    def timed(**question: object) -> dict[str, object]:
        start = time.perf_counter()
        answer = ask(**question)
        trips.append(time.perf_counter() - start)
        sizes.append(len(question["sets"]))
        return answer

    set_scores.judged_sets = timed
    whole = []
    for product in [*products[:WARM_UP], *products]:
        start = time.perf_counter()
        outfits([product])
        whole.append(time.perf_counter() - start)
    set_scores.judged_sets = ask
    trip = spread(trips[WARM_UP:]) if trips else "–"
    say(f"| {label} | {trip} | {spread(whole[WARM_UP:])} | {max(sizes, default=0)} |")


def serve(folder: Path, style: Checkpoint) -> None:
    Checkpoint.objects.filter(purpose="SET").delete()
    card = load_card(folder)
    Checkpoint.objects.create(
        **{"name": card.name, "version": card.version, "purpose": "SET", "state": "ACTIVE"},
        **{"folder": str(folder.resolve()), "sha256": card.sha256["weights.safetensors"]},
        reads=f"embeddings of {style.label}",
    )


def fresh(folder: Path, config: SetConfig) -> Path:
    """A set scorer that has learnt nothing, which costs what one that has does."""
    options = {"width": WIDTH, **config.shape}
    card = Card(
        **{"name": folder.name, "version": "1", "purpose": Purpose.SET, "network": "set-scorer"},
        **{"options": options, "dimension": WIDTH},
        reads="embeddings of style@2",
    )
    network = build_network(SET_SCORERS, "set-scorer", options=options)
    save_network(network, folder, card, examples=examples(WIDTH), are_sets=True)
    return folder


@contextmanager
def worker(url: str) -> Iterator[None]:
    """A Celery worker of one process and four threads, in this folder's shop."""
    command = ["-m", "celery", "-A", "workers.celery", "worker", "--pool", "threads"]
    queues = ",".join(sorted(set(broker.QUEUES.values())))
    process = subprocess.Popen(  # noqa: S603 -- our own program, our own arguments
        [sys.executable, *command, "--concurrency", "4", "-Q", queues, "--loglevel", "ERROR"],
        env={**os.environ, "REDIS_URL": url},
    )
    try:
        while not broker.has_worker():
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait(30)


def spread(seconds: Sequence[float]) -> str:
    return " / ".join(f"{catalogue.percentile(seconds, share):.0f}" for share in (0.5, 0.95))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
