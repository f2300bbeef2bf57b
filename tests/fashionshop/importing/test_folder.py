"""Pictures are found in the catalogue's folder, and nowhere else."""

import pytest

from fashionshop.importing.folder import Folder, NoPicture


def test_a_name_is_relative_to_the_folder_or_to_its_images(folder, picture):
    first, second = picture("a.jpg"), picture("images/b.jpg")

    assert Folder(folder).find("a.jpg") == first
    assert Folder(folder).find("b.jpg") == second
    assert Folder(folder).find("images/b.jpg") == second


@pytest.mark.parametrize(
    "name", ["images/summer/a.jpg", "IMAGES/Summer/A.JPG", r"Images\summer\a.Jpg"]
)
def test_capital_and_small_letters_count_as_one(folder, picture, name):
    path = picture("Images/summer/A.jpg")

    assert Folder(folder).find(name).samefile(path)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg",
        "images/../../secret.jpg",
        r"..\secret.jpg",
        "/etc/passwd",
        r"C:\secret.jpg",
        r"\\server\secret.jpg",
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(folder, picture, name):
    (folder.parent / "secret.jpg").write_bytes(b"")
    picture("images/a.jpg")

    with pytest.raises(NoPicture, match="lies outside the catalogue's folder"):
        Folder(folder).find(name)


def test_a_link_that_leads_out_of_the_folder_is_refused(folder):
    (folder.parent / "secret.jpg").write_bytes(b"")
    (folder / "a.jpg").symlink_to(folder.parent / "secret.jpg")

    with pytest.raises(NoPicture, match="is a link that leads out"):
        Folder(folder).find("a.jpg")


def test_an_address_is_not_fetched(folder):
    with pytest.raises(NoPicture, match="is an address"):
        Folder(folder).find("https://example.org/a.jpg")


@pytest.mark.parametrize("name", ["nowhere.jpg", "images", ".", "a" * 4096, "a\0.jpg"])
def test_what_is_not_a_file_is_missing(folder, picture, name):
    picture("images/a.jpg")

    with pytest.raises(NoPicture, match="is not in the catalogue's folder"):
        Folder(folder).find(name)
