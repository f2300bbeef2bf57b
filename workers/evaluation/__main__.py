"""Measure a checkpoint: `python -m workers.evaluation TASK --data DIR --checkpoint NAME_OR_PATH`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from workers.checkpoints import CheckpointError, find
from workers.datasets import UnknownFormatError, read
from workers.evaluation import classification, compatibility, retrieval
from workers.evaluation.table import table

TASKS = ("retrieval", "compatibility", "classification")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, measure, print the table and write the JSON."""
    options = _parser().parse_args(arguments)
    try:
        result = _measure(options)
    except (CheckpointError, UnknownFormatError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(table(result, task=options.task))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    return 0


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    checkpoint = find(options.checkpoint)
    collection = read(options.data)
    sys.stdout.write(f"{collection.report()}\n")
    if options.task == "retrieval":
        return retrieval.evaluate(collection, checkpoint, backbone=options.backbone)
    if options.task == "classification":
        return classification.evaluate(collection, checkpoint)
    return compatibility.evaluate(collection, options.data, checkpoint, visual=options.visual)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.evaluation", description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--checkpoint", required=True, help="shipped name or folder")
    parser.add_argument("--visual", help="visual encoder that a head reads; default: shipped")
    parser.add_argument("--backbone", type=Path, help="ImageNet weights for the frozen baseline")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser


if __name__ == "__main__":
    sys.exit(main())
