"""The real catalogues, where they are at hand."""

from pathlib import Path

import pytest

from fashionshop.models import Product
from recommender.models import Look

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real catalogues are not on this machine"),
]


def test_the_retailers_export_imports_without_a_fault(command):
    out, _err = command(DATA / "retail", "--limit", 60)

    assert "Products (retail): 60 new, 0 changed, 0 unchanged, 0 faulty" in out
    assert Look.objects.exists()
    assert not Product.objects.filter(design="").exists()


def test_styles_import_with_their_pictures_of_60_by_80(command):
    out, _err = command(DATA / "fashion-product-images", "--limit", 60)

    assert "Products (styles): 60 new, 0 changed, 0 unchanged, 0 faulty" in out


def test_class_folders_below_train_import(command):
    out, _err = command(DATA / "clothing", "--limit", 60)

    assert "Products (folders): 60 new, 0 changed, 0 unchanged, 0 faulty" in out
    assert Product.objects.first().category.slot


def test_a_folder_of_something_else_is_turned_down(command):
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="It looked for"):
        command(DATA / "polyvore")
