"""Show what a network does: `python -m workers.showcase WHAT --data DIR --out DIR …`.

siamese     losses of the variants, cosines of like and unlike pairs, naive against Siamese top 5
style       nearest, farthest in the category, farthest overall; t-SNE coloured by category
classifier  predictions before and after fine-tuning, confusion matrix
outfit-map  every product's nearest partner in each other slot
mlp         triplets, training curve, suggestions for several items
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers.checkpoints import CheckpointError, find
from workers.datasets import UnknownFormatError, read
from workers.datasets.collection import Collection
from workers.showcase import classifier, mlp, outfit_map, siamese, style

MOST = 1000  # products that are looked at

Shown = Callable[[argparse.Namespace, Collection], dict[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, draw, and write the figures beside the pictures."""
    options = _parser().parse_args(arguments)
    try:
        collection = read(options.data)
        options.out.mkdir(parents=True, exist_ok=True)
        figures = SHOWS[options.what](options, collection)
    except (CheckpointError, UnknownFormatError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    path = options.out / f"{options.what}.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for drawn in (path, *sorted(options.out.glob("*.png"))):
        sys.stdout.write(f"{drawn}\n")
    return 0


def _siamese(options: argparse.Namespace, collection: Collection) -> dict[str, Any]:
    return siamese.show(
        collection,
        runs=options.siamese,
        naive=find(options.naive),
        out=options.out,
        queries=options.queries,
        most=options.most,
        seed=options.seed,
    )


def _classifier(options: argparse.Namespace, collection: Collection) -> dict[str, Any]:
    return classifier.show(collection, checkpoint=find(options.checkpoint), out=options.out)


def _of_one(show: Callable[..., dict[str, Any]]) -> Shown:
    """Show what needs a checkpoint and, where `--visual` is asked for, the encoder that it reads."""

    def run(options: argparse.Namespace, collection: Collection) -> dict[str, Any]:
        named = {"visual": options.visual} if "visual" in options else {}
        return show(
            collection,
            checkpoint=find(options.checkpoint),
            out=options.out,
            most=options.most,
            seed=options.seed,
            **named,
        )

    return run


SHOWS: dict[str, Shown] = {
    "siamese": _siamese,
    "style": _of_one(style.show),
    "classifier": _classifier,
    "outfit-map": _of_one(outfit_map.show),
    "mlp": _of_one(mlp.show),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.showcase", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    whats = parser.add_subparsers(dest="what", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, required=True, help="folder of the data set")
    common.add_argument("--out", type=Path, required=True, help="folder for PNG and JSON")
    common.add_argument("--most", type=int, default=MOST, help="products to look at")
    common.add_argument("--seed", type=int, default=0, help="decides which")
    for what in SHOWS:
        one = whats.add_parser(what, parents=[common])
        if what == "siamese":
            one.add_argument("--siamese", type=Path, nargs="+", required=True, help="trained runs")
            one.add_argument("--naive", required=True, help="checkpoint of naive-cnn")
            one.add_argument("--queries", type=Path, help="folder of pictures to search with")
            continue
        one.add_argument("--checkpoint", required=True, help="shipped name or folder")
        if what == "mlp":
            one.add_argument("--visual", help="encoder that it reads; default: the shipped visual")
    return parser


if __name__ == "__main__":
    sys.exit(main())
