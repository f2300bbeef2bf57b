"""Texts, stock, genders, seasons and sizes as catalogues spell them."""

import pytest

from fashionshop.importing import wording


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [
        *[("0", 0), (" 12 ", 12), ("7.0", 7), ("5.0000", 5), ("-2", -2), ("", None)],
        ("2147483647", 2_147_483_647),
    ],
)
def test_stock_is_a_whole_number(cell, pieces):
    assert wording.stock(cell) == pieces


@pytest.mark.parametrize("cell", ["1.5", "1,000", "lots", "2147483648", "-2147483648", "\u0663"])
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


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<p>Soft <strong>linen</strong>.</p><p>Light.</p>", "Soft linen. Light."),
        ("Fish &amp; chips &eacute;t&eacute;", "Fish & chips été"),
        ("&lt;p&gt;Soft&lt;/p&gt;", "Soft"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("one<br/>two<li>three", "one two three"),
        ("<style>p {color: red}</style><script>alert(1)</script>Dress<!-- x -->", "Dress"),
        ("Size < 40 & > 36", "Size < 40 & > 36"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_text_is_what_a_page_would_show(cell, shown):
    assert wording.text(cell, limit=99) == shown


@pytest.mark.parametrize(
    ("cell", "gender"),
    [
        *[("Womens", "WOMEN"), ("Women's", "WOMEN"), ("Women’s", "WOMEN"), ("Damen", "WOMEN")],
        *[("FEMME", "WOMEN"), ("Mujer", "WOMEN"), ("donna", "WOMEN"), ("adult female", "WOMEN")],
        *[("Men's", "MEN"), ("Herren", "MEN"), ("Hommes", "MEN"), ("adult male", "MEN")],
        *[("Unisex-Adult", "UNISEX"), ("Damen & Herren", "UNISEX"), ("Men/Women", "UNISEX")],
        *[("Kids", None), ("men and pets", None), ("adult", None), ("7", None)],
    ],
)
def test_a_gender_is_understood_or_left_open(cell, gender):
    assert wording.gender(cell) == gender


@pytest.mark.parametrize(
    ("cell", "season"),
    [
        *[
            ("SS24", "SUMMER"),
            ("S/S 2024", "SUMMER"),
            ("Printemps-Été", "SUMMER"),
            ("P/E", "SUMMER"),
        ],
        *[("Frühjahr/Sommer 24", "SUMMER"), ("FS24", "SUMMER"), ("PV 25", "SUMMER")],
        *[
            ("FW23", "WINTER"),
            ("Fall 2023", "WINTER"),
            ("Autumn-Winter", "WINTER"),
            ("AW24", "WINTER"),
        ],
        *[("H/W", "WINTER"), ("Automne Hiver", "WINTER"), ("AI24", "WINTER"), ("O/I", "WINTER")],
        *[("All year", "ALL_YEAR"), ("Spring, Winter", "ALL_YEAR"), ("ganzjährig", "ALL_YEAR")],
        *[("Toute l'année", "ALL_YEAR"), ("todo el año", "ALL_YEAR"), ("tutto l’anno", "ALL_YEAR")],
        *[("2024", None), ("Resort", None), ("Summer party", None)],
    ],
)
def test_a_season_is_understood_or_left_open(cell, season):
    assert wording.season(cell) == season


@pytest.mark.parametrize(
    ("cell", "sizes"),
    [
        *[("S M L", "S M L"), ("S, M, L", "S M L"), ("S|M", "S M"), ("38,5; 39", "38.5 39")],
        *[("EU 38, EU 39", "38 39"), ("UK 10,UK 12", "UK10 UK12"), ("One Size", "One size")],
        *[("Einheitsgröße", "One size"), ("S,S,M", "S M"), ("", None)],
    ],
)
def test_sizes_are_divided_by_blanks(cell, sizes):
    assert wording.sizes(cell) == sizes


@pytest.mark.parametrize("cell", ["S" * 121, ",".join(["OS", "XS" * 9, "L" * 60, "M" * 60])])
def test_sizes_fit_the_field_that_holds_them(cell):
    assert len(wording.sizes(cell)) <= 120


def test_a_size_is_cut_where_nobody_reads_on():
    assert len(wording.size("S" * 61)) == 60


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("in_stock", True),
        ("Auf Lager", True),
        ("1", True),
        ("Rupture de stock", False),
        ("0", False),
        ("7", None),
    ],
)
def test_what_is_available_is_understood_or_left_open(cell, answer):
    assert wording.is_available(cell) is answer


@pytest.mark.parametrize(
    ("cell", "answer"), [("TRUE", True), ("-1", False), ("draft", False), ("", None)]
)
def test_what_is_published_is_understood_or_left_open(cell, answer):
    assert wording.is_published(cell) is answer
