"""Readers take what is there and say what they left out."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.workers.conftest import formats_of
from workers import datasets
from workers.datasets import (
    UnknownFormatError,
    catalogue,
    fashion_products,
    folders,
    retail,
    street,
)
from workers.datasets.collection import PLAIN_GROUND

HEADER = "cod_modelo_color,des_agrup_color_eng,des_sex,des_product_category,des_product_family,des_product_type,des_filename"


def save(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


@pytest.fixture
def class_folders(tmp_path, dress, skirt):
    save(tmp_path / "train" / "dress" / "a.jpg", dress)
    save(tmp_path / "validation" / "skirt" / "b.png", skirt)
    (tmp_path / "train" / "dress" / "notes.txt").write_text("no picture")
    return tmp_path


@pytest.fixture
def street_photo(tmp_path):
    """A red dress and a speck of a ring on a busy photo."""
    labels = ["null", "dress", "ring", "skin"]
    values = np.zeros((200, 100), dtype=np.uint8)
    values[40:160, 30:70] = 1
    values[10:12, 10:12] = 2
    values[20:40, 30:70] = 3
    photo = np.full((200, 100, 3), 90, dtype=np.uint8)
    photo[values == 1] = (200, 20, 20)
    save(tmp_path / "photos" / "0001.jpg", Image.fromarray(photo))
    save(tmp_path / "photos" / "0002.jpg", Image.fromarray(photo))
    save(tmp_path / "masks" / "0001.png", Image.fromarray(values))
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    return tmp_path


@pytest.fixture
def export(tmp_path, dress):
    save(tmp_path / "images" / "2021_1_99.jpg", dress)
    save(tmp_path / "images" / "2021_2_99.jpg", dress)
    rows = [
        HEADER,
        "1-99,BLACK,Female,Dresses,Dresses,Dress,images/2021_1_99.jpg",
        "2-99,BLACK,Female,Accessories,Belts,Belt,images/2021_2_99.jpg",
        "3-99,BLACK,Female,Accessories,Belts,Belt,images/missing.jpg",
    ]
    (tmp_path / "product_data.csv").write_text("\n".join(rows))
    looks = ["cod_outfit,cod_modelo_color", "7,1-99", "7,2-99", "8,1-99", "8,3-99"]
    (tmp_path / "outfits_train.csv").write_text("\n".join(looks))
    return tmp_path


@pytest.fixture
def shop(tmp_path, dress):
    save(tmp_path / "images" / "a.jpg", dress)
    rows = [
        "sku,model,title,category,slot,colour,season,gender,image1",
        "A-RED,A,Tea dress,Dresses,DRESS,red,Summer,Women,images/a.jpg",
        "A-BLUE,A,Tea dress,Dresses,,blue,Summer,Women,a.jpg",
        "B,B,Belt,Belts,ACCESSORY,black,,,",
        ",B,Belt,Belts,ACCESSORY,black,,,images/a.jpg",
    ]
    (tmp_path / "products.csv").write_text("\n".join(rows))
    looks = [
        "look,title,sku",
        "L1,Picnic,A-RED",
        "L1,Picnic,A-BLUE",
        "L2,Alone,A-RED",
        "L2,Alone,B",
    ]
    (tmp_path / "looks.csv").write_text("\n".join(looks))
    return tmp_path


@pytest.fixture
def styles(tmp_path, dress):
    """Two good rows, a name with a comma, one without its picture, one cut off, one twice."""
    save(tmp_path / "images" / "1.jpg", dress)
    save(tmp_path / "images" / "2.jpg", dress)
    rows = [
        "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName",
        "1,Women,Apparel,Dress,Dresses,Red,Summer,2011,Casual,Red dress",
        "2,Men,Accessories,Watches,Watches,Blue,Winter,2016,Casual,Steel, water proof, watch",
        "3,Men,Apparel,Topwear,Shirts,Blue,Fall,2011,Casual,Blue shirt",
        "4,Men,Apparel",
        "1,Women,Apparel,Dress,Dresses,Red,Summer,2011,Casual,Red dress",
    ]
    (tmp_path / "styles.csv").write_text("\n".join(rows))
    return tmp_path


def test_class_folders_give_labels_slots_and_splits(class_folders):
    items = folders.read(class_folders).items

    assert [(i.label, i.slot, i.part) for i in items] == [
        ("dress", "DRESS", "train"),
        ("skirt", "BOTTOM", "validation"),
    ]


def test_a_file_that_is_no_picture_is_reported(class_folders):
    assert "skipped 1: not a picture (.txt)" in folders.read(class_folders).report()


def test_a_masked_garment_is_cut_out_on_a_plain_ground(street_photo):
    (item,) = street.read(street_photo).items

    picture = item.open()

    assert (item.key, item.slot) == ("0001-dress", "DRESS")
    assert picture.getpixel((0, 0)) == PLAIN_GROUND
    assert picture.getpixel((picture.width // 2, picture.height // 2))[0] > 180


def test_specks_skin_and_photos_without_mask_are_skipped_with_reason(street_photo):
    reasons = {skip.where: skip.reason for skip in street.read(street_photo).skipped}

    assert reasons == {
        "0001.jpg ring": "smaller than 0.2 % of the photo",
        "0001.jpg skin": "not a garment of an outfit: skin",
        "0002.jpg": "no mask",
    }


def test_a_retail_row_becomes_an_item(export):
    first = retail.read(export).items[0]

    assert (first.key, first.model, first.colour, first.season) == ("1-99", "1", "BLACK", "2021")
    assert (first.label, first.family, first.slot) == ("Dress", "Dresses", "DRESS")


def test_a_look_keeps_its_known_products_and_needs_two(export):
    collection = retail.read(export)

    assert collection.looks == {"train/7": ("1-99", "2-99")}
    assert [skip.where for skip in collection.skipped] == [
        "product_data.csv row 4",
        "outfits_train.csv row 5",
        "outfits_train.csv look 8",
    ]


def test_a_shop_catalogue_finds_slot_and_picture(shop):
    items = catalogue.read(shop).items

    assert [(item.key, item.slot, item.model) for item in items] == [
        ("A-RED", "DRESS", "A"),
        ("A-BLUE", "DRESS", "A"),
    ]


def test_a_shop_catalogue_says_under_which_licence(shop):
    assert not catalogue.read(shop).licence

    (shop / "LICENCE").write_text("CC0-1.0\nand more\n")

    assert catalogue.read(shop).licence == "CC0-1.0"


def test_a_shop_catalogue_reports_rows_it_cannot_use(shop):
    collection = catalogue.read(shop)

    assert collection.looks == {"L1": ("A-RED", "A-BLUE")}
    assert [skip.reason for skip in collection.skipped] == [
        "no picture named",
        "no sku",
        "product unknown",
        "fewer than two known products",
    ]


def test_styles_know_type_family_colour_and_season(styles):
    first, second = fashion_products.read(styles).items

    assert (first.label, first.family, first.slot) == ("Dresses", "Dress", "DRESS")
    assert (first.colour, first.season, first.gender) == ("Red", "Summer", "Women")
    assert (second.key, second.label) == ("2", "Watches")


def test_bad_rows_of_styles_are_told(styles):
    skipped = fashion_products.read(styles).skipped

    assert [(skip.where, skip.reason) for skip in skipped] == [
        ("styles.csv row 4", "picture missing"),
        ("styles.csv row 5", "no articleType"),
        ("styles.csv row 6", "key seen before"),
    ]


@pytest.mark.parametrize(
    ("name", "taken_for"),
    [
        ("class_folders", "folders"),
        ("street_photo", "street"),
        ("export", "retail"),
        ("shop", "catalogue"),
        ("styles", "fashion products"),
    ],
)
def test_each_format_is_recognised_by_itself_alone(name, taken_for, request):
    folder = request.getfixturevalue(name)

    assert formats_of(folder) == [taken_for]
    assert datasets.read(folder).items


def test_a_folder_of_nothing_lists_the_formats(tmp_path):
    with pytest.raises(UnknownFormatError, match=r"retail, polyvore, .*, re-polyvore, folders"):
        datasets.read(tmp_path)


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(UnknownFormatError, match="There is no folder"):
        datasets.read(tmp_path / "nowhere")


def test_the_fingerprint_changes_with_labels_and_looks(shop):
    before = catalogue.read(shop).fingerprint()
    (shop / "looks.csv").write_text("look,title,sku\n")

    assert catalogue.read(shop).fingerprint() != before


def test_real_clothing_has_ten_classes_in_two_splits(real_data):
    items = datasets.read(real_data / "clothing").items

    assert len(items) == 3409
    assert len({item.label for item in items}) == 10
    assert {item.part for item in items} == {"train", "validation"}


def test_every_real_retail_product_is_read(real_data):
    collection = datasets.read(real_data / "retail")

    assert (len(collection.items), len(collection.looks)) == (7456, 5279)
    assert collection.skipped == ()


def test_every_real_style_is_read(real_data):
    collection = datasets.read(real_data / "fashion-product-images")

    assert (len(collection.items), collection.skipped) == (1950, ())
    assert all(item.label and item.colour and item.gender for item in collection.items)


def test_real_street_photos_are_looks_of_their_garments(real_data):
    collection = datasets.read(real_data / "street-outfits")

    assert (len(collection.items), len(collection.looks)) == (4314, 1000)
    assert all(item.slot for item in collection.items)


@pytest.mark.parametrize(
    ("folder", "taken_for"),
    [
        ("clothing", "folders"),
        ("fashion-product-images", "fashion products"),
        ("polyvore", "polyvore"),
        ("retail", "retail"),
        ("street-outfits", "street"),
    ],
)
def test_no_real_data_set_is_mistaken_for_another(folder, taken_for, real_data):
    assert formats_of(real_data / folder) == [taken_for]
