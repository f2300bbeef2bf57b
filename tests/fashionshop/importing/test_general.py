"""The general CSV: what its columns become."""

from decimal import Decimal

import pytest

from fashionshop.importing.general import GeneralTable
from fashionshop.importing.rows import LookRow
from fashionshop.models import Category, Product

FULL = (
    "sku,model,title,description,category,slot,gender,season,colour,price,stock,sizes,image1,image2"
)


@pytest.fixture
def row(picture, table, folder):
    """The one row of a table with this header and line."""

    def read(header, line):
        picture("a.jpg")
        picture("b.jpg", "navy")
        return next(iter(GeneralTable(table("products.csv", header, line)).rows()))

    return read


def test_every_column_finds_its_place(row, folder):
    line = (
        'S1,M1,Linen shirt,"Cool, light",Shirts,TOP,Men,Autumn/Winter,navy,79.90,3,S M,a.jpg,b.jpg'
    )

    read = row(FULL, line)

    assert (read.number, read.sku, read.design, read.title) == (2, "S1", "M1", "Linen shirt")
    assert (read.description, read.category, read.slot) == ("Cool, light", "Shirts", "TOP")
    assert (read.gender, read.season, read.colour) == ("MEN", "WINTER", "navy")
    assert (read.price, read.stock, read.sizes) == (Decimal("79.90"), 3, "S M")
    assert [path.name for path in read.pictures] == ["a.jpg", "b.jpg"]


def test_what_is_not_stated_is_none(row):
    read = row("sku,image1", "S1,a.jpg")

    assert (read.title, read.price, read.stock, read.category, read.gender) == (None,) * 5


def test_pictures_come_in_the_order_of_their_numbers(row):
    read = row("image2,sku,image1", "b.jpg,S1,a.jpg")

    assert [path.name for path in read.pictures] == ["a.jpg", "b.jpg"]


def test_the_header_may_be_in_capitals(row):
    assert row("SKU,Title,Image1", "S1,Skirt,a.jpg").title == "Skirt"


def test_a_semicolon_may_divide_the_columns(row):
    assert row("sku;price;image1", "S1;29,90;a.jpg").price == Decimal("29.90")


def test_a_category_says_its_slot_when_no_column_does(row):
    assert row("sku,category,image1", "S1,Ankle boots,a.jpg").slot == "SHOES"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",9.90,1,a.jpg", "The row has no sku."),
        ("S1,cheap,1,a.jpg", "The price 'cheap' is not a number."),
        ("S1,-1,1,a.jpg", "The price '-1' is not between 0 and 10,000,000."),
        ("S1,9.90,many,a.jpg", "The stock 'many' is not a whole number from 0."),
        (f"{'x' * 65},9.90,1,a.jpg", "The sku is longer than 64 characters."),
        ("S1,9,90,1,a.jpg", "The row has more cells than there are columns. Are quotes missing?"),
    ],
)
def test_a_row_that_cannot_be_a_product_says_why(row, line, reason):
    fault = row("sku,price,stock,image1", line)

    assert (fault.number, fault.reason) == (2, reason)


def test_a_missing_picture_is_a_problem_of_its_row_alone(row):
    read = row("sku,image1,image2", "S1,a.jpg,nowhere.jpg")

    assert len(read.pictures) == 1
    assert read.problems == ("The picture 'nowhere.jpg' is not in the catalogue's folder.",)


def test_looks_are_gathered_from_lines_in_any_order(table):
    products = table("products.csv", "sku,image1")
    table("looks.csv", "look,title,sku", "L1,Picnic,a", "L2,Office,b", "L1,,c", "L1,,c")

    looks = list(GeneralTable(products).looks())

    assert looks == [
        LookRow(name="L1", title="Picnic", skus=("a", "c")),
        LookRow(name="L2", title="Office", skus=("b",)),
    ]


def test_a_catalogue_without_looks_has_none(table):
    assert list(GeneralTable(table("products.csv", "sku,image1")).looks()) == []


@pytest.mark.django_db
def test_a_new_product_without_title_price_and_stock_is_still_for_sale(picture, table, imported):
    picture("a.jpg")

    imported(table("products.csv", "sku,image1", "S1,a.jpg"))

    product = Product.objects.get()
    assert (product.title, product.price, product.stock) == ("S1", 0, 1)
    assert product.category == Category.objects.get(name="Other")
