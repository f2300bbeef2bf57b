"""What the shop keeps: products that can be sold, pictures named by their bytes."""

import io
import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from PIL import Image

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.photos import BadPhoto
from recommender.testing import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def tops():
    return Category.objects.create(name="Tops", slug="tops", slot="TOP")


@pytest.fixture
def blouse(tops):
    return Product.objects.create(sku="B1", title="Blouse", category=tops, price=40, stock=3)


@pytest.mark.parametrize("colour", ["red", "blue"])
def test_a_picture_is_named_by_its_bytes_and_never_by_its_sender(blouse, colour):
    upload = clean_picture(photo(colour))
    upload.name = "../../etc/passwd"

    picture = ProductPicture.objects.create(product=blouse, file=upload)

    assert re.fullmatch(r"products/([0-9a-f]{2})/\1[0-9a-f]{62}\.jpg", picture.file.name)


def test_a_photo_uploaded_twice_is_shown_twice_and_stored_once(blouse):
    names = {
        ProductPicture.objects.create(product=blouse, file=clean_picture(photo())).file.name
        for _time in range(2)
    }

    assert blouse.pictures.count() == 2
    assert len(names) == 1


def test_a_picture_knows_its_size_without_opening_the_file(blouse):
    ProductPicture.objects.create(product=blouse, file=clean_picture(photo(size=(90, 120))))

    picture = ProductPicture.objects.get()

    assert (picture.width, picture.height) == (90, 120)


def test_pictures_come_in_the_merchants_order(blouse):
    for position in (2, 0, 1):
        ProductPicture.objects.create(
            product=blouse, file=clean_picture(photo()), position=position
        )

    assert [picture.position for picture in blouse.pictures.all()] == [0, 1, 2]
    assert blouse.cover.position == 0


def test_a_product_without_pictures_has_no_cover(blouse):
    assert blouse.cover is None


def test_cards_of_many_products_cost_two_queries(blouse, tops, django_assert_num_queries):
    for number in range(3):
        product = Product.objects.create(sku=f"P{number}", title="Top", category=tops, price=9)
        ProductPicture.objects.create(product=product, file=clean_picture(photo()))

    with django_assert_num_queries(2):
        covers = [product.cover for product in Product.objects.for_cards()]

    assert covers.count(None) == 1


def test_only_published_products_and_those_in_stock_are_offered(blouse, tops):
    Product.objects.create(
        sku="B2", title="Hidden", category=tops, price=9, stock=1, is_published=False
    )
    Product.objects.create(sku="B3", title="Sold out", category=tops, price=9, stock=0)

    assert list(Product.objects.published().in_stock()) == [blouse]


def test_newest_products_come_first(blouse, tops):
    newer = Product.objects.create(sku="B2", title="Newer", category=tops, price=9)

    assert list(Product.objects.all()) == [newer, blouse]


@pytest.mark.parametrize("change", [{"price": Decimal("-0.01")}, {"stock": -1}])
def test_the_database_refuses_negative_prices_and_stock(blouse, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=blouse.pk).update(**change)


def test_two_products_never_share_a_sku(blouse, tops):
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.create(sku="B1", title="Other", category=tops, price=9)


def test_a_category_with_products_is_not_deleted_by_mistake(blouse, tops):
    with pytest.raises(ProtectedError):
        tops.delete()


def test_an_upload_is_stored_as_pixels_only():
    exif = Image.Exif()
    exif[0x010E] = "secret"
    buffer = io.BytesIO()
    Image.new("RGBA", (100, 80), (0, 0, 0, 0)).save(buffer, "PNG", exif=exif)

    stored = Image.open(clean_picture(buffer.getvalue()))

    assert (stored.format, stored.size, stored.getpixel((5, 5))) == (
        "JPEG",
        (100, 80),
        (255, 255, 255),
    )
    assert dict(stored.getexif()) == {}


def test_an_upload_that_is_no_picture_is_refused():
    with pytest.raises(BadPhoto):
        clean_picture(b"<svg onload=alert(1)>")


def test_things_have_the_addresses_of_their_pages(blouse, tops):
    assert blouse.get_absolute_url() == f"/product/{blouse.pk}/"
    assert tops.get_absolute_url() == "/category/tops/"


def test_things_are_called_by_name(blouse, tops):
    assert (str(blouse), str(tops)) == ("Blouse", "Tops")
