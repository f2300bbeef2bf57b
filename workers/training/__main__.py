"""Train a checkpoint: `python -m workers.training RECIPE --data DIR [DIR …] --out DIR`."""

import argparse
import logging
import sys
from importlib import import_module
from pathlib import Path

from workers.checkpoints import CheckpointError, find
from workers.datasets import UnknownFormatError, read
from workers.training.recipe import RECIPES, Run, UnknownSettingError, read_overrides


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, train, and say where the checkpoint is."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    module, function = RECIPES[options.recipe].split(":")
    try:
        run = _run(options)
        card = getattr(import_module(module), function)(run)
    except (CheckpointError, UnknownFormatError, UnknownSettingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{card.identity} saved in {options.out}\n{card.metrics}\n")
    return 0


def _run(options: argparse.Namespace) -> Run:
    collections = [read(folder) for folder in options.data]
    for collection in collections:
        sys.stdout.write(f"{collection.report()}\n")
    return Run(
        collections=collections,
        out=options.out,
        overrides=read_overrides(options.config),
        resume=options.resume,
        visual=find(options.visual) if options.visual else None,
        backbone=options.backbone,
        version=options.version,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.training", description=__doc__)
    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders to read")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--config", type=Path, help="JSON file of settings that differ")
    parser.add_argument("--resume", action="store_true", help="go on after a kill")
    parser.add_argument("--visual", help="checkpoint that heads are trained on; default: shipped")
    parser.add_argument("--backbone", type=Path, help="ImageNet weights, for visual")
    parser.add_argument("--version", default="1", help="of the checkpoint; vectors carry it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
