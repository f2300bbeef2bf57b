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


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ("robe-e\u0301te\u0301.jpg", "robe-été.jpg"),
        ("kleid-grün.jpg", "KLEID-GRU\u0308N.JPG"),
        ("Straße.jpg", "strasse.jpg"),
        ("my dress.jpg", "my%20dress.jpg"),
        ("été.jpg", "%C3%A9t%C3%A9.jpg"),
        ("a.jpg", "a.jpg?v=1699999999&width=800"),
        ("images/a.jpg", "/images/a.jpg"),
        ("a.jpg", "/l/i/a.jpg"),
        ("a.jpg", "https://cdn.example/files/2024/a.jpg?v=3"),
        ("my dress.jpg", "//cdn.example/my%20dress.jpg"),
        ("uploads/a.jpg", "https://shop.example/uploads/a.jpg"),
    ],
)
def test_a_picture_is_found_by_the_names_that_programs_give_it(folder, picture, stored, name):
    path = picture(stored)

    assert Folder(folder).find(name).samefile(path)


@pytest.mark.parametrize("name", ["100%.jpg", "what?.jpg", "50%25off.jpg", "a#1.jpg"])
def test_signs_of_addresses_may_stand_in_a_name(folder, picture, name):
    path = picture(name)

    assert Folder(folder).find(name) == path


@pytest.mark.parametrize(
    "name", ["%2e%2e/secret.jpg", "..%2Fsecret.jpg", "https://x/../../secret.jpg"]
)
def test_no_spelling_of_a_name_leads_out_of_the_folder(folder, name):
    (folder.parent / "secret.jpg").write_bytes(b"")

    with pytest.raises(NoPicture, match="lies outside"):
        Folder(folder).find(name)
