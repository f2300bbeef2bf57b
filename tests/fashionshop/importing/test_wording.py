"""Texts, stock, genders, seasons and sizes as catalogues spell them."""

import pytest

from fashionshop.importing import wording


@pytest.mark.parametrize(
    ("cell", "pieces"), [("0", 0), (" 12 ", 12), ("7.0", 7), ("5.0000", 5), ("-2", -2), ("", None)]
)
def test_stock_is_a_whole_number(cell, pieces):
    assert wording.stock(cell) == pieces


@pytest.mark.parametrize("cell", ["1.5", "1,000", "lots", "99999999999", "\u0663"])
def test_what_is_no_stock_is_refused(cell):
    with pytest.raises(wording.BadValue, match="The stock"):
        wording.stock(cell)


def test_an_empty_cell_states_nothing():
    assert wording.text("  ", limit=9) is None
    assert wording.gender("") is None
    assert wording.season(None) is None


def test_text_is_one_printable_line_of_limited_length():
    assert wording.text(" a\n\tb\u202e\x07 c ", limit=10) == "a b c"
    assert wording.text("x" * 300, limit=200) == "x" * 200


@pytest.mark.parametrize(("cell", "gender"), [("Female", "WOMEN"), ("men", "MEN"), ("?", None)])
def test_genders_have_many_names(cell, gender):
    assert wording.gender(cell) == gender


@pytest.mark.parametrize(
    ("cell", "season"), [("Fall", "WINTER"), ("Spring/Summer", "SUMMER"), ("All year", "ALL_YEAR")]
)
def test_seasons_have_many_names(cell, season):
    assert wording.season(cell) == season
