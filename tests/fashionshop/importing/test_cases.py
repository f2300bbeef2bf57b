"""Catalogues that went wrong once, where they are at hand: each comes out right."""

from pathlib import Path

import pytest
from PIL import Image

from fashionshop.models import Product

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases" / "catalogues"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not on this machine"),
]


@pytest.fixture
def case(command):
    """Import a case; returns what was printed and its products by sku."""

    def run(name):
        out, err = command(CASES / name)
        return out + err, {product.sku: product for product in Product.objects.for_cards()}

    return run


def test_an_export_of_shopify(case):
    _said, found = case("01-shopify-export")

    assert [(p.sizes, p.stock, p.pictures.count()) for p in found.values()] == [
        ("", 7, 1),
        ("S M L", 4, 2),
    ]


def test_several_pictures_in_a_cell(case):
    _said, found = case("03-several-pictures-in-a-cell")

    assert {sku: product.pictures.count() for sku, product in found.items()} == {
        **dict.fromkeys(("C3-A", "C3-B", "C3-C", "C3-D"), 2),
        "C3-E": 1,
    }


def test_prices_with_a_thousands_dot(case):
    _said, found = case("04-price-thousands-dot")

    prices = [int(found[f"P4-{number}"].price * 100) for number in range(1, 7)]
    assert prices == [129900, 34990, 245000, 129900, 8900, 5900]


def test_more_sold_than_there_was(case):
    case("05-oversold-stock/before")
    said, found = case("05-oversold-stock/after")

    assert found["N5-1"].stock == 0
    assert "more was sold" in said


@pytest.mark.parametrize("first", ["sku-first", "title-first"])
def test_unicode_text_of_excel(case, first):
    _said, found = case(f"06-excel-unicode-text/{first}")

    assert {product.title for product in found.values()} == {"Łódź dress – été", "Žluté šaty"}


def test_accents_of_a_mac(case):
    assert len(case("09-mac-accents")[1]) == 2


def test_categories_of_google(case):
    _said, found = case("12-google-product-category")

    slots = [found[f"G12-{number}"].category.slot for number in range(1, 10)]
    assert slots == [
        *("TOP", "BOTTOM", "OUTERWEAR", "DRESS", "SHOES", "BAG", "JEWELLERY", "BOTTOM", "DRESS")
    ]


def test_photos_of_a_wide_gamut(case):
    _said, found = case("13-wide-gamut-photos")

    def colour(sku):
        with Image.open(found[sku].cover.file.path) as image:
            return image.getpixel((image.width // 2, image.height // 2))

    assert colour("I13-1") == pytest.approx((201, 30, 46), abs=5)
    assert colour("I13-3") == pytest.approx((201, 30, 46), abs=5)


def test_pictures_of_all_kinds(case):
    said, found = case("14-avif-gif-jfif-tiff")
    assert set(found) == {"F14-1", "F14-2", "F14-4"}
    assert said.count("This is not a picture we can read") == 3

    said, found = case("14-avif-gif-jfif-tiff-folders")
    assert {sku for sku in found if sku.startswith("dress")} == {
        "dress14-a",
        "dress14-d",
        "dress14-z",
    }
    assert all(f"dress14/{name}." in said for name in ("c.gif", "e.tif", "f.bmp"))


def test_a_quote_that_nobody_closed(case):
    said, found = case("17-inch-mark-unclosed-quote")

    assert set(found) == {f"K17-{number}" for number in (1, 3, 4, 5, 6)}
    assert "Row 3, K17-2, left out: A quotation mark" in said


def test_skus_that_a_spreadsheet_took_for_numbers(case):
    said, found = case("18-excel-turned-skus-into-numbers")

    assert found == {}
    assert said.count("was spoilt by a spreadsheet") == 3


def test_categories_of_four_languages(case):
    _said, found = case("19-categories-not-in-english")

    slots = [found[f"L19-{number}"].category.slot for number in range(1, 17)]
    assert slots == [
        *("DRESS", "BOTTOM", "SHOES", "BAG", "DRESS", "SHOES", "BOTTOM", "BAG"),
        *("DRESS", "BOTTOM", "SHOES", "DRESS", "SHOES", "OUTERWEAR", "JEWELLERY", "TOP"),
    ]


def test_words_for_genders_and_seasons(case):
    _said, found = case("20-gender-and-season-words")

    assert [found[f"V20-{number}"].gender for number in range(1, 7)] == ["MEN"] * 5 + ["UNISEX"]
    assert [found[f"V20-{number}"].season for number in range(1, 7)] == [
        *("SUMMER", "WINTER", "WINTER", "WINTER", "SUMMER", "WINTER")
    ]


def test_exif_that_is_damaged(case):
    assert len(case("21-damaged-exif")[1]) == 100
