"""How near-duplicate pictures are told from different products: false merges and misses by threshold.

`python benchmarks/duplicates.py ../shared/data/retail [--products 1500] [--altered 300]`. Each of the
altered pictures is re-encoded, made smaller, cropped, brightened and framed; all pairs of different
products are compared with each other.
"""

import argparse
import csv
import io
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from recommender.fingerprints import LEAST_COSINES, MOST_BITS, fingerprint
from workers.checkpoints import find
from workers.serving.encoders import Encoder, load_encoder

SEED = 7
BITS = (4, 6, 8, 10, 12)
CUTS = ((0.0, 0.0), (0.5, 0.9), (0.5, 0.95), (0.5, 0.97), (0.6, 0.95))
SERVED = (LEAST_COSINES["shape"], LEAST_COSINES["colour"])
ALTERED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "re-encoded at quality 85": lambda picture: _encoded(picture, 85),
    "re-encoded at quality 40": lambda picture: _encoded(picture, 40),
    "half the size": lambda picture: _encoded(picture.resize(_scaled(picture, 0.5)), 85),
    "cropped by 2 %": lambda picture: _encoded(_cropped(picture, 0.02), 85),
    "cropped by 5 %": lambda picture: _encoded(_cropped(picture, 0.05), 85),
    "brightened by 15 %": lambda picture: _encoded(
        ImageEnhance.Brightness(picture).enhance(1.15), 85
    ),
    "framed by 3 % of white": lambda picture: _encoded(
        ImageOps.expand(picture, round(0.03 * picture.width), "white"), 85
    ),
}


def main() -> None:
    """Print the rates as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, default=1500)
    parser.add_argument("--altered", type=int, default=300)
    asked = parser.parse_args()
    chosen = chosen_products(asked.folder, count=asked.products)
    report = measured(chosen, altered=asked.altered)
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


def chosen_products(folder: Path, *, count: int) -> list[tuple[str, Path]]:
    """Products by key with their picture, the same ones each time."""
    with (folder / "product_data.csv").open() as file:
        rows = sorted(
            (row["cod_modelo_color"], row["des_filename"]) for row in csv.DictReader(file)
        )
    random.Random(SEED).shuffle(rows)  # noqa: S311 - no secret
    paths = [(key, folder / "images" / Path(name).name) for key, name in rows]
    return [(key, path) for key, path in paths if path.exists()][:count]


def measured(chosen: list[tuple[str, Path]], *, altered: int) -> dict[str, object]:
    """Copies compared with their originals, and different products with each other."""
    encoder = load_encoder(find("visual"), device="cpu")
    pictures = [Image.open(path).convert("RGB") for _key, path in chosen]
    seen = _seen(pictures, encoder)
    first, second = np.triu_indices(len(chosen), k=1)
    models = np.array([key.rsplit("-", 1)[0] for key, _path in chosen])
    same_model = models[first] == models[second]
    strangers = _agreement(seen, seen, first=first, second=second)
    at = np.arange(min(altered, len(chosen)))
    copies = {
        name: _agreement(
            _seen([alter(one) for one in pictures[:altered]], encoder), seen, first=at, second=at
        )
        for name, alter in ALTERED.items()
    }
    return {
        "products": len(chosen),
        "pairs of different models": int((~same_model).sum()),
        "colours of one model": int(same_model.sum()),
        "copies of each kind": len(at),
        "cuts": {
            f"≤ {bits} bits, shape ≥ {shape}, colour ≥ {colour}": {
                "merged of different models": int(
                    (_merged(strangers, bits, (shape, colour)) & ~same_model).sum()
                ),
                "merged colours of one model": int(
                    (_merged(strangers, bits, (shape, colour)) & same_model).sum()
                ),
                "copies missed": {
                    name: round(1 - float(_merged(found, bits, (shape, colour)).mean()), 3)
                    for name, found in copies.items()
                },
            }
            for bits in BITS
            for shape, colour in CUTS
        },
        "merged as served": [
            [
                chosen[first[k]][1].name,
                chosen[second[k]][1].name,
                *(round(float(part[k]), 3) for part in strangers),
            ]
            for k in np.flatnonzero(_merged(strangers, MOST_BITS, SERVED))
        ],
    }


def _seen(pictures: list[Image.Image], encoder: Encoder) -> list[np.ndarray]:
    """Fingerprints, and the unit vectors of shape and colour."""
    vectors = encoder.vectors(pictures)
    shape = encoder.card.parts["shape"]
    hashes = np.array([fingerprint(one) for one in pictures], np.int64).view(np.uint64)
    return [hashes, vectors[:, :shape], vectors[:, shape:]]


def _agreement(
    a: list[np.ndarray], b: list[np.ndarray], *, first: np.ndarray, second: np.ndarray
) -> list[np.ndarray]:
    """Bits apart and the cosines of shape and colour, for pairs of rows."""
    bits = np.bitwise_count(a[0][first] ^ b[0][second])
    return [
        bits,
        *((one @ other.T)[first, second] for one, other in zip(a[1:], b[1:], strict=True)),
    ]


def _merged(pairs: list[np.ndarray], bits: int, least: tuple[float, float]) -> np.ndarray:
    return (pairs[0] <= bits) & (pairs[1] >= least[0]) & (pairs[2] >= least[1])


def _encoded(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _scaled(picture: Image.Image, factor: float) -> tuple[int, int]:
    return round(picture.width * factor), round(picture.height * factor)


def _cropped(picture: Image.Image, share: float) -> Image.Image:
    """Without so much of each side."""
    x, y = round(picture.width * share), round(picture.height * share)
    return picture.crop((x, y, picture.width - x, picture.height - y))


if __name__ == "__main__":
    main()
