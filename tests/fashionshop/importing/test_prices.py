"""Amounts as Europe writes them, decided once for a file."""

from decimal import Decimal

import pytest

from fashionshop.importing.prices import PriceFormat, UnclearPrice, currency_of
from fashionshop.importing.wording import BadValue


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("29.90", "29.90"),
        ("29,90", "29.90"),
        ("29", "29.00"),
        ("0,5", "0.50"),
        ("$0.5", "0.50"),
        ("0", "0.00"),
        ("€ 1.299,00", "1299.00"),
        ("1,299.00 EUR", "1299.00"),
        ("1.234.567", "1234567.00"),
        ("1.234.567,5", "1234567.50"),
        ("1 299,5", "1299.50"),
        ("1 299,00 €", "1299.00"),
        ("1\u202f299 kr", "1299.00"),
        ("1'299.00", "1299.00"),
        ("CHF 1’299.–", "1299.00"),
        ("Fr. 59.00", "59.00"),
        ("89,-", "89.00"),
        ("89,– €", "89.00"),
        ("59,00 zł", "59.00"),
        ("1 299 Kč", "1299.00"),
        ("49.900000", "49.90"),
        ("EUR29.90", "29.90"),
        ("0.999", "1.00"),
    ],
)
def test_a_price_that_can_be_read_one_way_needs_no_other(cell, amount):
    assert PriceFormat().amount(cell) == Decimal(amount)


@pytest.mark.parametrize(
    "cell",
    [
        *("free", "NaN", "1e9", "--5", "-0.01", "99999999999", ".", "\u0661"),
        *("29 39", "9,90,1", "29.90 - 39.90", "1.29.9", "12,34,567.00"),
    ],
)
def test_what_is_no_price_is_refused(cell):
    with pytest.raises(BadValue, match="The price"):
        PriceFormat().amount(cell)


@pytest.mark.parametrize("cell", ["1.299", "1,299", "€ 12.500", "-1.299"])
def test_a_price_that_can_be_read_two_ways_is_refused_where_nothing_decides(cell):
    with pytest.raises(UnclearPrice, match="may mean"):
        PriceFormat.of([cell, "29", ""]).amount(cell)


@pytest.mark.parametrize(
    ("others", "cell", "amount"),
    [
        (["349,90", "89,-"], "1.299", "1299"),
        (["349.90"], "1,299", "1299"),
        (["5,5"], "2.450 €", "2450"),
    ],
)
def test_the_other_prices_of_the_file_decide(others, cell, amount):
    assert PriceFormat.of([*others, cell]).amount(cell) == Decimal(amount)


def test_decimals_of_three_digits_are_refused_where_the_file_says_that_they_are_decimals():
    with pytest.raises(UnclearPrice):
        PriceFormat.of(["349.90"]).amount("1.299")


def test_a_file_that_writes_both_ways_decides_nothing():
    both = PriceFormat.of(["349.90", "349,90", "1.299"])

    assert both.amount("349,90") == both.amount("349.90") == Decimal("349.90")
    with pytest.raises(UnclearPrice):
        both.amount("1.299")


def test_an_empty_cell_states_no_price():
    assert PriceFormat().amount(" ") is None
    assert PriceFormat().amount(None) is None
    assert PriceFormat().amount("EUR") is None


@pytest.mark.parametrize(
    ("cell", "currency"),
    [("€ 5", "EUR"), ("5 CHF", "CHF"), ("5 zł", "PLN"), ("$5", "USD"), ("5", ""), ("5 Fr.", "CHF")],
)
def test_a_price_tells_its_currency(cell, currency):
    assert currency_of(cell) == currency
