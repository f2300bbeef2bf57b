"""What a set scorer costs: a worker's time per product, ahead of the page, and the page's with and without.

`python benchmarks/sets.py [--checkpoint SET_SCORER …] [--products 2000] [--times 100]`; without a checkpoint
a fresh one of the recipe's size and a tiny one.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import catalogue

from fashionshop.models import Product
from recommender.models import Checkpoint
from recommender.outfits.answer import outfits
from recommender.pipeline.set_scores import refresh_set_scores
from workers.checkpoints import Card, Purpose, load_card
from workers.export import save_network
from workers.networks.registry import SET_SCORERS, build_network
from workers.pairing import score_sets
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
    with tempfile.TemporaryDirectory() as made:
        folders = asked.checkpoint or [fresh(Path(made) / n, s) for n, s in SIZES.items()]
        say(f"machine: {catalogue.machine()}")
        say("| set scorer | worker p50 / p95 ms a product | outfits p50 / p95 ms | sets at most |")
        say("|---|---|---|---|")
        Checkpoint.objects.filter(purpose="SET").delete()
        measure("none: by pairs", list(products.values()))
        for folder in folders:
            serve(folder, style)
            measure(folder.name, list(products.values()))
        say(f"load now: {catalogue.machine()}")


def measure(label: str, products: Sequence[Product]) -> None:
    ahead = timed(lambda one: refresh_set_scores(one.pk, score=score_sets), products)
    whole = timed(lambda one: outfits([one]), products)
    sizes = [one.recommender_set_scores.count() for one in products]
    worker = spread(ahead) if any(sizes) else "–"
    say(f"| {label} | {worker} | {spread(whole)} | {max(sizes)} |")


def timed(act: Callable[[Product], object], products: Sequence[Product]) -> list[float]:
    """Seconds per product, the first few not counted."""
    seconds = []
    for product in [*products[:WARM_UP], *products]:
        start = time.perf_counter()
        act(product)
        seconds.append(time.perf_counter() - start)
    return seconds[WARM_UP:]


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


def spread(seconds: Sequence[float]) -> str:
    return " / ".join(f"{catalogue.percentile(seconds, share):.0f}" for share in (0.5, 0.95))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
