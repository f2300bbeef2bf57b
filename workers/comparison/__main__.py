"""Train and measure every network on one data set, and print the table.

    python -m workers.comparison --data DIR [--rows a,b] [--split DIR] [--out DIR] [--markdown FILE]

Rows are in `rows.py`. What is done is kept under --out: a killed comparison goes on where it was when
the same command is run again. About 25 minutes on two CPU cores; rows that would need a GPU are
capped and say so.
"""

import argparse
import logging
import sys
from pathlib import Path

from workers.checkpoints import CheckpointError
from workers.comparison.page import page
from workers.comparison.rows import UnknownRowError, rows_named
from workers.comparison.runs import prepare, results
from workers.datasets import UnknownFormatError

DEFAULT_OUT = Path("var/comparison")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, compare, print the table and write it where it was asked for."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        rows = rows_named(options.rows)
        comparison = prepare(
            options.data,
            split=options.split,
            out=options.out,
            quick=options.quick,
            imagenet=options.imagenet,
        )
        measured = []
        for row, figures in results(comparison, rows):
            measured.append((row, figures))
            sys.stderr.write(
                f"{len(measured)}/{len(rows)} {row.name}: {figures['seconds']:.0f} s\n"
            )
    except (CheckpointError, UnknownFormatError, UnknownRowError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    text = page(measured)
    sys.stdout.write(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.comparison", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="folder with looks and questions")
    parser.add_argument("--rows", help="beginnings of names, separated by commas or semicolons")
    parser.add_argument("--split", type=Path, help="product-disjoint split; default: made in --out")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help=f"default: {DEFAULT_OUT}")
    parser.add_argument("--markdown", type=Path, help="file for the table")
    parser.add_argument("--quick", action="store_true", help="one epoch each, to try the command")
    parser.add_argument(
        "--imagenet", action="store_true", help="torchvision's weights may be loaded"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
