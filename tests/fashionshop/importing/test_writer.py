"""What an import does to a shop that may have products already."""

from decimal import Decimal
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from fashionshop.importing import writer
from fashionshop.importing.general import GeneralTable
from fashionshop.models import Category, Product, ProductPicture
from recommender.models import EmbeddingJob, Picture
from recommender.testing import activate_fake_checkpoints, photo, work_off

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Nothing catches this, as nothing catches a kill."""


@pytest.fixture
def shirts(picture, table):
    """A catalogue of shirts s0, s1 …, two pictures each."""

    def make(count, *, price="10", images="image1,image2"):
        for number in range(count):
            picture(f"{number}a.jpg", (number, 90, 90))
            picture(f"{number}b.jpg", (number, 90, 200))
        lines = [f"s{n},Shirt,{price},{n}a.jpg,{n}b.jpg" for n in range(count)]
        return table("products.csv", f"sku,category,price,{images}", *lines)

    return make


def test_products_are_stored_with_their_pictures_in_order(shirts, imported):
    assert imported(shirts(3)) == (3, 0, 0)

    product = Product.objects.get(sku="s2")
    assert [each.position for each in product.pictures.all()] == [0, 1]
    assert product.category == Category.objects.get(name="Shirt", slug="shirt", slot="TOP")
    assert product.cover.width == 120


def test_pictures_are_stored_clean_and_in_smaller_sizes(picture, table, imported, settings):
    picture("a.jpg", size=(600, 800))

    imported(table("products.csv", "sku,image1", "s,a.jpg"))

    file = ProductPicture.objects.get().file
    assert file.name.startswith("products/")
    renditions = file.aspect_ratios[None]["AVIF"]
    assert sorted(renditions) == [240, 480]
    with Image.open(renditions[240].path) as smallest:
        assert smallest.width == 240


def test_a_second_import_changes_nothing(shirts, imported, snapshot):
    path = shirts(5)
    imported(path)
    before = snapshot()

    assert imported(path) == (0, 0, 5)
    assert snapshot() == before


def test_a_second_import_decodes_no_picture(shirts, imported):
    path = shirts(2)
    imported(path)

    with mock.patch("fashionshop.importing.pictures.clean_picture") as clean:
        imported(path)

    clean.assert_not_called()


def test_a_batch_costs_a_fixed_number_of_queries(shirts, imported, django_assert_max_num_queries):
    path = shirts(40)
    imported(path)

    with django_assert_max_num_queries(9):
        imported(path)


def test_changed_rows_change_their_products(shirts, imported):
    imported(shirts(3))

    assert imported(shirts(3, price="12.50")) == (0, 3, 0)
    assert Product.objects.get(sku="s1").price == Decimal("12.50")


def test_what_a_catalogue_does_not_state_stays_as_the_merchant_set_it(picture, table, imported):
    picture("a.jpg")
    path = table("products.csv", "sku,image1", "s,a.jpg")
    imported(path)
    Product.objects.update(title="Mine", price=70, stock=4)

    assert imported(path) == (0, 0, 1)
    assert Product.objects.filter(title="Mine", price=70, stock=4).exists()


def test_a_replaced_picture_replaces_the_stored_one(shirts, picture, imported):
    path = shirts(2)
    imported(path)
    picture("1a.jpg", "gold")

    assert imported(path) == (0, 1, 1)
    assert ProductPicture.objects.filter(product__sku="s1").count() == 2
    assert Picture.objects.filter(product__sku="s1").count() == 2


def test_pictures_in_another_order_are_moved_and_not_stored_again(shirts, imported):
    imported(shirts(1))
    first, second = ProductPicture.objects.order_by("position").values_list("pk", flat=True)

    assert imported(shirts(1, images="image2,image1")) == (0, 1, 0)
    moved = ProductPicture.objects.order_by("position").values_list("pk", flat=True)
    assert list(moved) == [second, first]


def test_a_picture_the_merchant_uploaded_is_kept(shirts, imported):
    path = shirts(1)
    imported(path)
    own = ProductPicture.objects.create(
        product=Product.objects.get(), file=ContentFile(photo("gold"), "own.jpg"), position=9
    )

    assert imported(path) == (0, 0, 1)
    assert ProductPicture.objects.filter(pk=own.pk).exists()


def test_a_picture_that_went_missing_is_reported_and_kept(shirts, imported, faults, folder):
    path = shirts(1)
    imported(path)
    (folder / "0b.jpg").unlink()

    assert faults(path) == [(2, True, "The picture '0b.jpg' is not in the catalogue's folder.")]
    assert ProductPicture.objects.count() == 2


def test_the_same_bytes_twice_are_one_picture(picture, table, imported):
    picture("a.jpg")
    picture("b.jpg")

    imported(table("products.csv", "sku,image1,image2", "s,a.jpg,b.jpg"))

    assert ProductPicture.objects.count() == 1


def test_products_may_share_a_picture(picture, table, imported):
    picture("a.jpg")

    imported(table("products.csv", "sku,image1", "s,a.jpg", "t,a.jpg"))

    assert len(set(ProductPicture.objects.values_list("file", flat=True))) == 1


def test_faulty_rows_are_left_out_and_the_rest_comes_in(picture, table, folder, faults):
    picture("good.jpg")
    picture("small.jpg", size=(30, 30))
    (folder / "text.jpg").write_text("not a picture")
    names = ("good", "small", "text", "nowhere", "good")
    rows = [f"s{n},9,{name}.jpg" for n, name in enumerate(names)]

    found = faults(table("products.csv", "sku,price,image1", *rows, "s0,9,good.jpg", "s9,9,"))

    assert [(row, reason[:40]) for row, _, reason in found] == [
        (3, "small.jpg: The picture is too small: 30×"),
        (4, "text.jpg: This is not a picture we can r"),
        (5, "The picture 'nowhere.jpg' is not in the "),
        (7, "The sku is already in row 2."),
        (8, "The row has no picture."),
    ]
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["s0", "s4"]


def test_half_the_rows_bad_twice_imports_the_good_ones_once(picture, table, imported, snapshot):
    picture("a.jpg")
    rows = [f"s{n},{'a.jpg' if n % 2 else '../../etc/passwd'}" for n in range(200)]
    path = table("products.csv", "sku,image1", *rows)
    assert imported(path) == (100, 0, 0)
    before = snapshot()

    assert imported(path) == (0, 0, 100)
    assert snapshot() == before


def test_a_category_is_found_whatever_its_capitals(picture, table, imported):
    Category.objects.create(name="SHIRTS", slug="all-shirts", slot="OUTERWEAR")
    picture("a.jpg")

    imported(table("products.csv", "sku,category,image1", "s,Shirts,a.jpg"))

    assert Product.objects.get().category.slot == "OUTERWEAR"


def test_categories_of_one_slug_get_slugs_of_their_own(picture, table, imported):
    picture("a.jpg")

    imported(table("products.csv", "sku,category,image1", "s,T shirt,a.jpg", "t,T-shirt,a.jpg"))

    assert set(Category.objects.values_list("slug", flat=True)) == {"t-shirt", "t-shirt-2"}


def test_jobs_commit_with_the_pictures_and_workers_do_them(shirts, imported):
    activate_fake_checkpoints()

    imported(shirts(3))

    assert EmbeddingJob.objects.count() == 12
    assert work_off() == 6


def test_an_import_that_was_killed_finishes_when_it_runs_again(shirts, imported, monkeypatch):
    monkeypatch.setattr(writer, "BATCH_ROWS", 2)
    path = shirts(7)
    second_batch_dies = mock.Mock(wraps=writer.sync_products, side_effect=[mock.DEFAULT, Killed])
    with mock.patch.object(writer, "sync_products", second_batch_dies), pytest.raises(Killed):
        imported(path)
    assert Product.objects.count() == ProductPicture.objects.count() // 2 == 2

    assert imported(path) == (5, 0, 2)
    assert Picture.objects.count() == 14


def test_no_more_than_two_batches_are_in_memory(shirts, monkeypatch):
    monkeypatch.setattr(writer, "BATCH_ROWS", 2)
    read = []
    rows = GeneralTable(shirts(12)).rows()

    outcomes = writer.store_products(read.append(row) or row for row in rows)

    assert [len(read) for _outcome in outcomes] == [4, 6, 8, 10, 12, 12]


def test_many_products_of_one_picture_do_not_disturb_each_other(picture, table, imported):
    picture("a.jpg", size=(600, 800))
    path = table("products.csv", "sku,image1", *(f"s{number},a.jpg" for number in range(30)))

    assert imported(path) == (30, 0, 0)
