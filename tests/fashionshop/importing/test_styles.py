"""styles.csv with its ten columns."""

import pytest

from fashionshop.importing.styles import UNQUOTED, StylesTable

HEADER = (
    "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,"
    "productDisplayName"
)
SHIRT = "{id},Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011,Casual,{title}"


@pytest.fixture
def row(table, picture):
    def read(line):
        picture("images/15970.jpg")
        return next(iter(StylesTable(table("styles.csv", HEADER, line)).rows()))

    return read


def test_the_columns_become_a_product(row):
    read = row(SHIRT.format(id=15970, title="Turtle Check Shirt"))

    assert (read.sku, read.title, read.category) == ("15970", "Turtle Check Shirt", "Shirts")
    assert (read.slot, read.colour) == ("TOP", "Navy Blue")
    assert (read.gender, read.season) == ("MEN", "WINTER")
    assert [path.name for path in read.pictures] == ["15970.jpg"]
    assert read.problems == ()


def test_texts_are_cut_to_what_a_product_holds(row):
    read = row(f"15970,Men,Apparel,Topwear,{'k' * 99},{'c' * 99},Fall,2011,Casual,{'t' * 300}")

    assert (len(read.category), len(read.colour), len(read.title)) == (80, 60, 200)


def test_a_title_with_unquoted_commas_is_put_together_and_reported(row):
    read = row(SHIRT.format(id=15970, title="Puma Tee, Blue, Large"))

    assert read.title == "Puma Tee, Blue, Large"
    assert read.problems == (UNQUOTED,)


def test_a_row_cut_short_is_still_a_product(row):
    read = row("15970,Men,Apparel,Topwear,Shirts")

    assert (read.title, read.colour, read.season) == (None, None, None)
    assert read.if_new["title"] == "Shirts"


def test_a_missing_picture_is_named(row):
    read = row(SHIRT.format(id=39403, title="No picture of this one"))

    assert read.pictures == ()
    assert read.problems == ("The picture 'images/39403.jpg' is not in the catalogue's folder.",)


def test_an_id_cannot_lead_out_of_the_folder(row):
    read = row(SHIRT.format(id="../../secret", title="x"))

    assert read.pictures == ()
    assert "lies outside the catalogue's folder" in read.problems[0]


def test_this_kind_of_catalogue_has_no_looks(row, folder):
    row(SHIRT.format(id=15970, title="x"))

    assert list(StylesTable(folder).looks()) == []
