"""What it costs to refresh one product's pairings as the catalogue grows, exactly and with indexes.

`python benchmarks/pairing.py [--rows 1000 10000 100000]`: bottoms, whose candidates are the tops and the shoes,
are judged by a scorer that costs nothing and by the shipped one.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import catalogue

from recommender.garments import BOTTOM
from recommender.models import Checkpoint, Pairing
from recommender.pipeline import indexes
from recommender.pipeline.pairings import Score, refresh_pairings
from recommender.ranking.question import question_about
from recommender.strips.goes_with import style_neighbours
from workers.serving.scorers import load_pair_scorer

SCORER = Path(__file__).parents[1] / "workers" / "shipped" / "compat-mlp"
PRODUCTS = 16
WIDTHS = {"visual": (512, 64), "style": 256}


def main() -> None:
    """Print a table: milliseconds per product, and how many of them the search for candidates takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument(
        "--kept", action="store_true", help="Do not fill what FASHIONSHOP_VAR holds."
    )
    parser.add_argument("--products", type=int, default=PRODUCTS, help="How many are paired.")
    asked = parser.parse_args()
    catalogue.prepare()
    shipped = load_pair_scorer(SCORER, device="cpu").score
    say(f"machine: {catalogue.machine()}")
    say(
        "| products | candidates by | of these, search p50 ms | cheap scorer p50 ms | compat-mlp p50 ms | pairs |"
    )
    say("|---|---|---|---|---|---|")
    for rows in asked.rows:
        made = catalogue.checkpoints() if asked.kept else catalogue.fill(rows, **WIDTHS)
        style = made["STYLE"]
        keys = catalogue.keys_of(BOTTOM, count=asked.products)
        for label in ("exact search", "index"):
            measure(label, rows, keys, style=style, shipped=shipped)
            build(style)
        say(f"load now: {catalogue.machine()}")


def measure(
    label: str, rows: int, keys: Sequence[int], *, style: Checkpoint, shipped: Score
) -> None:
    style.refresh_from_db()
    search = [timed(lambda key=key: neighbours(key, style)) for key in keys]
    times = []
    for score in (cheap, shipped):
        Pairing.objects.all().delete()
        times.append(
            [timed(lambda key=key, score=score: refresh_pairings(key, score=score)) for key in keys]
        )
    pairs = Pairing.objects.filter(product__in=keys).count() / len(keys)
    middle = [f"{catalogue.percentile(seconds, 0.5):.0f}" for seconds in (search, *times)]
    products = rows + 2 * (rows // 10)
    say(f"| {products:,} | {label} | {' | '.join(middle)} | {pairs:.0f} |")


def build(style: Checkpoint) -> None:
    """Index the style vectors of every slot, however few."""
    with (
        patch.object(indexes, "INDEXED_FROM", 1),
        patch.object(indexes, "serving_encoders", lambda: [style]),
    ):
        indexes.tend_indexes()


def neighbours(key: int, style: Checkpoint) -> object:
    return style_neighbours(question_about(key), style=style, per_slot=24)


def cheap(first: Sequence[object], second: Sequence[object]) -> list[float]:
    """A judgement that costs nothing and prefers nobody."""
    return [0.5] * len(second)


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
