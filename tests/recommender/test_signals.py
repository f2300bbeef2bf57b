"""A saved row of the host leads to the products whose pictures it changed, by a path or a function."""

from types import SimpleNamespace

import pytest

from fashionshop.models import Product
from recommender import signals
from recommender.models import Picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def save(checkpoints, blouse, make_picture):
    """Save a picture of the blouse under this watch, as if nobody had seen it yet."""

    def watched(watch):
        picture = make_picture(blouse)
        Picture.objects.all().delete()
        signals._picture_changed(instance=picture, watch=watch)
        return set(Picture.objects.values_list("product__title", flat=True))

    return watched


@pytest.mark.parametrize(
    "watch",
    [
        "product",
        lambda picture: picture.product,
        lambda picture: [picture.product],
        lambda picture: Product.objects.filter(title="blouse"),
    ],
    ids=["a path", "a product", "a list", "a queryset"],
)
def test_each_way_of_naming_the_product_leads_to_it(save, watch):
    assert save(watch) == {"blouse"}


@pytest.mark.parametrize(
    "nothing", [None, [], Product.objects.none()], ids=["None", "[]", "none()"]
)
def test_a_row_of_no_product_is_nobodys(save, nothing):
    assert save(lambda picture: nothing) == set()


def test_a_gap_on_the_path_is_no_product(checkpoints):
    of_no_variant = SimpleNamespace(variant=None)

    signals._picture_changed(instance=of_no_variant, watch="variant__product")

    assert not Picture.objects.exists()


def test_a_product_not_yet_in_sight_is_seen_already(save, blouse):
    Product.objects.filter(pk=blouse.pk).update(is_published=False)

    assert save("product") == {"blouse"}
