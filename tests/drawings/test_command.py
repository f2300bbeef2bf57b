import csv
from hashlib import sha256

import pytest
from PIL import Image

from drawings.__main__ import LOOK_COLUMNS, PRODUCT_COLUMNS, generate, main

SMALL = {"products": 24, "looks_count": 5, "width": 90}


def fingerprints(folder) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def rows(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    generate(folder, seed=7, jobs=1, **SMALL)
    return folder


def test_the_same_seed_gives_the_same_bytes_whatever_the_number_of_jobs(shop, tmp_path):
    generate(tmp_path, seed=7, jobs=2, **SMALL)

    assert fingerprints(tmp_path) == fingerprints(shop)


def test_another_seed_gives_another_shop(shop, tmp_path):
    generate(tmp_path, seed=8, jobs=1, **SMALL)

    assert (tmp_path / "products.csv").read_bytes() != (shop / "products.csv").read_bytes()


def test_the_tables_have_the_documented_columns(shop):
    assert tuple(rows(shop / "products.csv")[0]) == PRODUCT_COLUMNS
    assert tuple(rows(shop / "looks.csv")[0]) == LOOK_COLUMNS


def test_every_picture_named_exists_and_every_file_is_named(shop):
    table = rows(shop / "products.csv")
    named = {row[column] for row in table for column in ("image1", "image2")} - {""}

    assert {f"images/{path.name}" for path in (shop / "images").iterdir()} == named
    assert any(row["image2"] for row in table)


def test_pictures_are_upright_three_to_four(shop):
    for path in (shop / "images").iterdir():
        with Image.open(path) as image:
            assert image.size == (90, 120)


def test_looks_name_only_products_that_exist(shop):
    known = {row["sku"] for row in rows(shop / "products.csv")}

    assert {row["sku"] for row in rows(shop / "looks.csv")} <= known


def test_prices_and_stock_are_numbers_a_shop_can_read(shop):
    for row in rows(shop / "products.csv"):
        assert float(row["price"]) > 0
        assert row["price"][-3] == "."
        assert int(row["stock"]) >= 0
        assert row["sizes"]


def test_the_command_says_what_it_made(tmp_path, capsys):
    main([str(tmp_path), "--products", "8", "--looks", "1", "--jobs", "1", "--width", "60"])

    assert "8 products" in capsys.readouterr().err
