"""Measure a checkpoint, split a data set, calibrate scores, or put a new encoder to the promotion gate.

python -m workers.evaluation retrieval|compatibility|classification --data DIR --checkpoint NAME_OR_PATH
python -m workers.evaluation split --data DIR --out DIR
python -m workers.evaluation gate --data DIR --candidate DIR --json OUT
python -m workers.evaluation calibrate --data DIR --checkpoint NAME_OR_PATH [--write]
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from workers.checkpoints import CheckpointError, find
from workers.datasets import UnknownFormatError, read
from workers.datasets.collection import Collection
from workers.evaluation import (
    calibration,
    classification,
    compatibility,
    promotion_gate,
    retrieval,
    split,
)
from workers.evaluation.feedback import disliked_pairs
from workers.evaluation.table import details, table

TASKS = ("retrieval", "compatibility", "classification")
REFUSALS = (
    CheckpointError,
    UnknownFormatError,
    FileNotFoundError,
    classification.NoCommonLabelsError,
    retrieval.TooFewItemsError,
    calibration.NothingToCalibrateError,
)
NOT_PASSED = 3  # the exit code of a promotion gate that lets nobody through


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, carry it out, print what came of it and write the JSON."""
    options = _parser().parse_args(arguments)
    carry_out = {"split": _split, "gate": _promotion_gate, "calibrate": _calibrate}.get(
        options.task, _measure_and_print
    )
    try:
        return carry_out(options, read(options.data))
    except REFUSALS as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _measure_and_print(options: argparse.Namespace, collection: Collection) -> int:
    sys.stdout.write(f"{collection.report()}\n")
    result = _measure(options, collection)
    sys.stdout.write(table(result, task=options.task))
    sys.stdout.write(details(result))
    for warning in result.get("warnings", []):
        sys.stderr.write(f"{warning}\n")
    _write(result, options.json)
    return 0


def _split(options: argparse.Namespace, collection: Collection) -> int:
    counts = split.write_split(collection, options.out, share=options.share, seed=options.seed)
    for what, count in counts.items():
        sys.stdout.write(f"{count:>7} {what}\n")
    return 0


def _promotion_gate(options: argparse.Namespace, collection: Collection) -> int:
    candidate = find(options.candidate)
    rivals = {"current": options.current, "scorer": options.scorer}
    disliked = disliked_pairs(options.data, (item.key for item in collection.items))
    result = promotion_gate.evaluate(
        collection, candidate, visual=options.visual, disliked=disliked, **rivals
    )
    sys.stdout.write(f"{'Passed' if result['passed'] else 'Not passed'}: {result['reason']}\n")
    _write(result, options.json)
    return 0 if result["passed"] else NOT_PASSED


def _calibrate(options: argparse.Namespace, collection: Collection) -> int:
    checkpoint = find(options.checkpoint)
    result = calibration.evaluate(collection, checkpoint, visual=options.visual)
    sys.stdout.write(
        f"{result['pairs']} pairs, {result['share_right']:.1%} right: calibration error "
        f"{result['ece_before']:.3f} raw, {result['ece_after']:.3f} calibrated.\n"
        f"{json.dumps(result['calibration'])}\n"
    )
    _write(result, options.json)
    if options.write:
        calibration.write(checkpoint, result["calibration"])
    return 0


def _write(result: dict[str, Any], path: Path | None) -> None:
    if path:
        path.write_text(json.dumps(result, indent=2) + "\n")


def _measure(options: argparse.Namespace, collection: Collection) -> dict[str, Any]:
    checkpoint = find(options.checkpoint)
    if options.task == "retrieval":
        return retrieval.evaluate(
            collection, checkpoint, backbone=options.backbone, visual=options.visual
        )
    if options.task == "classification":
        return classification.evaluate(collection, checkpoint)
    return compatibility.evaluate(collection, options.data, checkpoint, visual=options.visual)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.evaluation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    tasks = parser.add_subparsers(dest="task", required=True)
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, required=True, help="folder of the data set")
    for task in TASKS:
        measure = tasks.add_parser(task, parents=[data])
        measure.add_argument("--checkpoint", required=True, help="shipped name or folder")
        measure.add_argument("--visual", help="visual encoder that a head reads; default: shipped")
        measure.add_argument("--backbone", type=Path, help="ImageNet weights for the baseline")
        measure.add_argument("--json", type=Path, help="file for the figures")
    divide = tasks.add_parser("split", parents=[data])
    divide.add_argument("--out", type=Path, required=True, help="folder to write")
    divide.add_argument("--share", type=float, default=0.15, help="of the looks, kept unseen")
    divide.add_argument("--seed", type=int, default=0)
    curve = tasks.add_parser("calibrate", parents=[data])
    curve.add_argument("--checkpoint", required=True, help="shipped name or folder")
    curve.add_argument("--visual", help="visual encoder that it reads; default: shipped")
    curve.add_argument("--write", action="store_true", help="note it on the checkpoint's card")
    curve.add_argument("--json", type=Path, help="file for the figures")
    gate = tasks.add_parser("gate", parents=[data])
    gate.add_argument("--candidate", required=True, help="folder of the new style encoder")
    gate.add_argument("--current", help="name or folder of the encoder that serves now")
    gate.add_argument("--scorer", help="name or folder of the pair scorer that ranks now")
    gate.add_argument("--visual", help="visual encoder that a head reads; default: shipped")
    gate.add_argument("--json", type=Path, help="file for the outcome")
    return parser


if __name__ == "__main__":
    sys.exit(main())
