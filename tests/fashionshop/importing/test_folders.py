"""Catalogues without any table: folders of pictures."""

import pytest

from fashionshop.importing.class_folders import ClassFolders, class_name, sku_of
from fashionshop.importing.class_set_folders import ClassSetFolders
from fashionshop.importing.rows import LookRow
from fashionshop.importing.set_folders import SetFolders


@pytest.fixture
def pictures(folder, picture):
    """Save several pictures; returns their folder."""

    def save(*names):
        for name in names:
            picture(name)
        return folder

    return save


def summary(reader):
    return [(row.number, row.sku, row.category, row.slot) for row in reader.rows()]


def test_a_folder_names_the_class_of_its_pictures(pictures):
    reader = ClassFolders(pictures("t-shirt/a.jpg", "ankle_boots/b.png", "ankle_boots/c.jpg"))

    assert reader.row_count() == 3
    assert summary(reader) == [
        (1, "ankle_boots-b", "Ankle boots", "SHOES"),
        (2, "ankle_boots-c", "Ankle boots", "SHOES"),
        (3, "t-shirt-a", "T-shirt", "TOP"),
    ]


def test_classes_may_lie_below_train_and_validation(pictures):
    reader = ClassFolders(pictures("train/hat/a.jpg", "validation/hat/a.jpg"))

    assert summary(reader) == [
        (1, "train-hat-a", "Hat", "ACCESSORY"),
        (2, "validation-hat-a", "Hat", "ACCESSORY"),
    ]


def test_other_files_and_hidden_ones_are_passed_over(pictures, folder):
    pictures("hat/a.jpg", "hat/._a.jpg", ".thumbs/b.jpg")
    (folder / "hat" / "notes.txt").write_text("x")

    assert [row.sku for row in ClassFolders(folder).rows()] == ["hat-a"]


def test_products_of_one_class_have_different_titles(pictures):
    rows = ClassFolders(pictures("hat/a.jpg", "hat/b.jpg")).rows()

    assert len({row.if_new["title"] for row in rows}) == 2


def test_a_long_name_still_makes_a_sku_of_its_own(folder):
    long = "hat/" + "x" * 90

    first, second = sku_of(folder / f"{long}1.jpg"), sku_of(folder / f"{long}2.jpg")

    assert len(first) == len(second) == 64
    assert first != second


def test_a_class_without_a_printable_name_is_other():
    assert class_name("\u202e") == "Other"


def test_a_folder_of_a_set_is_a_look(pictures):
    reader = SetFolders(pictures("images/12/3.jpg", "images/12/7.jpg", "images/9/3.jpg"))

    assert summary(reader)[0] == (1, "12-3", "Class 3", "")
    assert list(reader.looks()) == [
        LookRow(name="12", title="Set 12", skus=("12-3", "12-7")),
        LookRow(name="9", title="Set 9", skus=("9-3",)),
    ]


def test_a_table_may_name_the_classes_of_sets(pictures, table):
    reader = SetFolders(pictures("images/12/3.jpg"))
    table("classes.csv", "class,name", "3,ankle boots")

    assert summary(reader) == [(1, "12-3", "Ankle boots", "SHOES")]


def test_a_class_may_be_named_instead_of_numbered(pictures):
    assert summary(SetFolders(pictures("images/12/shoes.jpg"))) == [
        (1, "12-shoes", "Shoes", "SHOES")
    ]


def test_a_set_id_before_the_underscore_makes_looks_over_all_classes(pictures):
    reader = ClassSetFolders(pictures("skirt/12_3.jpg", "shoes/12_5.jpg", "shoes/13_5.jpg"))

    assert summary(reader)[0] == (1, "shoes-12_5", "Shoes", "SHOES")
    assert list(reader.looks()) == [
        LookRow(name="12", title="Set 12", skus=("shoes-12_5", "skirt-12_3")),
        LookRow(name="13", title="Set 13", skus=("shoes-13_5",)),
    ]


def test_a_picture_without_a_set_id_is_a_fault_when_sets_were_asked_for(pictures):
    fault, row = ClassSetFolders(pictures("shoes/plain.jpg", "skirt/12_3.jpg")).rows()

    assert fault.reason == "The name 'plain.jpg' is not <set-id>_<class-id>."
    assert row.sku == "skirt-12_3"
