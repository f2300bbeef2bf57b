"""Encodings and line ends that spreadsheet programs write."""

import codecs

import pytest

from fashionshop.importing.lines import encoding_of
from fashionshop.importing.table import Table

WORDS = ["sku;title", "1;Robe d’été – façon", "2;Größe Müller, heiß", "3;Año, mañana"]


def titles(path):
    return [record.cells["title"] for record in Table(path).records()]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "utf-16", "utf-16-be", "utf-32"]
)
def test_a_table_of_any_program_is_read(table, encoding, end):
    path = table("a.csv", *WORDS, encoding=encoding, end=end)

    assert titles(path) == [line.partition(";")[2] for line in WORDS[1:]]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, b""])
def test_excels_unicode_text_is_divided_by_tabs(folder, mark):
    text = "title\tsku\r\nŻółty płaszcz\tU1\r\n"
    (folder / "a.csv").write_bytes(mark + text.encode("utf-16-le"))

    assert titles(folder / "a.csv") == ["Żółty płaszcz"]


def test_polish_and_czech_of_windows_are_read(table):
    words = ["1;Żółty płaszcz", "2;Žluté šaty, dětské"]

    assert titles(table("a.csv", "sku;title", *words, encoding="cp1250")) == [
        word.partition(";")[2] for word in words
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "word", ["Größe", "Sacs à main", "Señora", "été", "Jupe plissée", "perché"]
)
def test_one_word_is_enough_to_tell_windows_from_an_old_mac(table, word, encoding):
    assert titles(table("a.csv", "sku;title", f"1;{word}", encoding=encoding)) == [word]


def test_one_line_in_another_encoding_does_not_change_the_others(folder):
    lines = [b"sku;title", "1;Été".encode(), "2;Été".encode("cp1252"), "3;Été".encode()]
    (folder / "a.csv").write_bytes(b"\n".join(lines))

    assert titles(folder / "a.csv") == ["Été"] * 3


def test_plain_ascii_is_utf8(table):
    assert encoding_of(table("a.csv", "sku")) == "utf-8"
