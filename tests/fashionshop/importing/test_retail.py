"""The retailer's export."""

from decimal import Decimal

import pytest

from fashionshop.importing.retail import RetailTable
from fashionshop.importing.rows import Fault, LookRow

HEADER = (
    "cod_modelo_color,cod_color_code,des_color_specification_esp,des_agrup_color_eng,des_sex,"
    "des_age,des_line,des_fabric,des_product_category,des_product_aggregated_family,"
    "des_product_family,des_product_type,des_filename"
)
BLOUSE = "{key},99,{colour},GREY,Female,Adult,SHE,P,Tops,Shirts,Shirt,Blouse,images/{key}.jpg"


@pytest.fixture
def rows(table, picture):
    """The rows of an export of blouses, given as (key, colour)."""

    def read(*blouses):
        lines = [BLOUSE.format(key=key, colour=colour) for key, colour in blouses]
        for key, _colour in blouses:
            picture(f"images/{key}.jpg")
        return list(RetailTable(table("product_data.csv", HEADER, *lines)).rows())

    return read


def test_the_attributes_become_a_product(rows):
    (row,) = rows(("41085800-99", "NEGRO"))

    assert (row.sku, row.design, row.category) == ("41085800-99", "41085800", "Blouse")
    assert (row.slot, row.colour, row.gender) == ("TOP", "Black", "WOMEN")
    assert row.if_new["title"] == "Blouse in black"
    assert [path.name for path in row.pictures] == ["41085800-99.jpg"]


def test_a_colour_without_a_name_of_its_own_takes_its_group(rows):
    assert rows(("1-02", "GRIS RARO"))[0].colour == "Grey"


def test_colours_of_one_design_cost_the_same(rows):
    black, white, other = rows(("1-99", "NEGRO"), ("1-01", "OFFWHITE"), ("2-99", "NEGRO"))

    assert black.if_new["price"] == white.if_new["price"]
    assert black.design == white.design != other.design


def test_invented_prices_are_plausible_and_always_the_same(rows):
    keys = [(f"{number}-99", "NEGRO") for number in range(60)]

    first, second = rows(*keys), rows(*keys)

    prices = [row.if_new["price"] for row in first]
    assert prices == [row.if_new["price"] for row in second]
    assert Decimal(20) < min(prices) < max(prices) < Decimal(61)
    assert {str(price)[-3:] for price in prices} == {".99"}


def test_a_few_products_are_sold_out(rows):
    stocks = [row.if_new["stock"] for row in rows(*((f"{n}-99", "NEGRO") for n in range(200)))]

    assert 2 <= stocks.count(0) <= 20
    assert max(stocks) < 25


def test_a_row_without_a_key_is_a_fault(rows):
    assert rows(("", "NEGRO")) == [Fault(number=2, sku="", reason="The row has no sku.")]


def test_looks_come_from_all_files_of_outfits(table):
    products = table("product_data.csv", HEADER)
    table("outfits_test.csv", "cod_outfit,cod_modelo_color", "7,1-99", "7,2-99")
    table("outfits_train.csv", "cod_outfit,cod_modelo_color", "8,3-99", "8,1-99")

    assert list(RetailTable(products).looks()) == [
        LookRow(name="7", title="", skus=("1-99", "2-99")),
        LookRow(name="8", title="", skus=("3-99", "1-99")),
    ]
