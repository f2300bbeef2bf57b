"""Which kind a path holds."""

import pytest

from fashionshop.importing.readers import READERS, kind_of
from fashionshop.importing.rows import UnknownCatalogue


@pytest.mark.parametrize(
    ("kind", "file", "header"),
    [
        ("retail", "product_data.csv", "cod_modelo_color,des_product_type,des_filename"),
        ("retail", "renamed.csv", "des_filename,cod_modelo_color,des_product_type"),
        ("styles", "styles.csv", "id,masterCategory,articleType,productDisplayName"),
        ("csv", "products.csv", "sku,title,category,price,stock,image1"),
        ("csv", "whatever.csv", "Image;SKU"),
    ],
)
def test_a_table_is_known_by_its_columns(folder, table, picture, kind, file, header):
    picture("images/1.jpg")
    path = table(file, header)

    assert kind_of(folder) == kind_of(path) == kind


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("sets", ["images/12/3.jpg", "images/13/3.jpg"]),
        ("sets", ["12/3.jpg", "12/shoes.jpg"]),
        ("class-sets", ["shoes/12_3.jpg", "skirt/12_4.jpg"]),
        ("folders", ["shoes/a.jpg", "skirt/b.jpg"]),
        ("folders", ["train/shoes/a.jpg", "validation/shoes/b.jpg"]),
        ("folders", ["shoes/12_3.jpg", "shoes/new_hat.jpg"]),
        ("folders", ["12/3.jpg", "shoes/3.jpg"]),
    ],
)
def test_folders_are_known_by_their_names(folder, picture, kind, names):
    for name in names:
        picture(name)

    assert kind_of(folder) == kind


def test_what_is_unknown_gets_a_list_of_what_was_looked_for(folder):
    with pytest.raises(UnknownCatalogue) as error:
        kind_of(folder)

    assert all(f"{kind} " in str(error.value) for kind in READERS)
    assert "--format" in str(error.value)


def test_a_path_that_is_not_there_says_so(folder):
    with pytest.raises(UnknownCatalogue, match="does not exist"):
        kind_of(folder / "nowhere")


@pytest.mark.parametrize("kind", ["retail", "styles", "csv"])
def test_a_kind_asked_for_by_name_must_have_its_files(folder, kind):
    with pytest.raises(UnknownCatalogue, match=r"is not .*\.csv"):
        READERS[kind](folder)
