"""CSV files as people send them."""

import tracemalloc

import pytest

from fashionshop.importing.lines import LINE_LIMIT_BYTES
from fashionshop.importing.table import Table, find_table


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


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_names_the_delimiter_is_no_header(table, line):
    path = table("a.csv", line, "sku;title, short", "1;a,b")

    assert cells(path) == [{"sku": "1", "title, short": "a,b"}]


def test_bars_may_divide_and_blank_lines_may_come_first(table):
    assert cells(table("a.csv", "", "sku|title", "1|Skirt")) == [{"sku": "1", "title": "Skirt"}]


def test_delimiters_in_a_quoted_name_of_the_header_do_not_count(table):
    path = table("a.csv", 'sku;"one, two, three, four"', "1;x")

    assert cells(path) == [{"sku": "1", "one, two, three, four": "x"}]


def test_columns_of_one_name_are_told_apart(table):
    path = table("a.csv", "sku,Image,image,image", "1,a,b,c")

    assert cells(path) == [{"sku": "1", "image": "a", "image 2": "b", "image 3": "c"}]


HEADER = "sku,title,price,image"


@pytest.mark.parametrize(
    "between",
    [
        ["3,Plain,5,c.jpg", '4,10" heel,5,d.jpg'],  # the next quote stands in a word
        ["3,Plain,5,c.jpg", '4,heel 10",5,d.jpg'],  # the next quote ends a cell
        ["3,Plain,5,c.jpg", '4,"a, b",5,d.jpg'],  # the next quote opens a cell
        ["3,Plain,5,c.jpg", "4,Plain,5,d.jpg"],  # no quote comes
    ],
)
def test_an_unclosed_quote_costs_its_own_row_alone(table, between):
    path = table("a.csv", HEADER, "1,a,5,a.jpg", '2,"Kate dress,5,b.jpg', *between, "5,e,5,e.jpg")

    records = list(Table(path).records())

    assert [record.cells["sku"] for record in records] == ["1", "2", "3", "4", "5"]
    assert [record.number for record in records if record.error] == [3]
    assert "quotation mark" in records[1].error
    assert [record.cells["image"] for record in records[2:]] == ["c.jpg", "d.jpg", "e.jpg"]


def test_an_unclosed_quote_in_the_last_row_is_named(table):
    (record,) = Table(table("a.csv", HEADER, '1,"Kate dress,5,a.jpg')).records()

    assert (record.cells["sku"], "quotation mark" in record.error) == ("1", True)


def test_a_text_of_several_lines_stays_one_cell(table):
    text = "Soft, warm, red, long\nand, yes, very, cheap\n\nend"

    (record,) = Table(table("a.csv", HEADER, f'1,"{text}",5,a.jpg')).records()

    assert (record.error, record.cells["title"]) == ("", text)
