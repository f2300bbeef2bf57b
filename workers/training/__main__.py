"""Train a checkpoint: `python -m workers.training NAME --data DIR [DIR …] [--out DIR]`."""

import argparse
import logging
import sys
from pathlib import Path

from workers.checkpoints import CheckpointError, find
from workers.datasets import UnknownFormatError, read
from workers.serving.runtime import has_cuda
from workers.training.config import UnknownSettingError, read_overrides
from workers.training.recipes import RECIPES, train
from workers.training.run import Run

DEFAULT_OUT = Path("var/checkpoints")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, train, and say where the checkpoint is."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        run = _run(options)
        cards = train(options.recipe, run)
    except (
        FileNotFoundError,
        CheckpointError,
        UnknownFormatError,
        UnknownSettingError,
    ) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for folder, card in cards.items():
        sys.stdout.write(f"{card.identity} saved in {folder}\n{card.metrics}\n")
    return 0


def _run(options: argparse.Namespace) -> Run:
    collections = [read(folder) for folder in options.data]
    for collection in collections:
        sys.stdout.write(f"{collection.report()}\n")
    return Run(
        collections=collections,
        out=options.out or DEFAULT_OUT / options.recipe,
        overrides=read_overrides(options.config),
        resume=options.resume,
        visual=find(options.visual) if options.visual else None,
        backbone=options.backbone,
        version=options.version,
        device=options.device or ("cuda" if has_cuda() else "cpu"),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.training", description=__doc__)
    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders to read")
    parser.add_argument("--out", type=Path, help=f"folder; default: {DEFAULT_OUT}/NAME")
    parser.add_argument("--config", type=Path, help="JSON file of settings that differ")
    parser.add_argument("--resume", action="store_true", help="go on after a kill")
    parser.add_argument("--visual", help="encoder that heads are trained on; default: shipped")
    parser.add_argument("--backbone", help='ImageNet weights: a file, "imagenet" or "none"')
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: CUDA where it is")
    parser.add_argument("--version", default="1", help="of the checkpoint; vectors carry it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
