"""Looks of a catalogue in the shop."""

import pytest

from fashionshop.importing.looks import store_looks
from fashionshop.importing.rows import LookRow
from fashionshop.models import Category, Product
from recommender.models import Look

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    """Products a, b and c."""
    category = Category.objects.create(name="Tops", slug="tops")
    made = {"category": category, "price": 9}
    return [Product.objects.create(sku=sku, title=sku, **made) for sku in "abc"]


def store(*looks):
    rows = [LookRow(name=name, title=title, skus=tuple(skus)) for name, title, skus in looks]
    return sum(store_looks(rows, kind="csv"))


def stored():
    return {
        look.source: (look.title, [item.product.sku for item in look.items.all()])
        for look in Look.objects.all()
    }


def test_a_look_keeps_its_name_title_and_order(products):
    assert store(("L1", "Picnic", "cab")) == 1

    assert stored() == {"csv:L1": ("Picnic", ["c", "a", "b"])}


def test_a_look_needs_two_products_of_the_shop(products):
    assert store(("L1", "", "axyz"), ("L2", "", "axb")) == 1

    assert stored() == {"csv:L2": ("", ["a", "b"])}


def test_looks_stored_again_are_left_alone(products, django_assert_num_queries):
    looks = [(f"L{number}", "Same", "ab") for number in range(50)]
    store(*looks)

    with django_assert_num_queries(5):
        assert store(*looks) == 0


def test_a_changed_look_is_rewritten(products):
    store(("L1", "Old", "ab"), ("L2", "Same", "bc"))

    assert store(("L1", "New", "bca"), ("L2", "Same", "bc")) == 1
    assert stored()["csv:L1"] == ("New", ["b", "c", "a"])


def test_looks_of_a_merchant_are_never_touched(products):
    own = Look.objects.create(title="Mine")

    store(("L1", "", "ab"))

    own.refresh_from_db()
    assert (own.title, own.source) == ("Mine", "")
