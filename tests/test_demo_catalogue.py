"""The catalogue that ships with the demo: whole, small, as drawn, and no two designs alike."""

import csv
from hashlib import sha256
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageStat

from fashionshop.management.commands.demo import CATALOGUE
from recommender.fingerprints import LEAST_COSINES, MOST_BITS, fingerprint
from workers.checkpoints import find
from workers.serving.encoders import load_encoder

MOST_BYTES = 6_000_000
REDRAWN_EVERY = 44  # products: six of them
LARGEST_ERROR = 4  # of 255, root mean square: what AVIF loses is some 2


@pytest.fixture(scope="module")
def rows():
    with (CATALOGUE / "products.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def covers(rows):
    covers = {}
    for row in rows:
        with Image.open(CATALOGUE / row["image1"]) as image:
            covers[row["sku"]] = image.convert("RGB")
    return covers


def files():
    return [path for path in CATALOGUE.rglob("*") if path.is_file()]


def test_every_file_is_the_one_that_was_pinned_and_no_other_lies_there():
    lines = (CATALOGUE / "SHA256SUMS").read_text().splitlines()
    pinned = {name: digest for digest, name in (line.split("  ") for line in lines)}

    found = {
        path.relative_to(CATALOGUE).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in files()
    }

    assert {name: found[name] for name in found if name != "SHA256SUMS"} == pinned


def test_the_whole_catalogue_is_small_enough_to_come_with_the_code():
    assert sum(path.stat().st_size for path in files()) <= MOST_BYTES


def test_the_program_that_draws_still_draws_what_was_shipped(covers):
    pytest.importorskip("resvg_py", reason="Drawing needs resvg-py, of requirements.txt.")
    from drawings.catalogue import catalogue
    from drawings.photograph import cover

    for product in catalogue(products=264, seed=7)[::REDRAWN_EVERY]:
        again = cover(product, seed=7, width=600)
        apart = ImageChops.difference(again, covers[product.sku])
        assert max(ImageStat.Stat(apart).rms) < LARGEST_ERROR, product.sku


def test_no_two_designs_are_one_to_the_engine(rows, covers):
    """The rule of recommender/pipeline/duplicates.py: fingerprint, shape and colour all agree."""
    prints = {sku: fingerprint(cover) for sku, cover in covers.items()}
    suspects = [
        (one["sku"], other["sku"])
        for one, other in combinations(rows, 2)
        if one["slot"] == other["slot"] and one["model"] != other["model"]
        if ((prints[one["sku"]] ^ prints[other["sku"]]) % 2**64).bit_count() <= MOST_BITS
    ]
    parts = _parts({sku for pair in suspects for sku in pair}, covers)

    alike = [
        (one, other)
        for one, other in suspects
        if all(parts[one][name] @ parts[other][name] >= LEAST_COSINES[name] for name in parts[one])
    ]

    assert suspects  # else nothing was looked at
    assert alike == []


def _parts(skus, covers):
    """The two unit vectors, of shape and of colour, of each cover."""
    encoder = load_encoder(find("visual"), device="cpu")
    ends = np.cumsum(list(encoder.card.parts.values()))[:-1]
    names = sorted(skus)
    seen = encoder.encode([covers[sku] for sku in names])
    vectors = [next(iter(features.embeddings.values())) for features in seen]
    return {
        sku: {
            name: part / np.linalg.norm(part)
            for name, part in zip(
                encoder.card.parts, np.split(np.asarray(vector), ends), strict=True
            )
        }
        for sku, vector in zip(names, vectors, strict=True)
    }
