"""Three data sets of one web site: their quirks are survived and told."""

import pytest

from tests.workers import polyvore_sets as made
from tests.workers.conftest import formats_of
from workers import datasets
from workers.datasets import UnknownFormatError, maryland, polyvore, repolyvore
from workers.datasets.collection import MissingPictureError


def files(folder, *names):
    for name in names:
        made.save(folder / name)
    return folder


def test_sets_are_looks_of_their_part(tmp_path):
    looks = polyvore.read(made.polyvore(tmp_path)).looks

    assert looks == {"train/10": ("11", "12"), "valid/20": ("21", "22"), "test/30": ("31", "32")}


def test_categories_survive_their_quirks(tmp_path):
    items = {item.key: item for item in polyvore.read(made.polyvore(tmp_path)).items}

    kinds = {key: (item.label, item.family, item.slot) for key, item in items.items()}
    assert kinds["12"] == ("necklace", "jewellery", "JEWELLERY")
    assert kinds["21"] == ("shirt", "tops", "TOP")
    assert kinds["32"] == ("lingerie top", "", "TOP")


def test_metadata_tells_more_than_the_table(tmp_path):
    metadata = '{"11": {"semantic_category": "scarves", "category_id": "62"}}'
    (made.polyvore(tmp_path) / "polyvore_item_metadata.json").write_text(metadata)

    item = polyvore.read(tmp_path).items[0]

    assert (item.label, item.family, item.slot) == ("necklace", "scarves", "ACCESSORY")


def test_without_any_picture_the_structure_is_read(tmp_path):
    collection = polyvore.read(made.polyvore(tmp_path))

    assert "6 items without pictures: structure alone" in collection.report()
    assert len(collection.fingerprint()) == 64
    with pytest.raises(MissingPictureError, match="came without them"):
        collection.items[0].open()


def test_items_without_picture_among_others_are_left_out_and_counted(tmp_path):
    collection = polyvore.read(made.polyvore(tmp_path, pictures=["11", "12", "21"]))

    assert [item.key for item in collection.items] == ["11", "12", "21"]
    assert collection.looks == {"train/10": ("11", "12")}
    assert "skipped 3: picture missing" in collection.report()
    assert "skipped 2: fewer than two items" in collection.report()


def test_pictures_lie_beside_the_versions(tmp_path):
    made.polyvore(tmp_path / "disjoint")
    files(tmp_path, "images/11.jpg", "images/12.jpg")

    collection = datasets.read(tmp_path)

    assert collection.name == f"{tmp_path.name}-disjoint"
    assert len(collection.items) == 2


def test_two_versions_ask_for_one(tmp_path):
    made.polyvore(tmp_path / "disjoint")
    made.polyvore(tmp_path / "nondisjoint")

    with pytest.raises(UnknownFormatError, match=r"name .*/disjoint or .*/nondisjoint"):
        datasets.read(tmp_path)


def test_maryland_s_places_are_items_with_named_categories(tmp_path):
    collection = maryland.read(made.maryland(tmp_path, pictures=["10_1", "10_4", "30_1"]))

    assert [(item.key, item.label, item.slot) for item in collection.items] == [
        ("10_1", "Dresses", "DRESS"),
        ("10_4", "Necklaces", "JEWELLERY"),
        ("30_1", "Dresses", "DRESS"),
    ]
    assert collection.looks == {"train/10": ("10_1", "10_4")}
    assert "skipped 3: picture missing" in collection.report()


def test_re_polyvore_by_category_finds_its_outfits_again(tmp_path):
    names = ["top/100_1.jpg", "shoes/100_3.jpg", "bag/7.jpg", "top/200_1 - Copy.jpg"]
    root = files(tmp_path / "Re-PolyVore" / "Re-PolyVore", *names)
    (root / "top" / "desktop.ini").write_text("")

    collection = datasets.read(tmp_path)

    assert collection.looks == {"100": ("shoes/100_3", "top/100_1")}
    assert [skip.reason for skip in collection.skipped] == [
        "copy of another picture",
        "not a picture (.ini)",
        "picture of no outfit, kept without a look",
    ]


def test_re_polyvore_by_outfit_finds_its_categories_again(tmp_path):
    folder = files(tmp_path, "100/top.jpg", "100/Shoes_2.jpg", "200/hairwear.jpg", "200/x.jpg")

    collection = datasets.read(folder)

    assert [(item.label, item.slot) for item in collection.items] == [
        ("shoes", "SHOES"),
        ("top", "TOP"),
        ("hairwear", "ACCESSORY"),
    ]
    assert collection.looks == {"100": ("100/Shoes_2", "100/top")}
    assert "skipped 1: name tells no category" in collection.report()


def test_class_folders_are_not_taken_for_outfits(tmp_path):
    files(tmp_path, "top/a.jpg", "shoes/b.jpg", "shoes/12.jpg")

    assert not repolyvore.recognises(tmp_path)
    assert formats_of(tmp_path) == ["folders"]


@pytest.mark.parametrize(
    ("make", "name"),
    [(made.polyvore, "polyvore"), (made.maryland, "maryland")],
)
def test_sets_are_taken_for_nothing_else(make, name, tmp_path):
    assert formats_of(make(tmp_path, pictures=["11", "10_1"])) == [name]


def test_real_polyvore_tells_its_structure(real_data):
    collection = datasets.read(real_data / "polyvore")

    assert (len(collection.items), len(collection.looks)) == (25_132, 5_000)
    assert sum(bool(item.family) for item in collection.items) > 19_000
    assert not any(item.family != item.family.strip() for item in collection.items)
