"""Statements are kept, answers are not: whatever a statement says is part of what it is kept under."""

import pytest
from django.db.models import Q

from fashionshop.catalog import ShopCatalog
from fashionshop.models import Product
from recommender.ranking.filters import Filters
from recommender.strips.compiled import _written
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import similar_products

pytestmark = pytest.mark.django_db


def titles(strip):
    return [item.product.title for item in strip.items]


@pytest.fixture
def tops(make_product, looks_like, blouse):
    """The blouse and two tops, less and less like it."""
    _written.cache_clear()
    near, far = make_product("near"), make_product("far")
    for degrees, product in ((0, blouse), (10, near), (40, far)):
        looks_like(product, shape=degrees, colour=degrees)
    return [near, far]


@pytest.mark.parametrize("ask", [similar_products, goes_with])
def test_products_of_one_kind_share_a_statement(ask, blouse, tops):
    for product in (blouse, *tops):
        ask(product)

    assert (_written.cache_info().misses, _written.cache_info().hits) == (1, 2)


def test_each_product_is_told_what_stands_beside_it(blouse, tops):
    near, far = tops

    assert [titles(similar_products(one)) for one in (blouse, near, far)] == [
        ["near", "far"],
        ["blouse", "far"],
        ["near", "blouse"],
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("products", lambda _self: Product.objects.exclude(title="near")),
        ("available", lambda _self: ~Q(title="near")),
    ],
)
def test_a_host_that_says_something_else_is_heard_at_once(name, answer, blouse, tops, monkeypatch):
    assert titles(similar_products(blouse)) == ["near", "far"]

    monkeypatch.setattr(ShopCatalog, name, answer)

    assert titles(similar_products(blouse)) == ["far"]


def test_a_host_that_fits_a_wish_otherwise_is_heard_at_once(blouse, tops, monkeypatch):
    summer = Filters(attributes={"season": ["SUMMER"]})
    monkeypatch.setattr(ShopCatalog, "fits", lambda _self, _name, _value: Q(title="near"))
    assert titles(similar_products(blouse, filters=summer)) == ["near"]

    monkeypatch.setattr(ShopCatalog, "fits", lambda _self, _name, _value: Q(title="far"))

    assert titles(similar_products(blouse, filters=summer)) == ["far"]


def test_what_cannot_be_told_apart_is_written_anew(blouse, tops):
    near, far = tops

    for wanted, found in (({near.pk}, "near"), ({far.pk}, "far")):
        also = Filters(also=Q(pk__in=wanted))
        assert titles(similar_products(blouse, filters=also)) == [found]
