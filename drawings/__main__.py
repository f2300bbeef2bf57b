"""Draw a catalogue: `python -m drawings DIR [--seed N] [--products N] …`."""

import argparse
import csv
import os
import sys
import time
from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from drawings.catalogue import Product, catalogue
from drawings.looks import Look, looks
from drawings.photograph import file_names, save_pictures

PRODUCT_COLUMNS = (
    "sku", "model", "title", "description", "category", "slot", "gender", "season", "colour",
    "price", "stock", "sizes", "image1", "image2",
)  # fmt: skip
LICENCE, SUMS = "Apache-2.0", "SHA256SUMS"
LOOK_COLUMNS = ("look", "title", "sku")


def generate(
    folder: Path,
    *,
    seed: int = 7,
    products: int = 264,
    looks_count: int = 72,
    jobs: int = 1,
    width: int = 600,
) -> int:
    """Write images/, LICENCE, the tables and SHA256SUMS into `folder`; return how many pictures.

    The same numbers give the same bytes, whatever `jobs` is. The sums are written last, so a
    folder that has them is complete.
    """
    rows = catalogue(products=products, seed=seed)
    outfits = looks(rows, count=looks_count, seed=seed)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    pictures = _save_all(rows, folder=folder, seed=seed, width=width, jobs=jobs)
    (folder / "LICENCE").write_text(f"{LICENCE}\n", encoding="utf-8")
    _write(folder / "products.csv", PRODUCT_COLUMNS, map(_product_row, rows))
    _write(folder / "looks.csv", LOOK_COLUMNS, _look_rows(outfits))
    (folder / SUMS).write_text(sums(folder), encoding="utf-8")
    return pictures


def sums(folder: Path) -> str:
    """Name every file below `folder` with its bytes' SHA-256, as `sha256sum --check` reads it."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    names = sorted(path.relative_to(folder).as_posix() for path in paths)
    return "".join(
        f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    )


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    started = time.perf_counter()
    pictures = generate(
        options.folder,
        seed=options.seed,
        products=options.products,
        looks_count=options.looks,
        jobs=options.jobs,
        width=options.width,
    )
    seconds = time.perf_counter() - started
    sys.stderr.write(
        f"{options.folder}: {options.products} products, {pictures} pictures in {seconds:.1f} s\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m drawings", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--products", type=int, default=264)
    parser.add_argument("--looks", type=int, default=72)
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--width", type=int, default=600, help="of a picture, in pixels")
    return parser


def _save_all(rows: Sequence[Product], *, folder: Path, seed: int, width: int, jobs: int) -> int:
    save = partial(save_pictures, folder=folder, seed=seed, width=width)
    watched = partial(tqdm, total=len(rows), desc="drawing", unit="product", disable=None)
    if jobs == 1:
        return sum(watched(map(save, rows)))
    # Spawned, not forked: the caller may have threads, and every platform then behaves the same.
    with get_context("spawn").Pool(jobs) as pool:
        return sum(watched(pool.imap_unordered(save, rows, chunksize=2)))


def _product_row(product: Product) -> list[str]:
    image1, image2 = [*file_names(product), ""][:2]
    cells = vars(product) | {"colour": product.colour.name, "image1": image1, "image2": image2}
    return [cells[column] for column in PRODUCT_COLUMNS]


def _look_rows(outfits: Iterable[Look]) -> Iterable[list[str]]:
    for look in outfits:
        for product in look.products:
            yield [look.look, look.title, product.sku]


def _write(path: Path, columns: Sequence[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
