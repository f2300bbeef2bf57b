"""Smaller versions of a picture exist as soon as a page may offer them."""

from pathlib import Path

import pytest
from PIL import Image

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.testing import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def blouse():
    tops = Category.objects.create(name="Tops", slug="tops", slot="TOP")
    return Product.objects.create(sku="B1", title="Blouse", category=tops, price=9)


@pytest.fixture
def picture(blouse):
    return ProductPicture.objects.create(
        product=blouse, file=clean_picture(photo("navy", size=(600, 900)))
    )


def renditions(picture):
    (files,) = picture.file.aspect_ratios[None].values()
    return files


def test_every_width_a_page_offers_is_there_when_the_picture_is(picture):
    assert sorted(renditions(picture)) == [240, 480]
    assert all(picture.file.storage.exists(one.name) for one in renditions(picture).values())


def test_a_rendition_has_the_width_it_says_and_the_pictures_shape(picture):
    with picture.file.storage.open(renditions(picture)[240].name) as file:
        image = Image.open(file)
        image.load()

    assert (image.format, image.size) == ("AVIF", (240, 360))


def test_a_rendition_shows_the_picture(picture):
    with picture.file.storage.open(renditions(picture)[240].name) as file:
        centre = Image.open(file).convert("RGB").getpixel((120, 180))

    assert centre == pytest.approx((0, 0, 128), abs=10)


def test_no_rendition_is_larger_than_the_picture(blouse):
    small = ProductPicture.objects.create(
        product=blouse, file=clean_picture(photo(size=(200, 300)))
    )

    assert all(width <= 200 for width in renditions(small))


def test_renditions_go_when_the_file_goes(picture):
    names = [one.name for one in renditions(picture).values()]
    storage = picture.file.storage

    picture.file.delete(save=False)

    assert [name for name in names if storage.exists(name)] == []


def test_making_them_again_leaves_the_same_files_and_sizes(picture):
    names = set(every_file(picture))

    picture.file.save_all()
    once = every_file(picture)
    picture.file.save_all()

    assert every_file(picture) == once
    assert set(once) == names


def every_file(picture):
    """The bytes of everything stored for a picture, by name."""
    folder = Path(picture.file.storage.location)
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
