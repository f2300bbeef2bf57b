"""What a folder holds and was not read is told."""

import pytest

from fashionshop.importing.unread import sentence, unread_files


def test_files_are_told_by_what_they_are(folder, picture):
    read = picture("images/a.jpg")
    for name in (
        "b.jpg",
        "c.gif",
        "D.TIF",
        "images/e.tif",
        "notes",
        "p.csv",
        ".hidden",
        "Thumbs.db",
    ):
        (folder / name).touch()

    assert unread_files(folder, {read}) == {
        "named by no row": ["b.jpg"],
        "of a kind that is not read (.gif)": ["c.gif"],
        "of a kind that is not read (.tif)": ["D.TIF", "images/e.tif"],
        "of a kind that is not read (no suffix)": ["notes"],
    }


def test_many_files_are_named_by_a_few():
    names = [f"{number}.gif" for number in range(1200)]

    assert (
        sentence("why", names) == "Not read, why: 0.gif, 1.gif, 2.gif, 3.gif, 4.gif and 1,195 more."
    )


def test_a_few_files_are_all_named():
    assert sentence("why", list("abcde")) == "Not read, why: a, b, c, d, e."


@pytest.mark.django_db
def test_an_import_tells_what_it_passed_over(folder, picture, table, command):
    for name in ("a.jpg", "b.jpg"):
        picture(name)
    (folder / "c.gif").touch()
    table("products.csv", "sku,image", "s,a.jpg", "t,c.gif")

    out, err = command(folder)

    assert "Not read, named by no row: b.jpg." in out
    assert "c.gif: The file is empty." in err
    assert "Not read" not in command(folder, "--limit", 1)[0]


@pytest.mark.django_db
def test_class_folders_tell_what_they_passed_over(folder, picture, command):
    picture("hat/a.jpg")
    picture("hat/b.jfif", "navy")
    (folder / "hat" / "c.bmp").touch()

    out, _err = command(folder)

    assert "Products (folders): 2 new" in out
    assert "Not read, of a kind that is not read (.bmp): hat/c.bmp." in out
