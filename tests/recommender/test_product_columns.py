"""A slot, an attribute or a condition that a product has several rows for shows it once all the same."""

import pytest
from django.db.models import Case, Count, F, Max, Q, Value, When

from fashionshop.catalog import ShopCatalog
from recommender import product_columns
from recommender.catalog import catalog
from recommender.models import Slot
from recommender.ranking.eligibility import eligible_products
from recommender.ranking.filters import Filters
from recommender.ranking.question import question_about
from recommender.ranking.visible_products import visible_products
from recommender.strips.similar import similar_products

pytestmark = pytest.mark.django_db


class SeveralRows(ShopCatalog):
    """All of it is read off the pictures, of which a product has two; one of them is a top."""

    def available(self):
        return Q(pictures__position__gte=0)

    def slot(self):
        return Case(When(pictures__position=1, then=Value(Slot.TOP)), default=Value(""))

    def attributes(self):
        position = F("pictures__position")
        return {"colour": position, "category": position, "price": Count("pictures")}


class ChosenCategory(SeveralRows):
    def categories(self):
        return [Max("pictures__position")]


@pytest.fixture
def tops(settings, monkeypatch, make_product, make_picture, looks_like):
    """A blouse, and a shirt that looks like it, two pictures each."""
    monkeypatch.setattr("fashionshop.catalog.SeveralRows", SeveralRows, raising=False)
    settings.RECOMMENDER = settings.RECOMMENDER | {"CATALOG": "fashionshop.catalog.SeveralRows"}
    catalog.cache_clear()
    products = [make_product(title) for title in ("blouse", "shirt")]
    for degrees, product in enumerate(products):
        for position in (0, 1):
            make_picture(product, position=position)
        looks_like(product, shape=degrees)
    yield products
    catalog.cache_clear()


def test_a_list_names_a_product_once(tops):
    assert list(visible_products(slot=Slot.TOP).order_by("pk")) == tops
    assert list(eligible_products().order_by("pk")) == tops


def test_a_slot_is_the_one_that_says_something(tops):
    assert [row.reco_slot for row in eligible_products()] == [Slot.TOP, Slot.TOP]
    assert question_about(tops[0].pk).slot == Slot.TOP


def test_of_several_categories_none_is_taken_unless_the_shop_chooses(tops, settings, monkeypatch):
    assert question_about(tops[0].pk).categories == []

    monkeypatch.setattr("fashionshop.catalog.SeveralRows", ChosenCategory)
    catalog.cache_clear()

    assert question_about(tops[0].pk).categories == [1]


@pytest.mark.parametrize(("value", "count"), [("0", 2), ("1", 2), ("2", 0)])
def test_any_of_a_products_values_passes_a_filter(tops, value, count):
    wanted = Filters(attributes={"colour": [value]})

    assert eligible_products(wanted).count() == count


def test_an_attribute_may_be_counted(tops):
    assert eligible_products(Filters(price_min=2)).count() == 2
    assert not eligible_products(Filters(price_min=3)).exists()


def test_a_condition_of_the_askers_may_join_as_well(tops):
    assert eligible_products(Filters(also=Q(pictures__position__gte=0))).count() == 2


def test_a_strip_shows_it_once(tops):
    blouse, shirt = tops

    assert [item.product for item in similar_products(blouse).items] == [shirt]


def test_plain_columns_stay_as_the_host_wrote_them(db):
    catalog.cache_clear()

    assert product_columns.slot() == ShopCatalog().slot()
    assert not product_columns.has_several("price")
