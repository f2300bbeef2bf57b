"""A dress filed under belts is pointed out, where the encoder is sure."""

import pytest
from django.urls import reverse

from recommender.models import Picture, Slot

pytestmark = pytest.mark.django_db
LIST = "/admin/fashionshop/product/"


@pytest.fixture
def looks_like(sell):
    """Sell something that a worker has taken for a kind of garment."""

    def sold(title, slot, garment, *, seen_as, sure):
        product = sell(title, slot=slot)
        about = {"category": garment, "slot": seen_as}
        certain = {"category_confidence": sure, "slot_confidence": sure}
        Picture.objects.filter(product=product).update(**about, **certain)
        return product

    return sold


@pytest.fixture
def belt(looks_like):
    return looks_like("Belt", Slot.ACCESSORY, "dress", seen_as="DRESS", sure=0.93)


def page_of(client, product):
    return client.get(
        reverse("admin:fashionshop_product_change", args=[product.pk])
    ).content.decode()


def test_the_product_page_says_what_the_picture_looks_like(admin_client, belt, sell):
    sell("Slip dress", slot=Slot.DRESS)

    text = page_of(admin_client, belt)

    assert "The picture looks like: dress, 93 %. The product is filed under" in text
    assert "such things are under:" in text


@pytest.mark.parametrize(
    ("garment", "seen_as", "sure"),
    [("belt", "ACCESSORY", 0.95), ("dress", "DRESS", 0.69), ("", "", 0.9)],
)
def test_what_agrees_or_is_not_sure_is_left_alone(admin_client, looks_like, garment, seen_as, sure):
    belt = looks_like("Belt", Slot.ACCESSORY, garment, seen_as=seen_as, sure=sure)

    assert "The picture looks like" not in page_of(admin_client, belt)


def test_the_list_is_narrowed_to_them(admin_client, belt, looks_like):
    looks_like("Hat", Slot.ACCESSORY, "hat", seen_as="ACCESSORY", sure=0.99)

    shown = admin_client.get(LIST, {"misfiled": "yes"}).context["cl"].result_list

    assert [product.title for product in shown] == ["Belt"]
