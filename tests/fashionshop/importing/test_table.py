"""CSV files as people send them."""

import tracemalloc

import pytest

from fashionshop.importing.table import LINE_LIMIT_BYTES, Table, find_table


def cells(path):
    return [record.cells for record in Table(path).records()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_usual_encodings_are_read(table, encoding):
    path = table("a.csv", "sku,title", "1,Robe d’été", encoding=encoding)

    assert cells(path) == [{"sku": "1", "title": "Robe d’été"}]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_line_ends_and_delimiters_are_recognised(table, end, delimiter):
    path = table("a.csv", f"sku{delimiter}title", f"1{delimiter}Skirt", end=end)

    assert cells(path) == [{"sku": "1", "title": "Skirt"}]


def test_rows_are_numbered_as_a_spreadsheet_does(table):
    path = table("a.csv", "sku,title", '1,"two', 'lines"', "", "3,x")

    assert [record.number for record in Table(path).records()] == [2, 4]


def test_nul_characters_are_dropped(table):
    assert cells(table("a.csv", "sku,title", "1,Sk\0irt")) == [{"sku": "1", "title": "Skirt"}]


def test_a_short_row_lacks_its_last_cells(table):
    assert cells(table("a.csv", "sku,title", "1")) == [{"sku": "1"}]


def test_surplus_cells_are_kept_apart(table):
    record = next(iter(Table(table("a.csv", "sku,title", "1,Skirt,in,blue")).records()))

    assert record.surplus == ("in", "blue")


def test_an_endless_line_costs_one_row_and_no_memory(table):
    path = table("a.csv", "sku,title", "1,a", "2," + "x" * (20 * LINE_LIMIT_BYTES), "3,c")
    tracemalloc.start()

    records = list(Table(path).records())

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [bool(record.error) for record in records] == [False, True, False]
    assert records[-1].cells == {"sku": "3", "title": "c"}
    assert peak < 5 * LINE_LIMIT_BYTES


def test_a_quote_that_never_closes_does_not_end_the_import(table):
    lines = ["1,a", '2,"b', *(f"{n},{'x' * 100}" for n in range(3, 3000))]

    records = list(Table(table("a.csv", "sku,title", *lines)).records())

    assert records[0].cells == {"sku": "1", "title": "a"}
    assert next(record.error for record in records if record.error).startswith("The row cannot")
    assert records[-1].cells["sku"] == "2999"


def test_an_empty_file_has_no_columns(table, folder):
    (folder / "a.csv").touch()

    assert Table(folder / "a.csv").columns == ()
    assert cells(folder / "a.csv") == []


def test_the_length_is_the_number_of_lines_below_the_header(table):
    assert Table(table("a.csv", "sku", "1", "2", "3")).row_count() == 3


def test_the_usual_name_wins_among_several_tables(table, folder):
    table("archive.csv", "sku")
    products = table("Products.CSV", "sku")

    assert find_table(folder, usual_name="products.csv", columns={"sku"}).path == products


def test_a_table_without_the_columns_is_not_found(table, folder):
    table("products.csv", "name,price")

    assert find_table(folder, usual_name="products.csv", columns={"sku"}) is None


def test_a_picture_is_no_table(picture):
    assert find_table(picture("a.jpg"), usual_name="a", columns={"sku"}) is None
