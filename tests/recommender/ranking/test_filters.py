"""What an asker will accept holds in every strip; what the shop cannot tell is refused by name."""

from decimal import Decimal

import pytest

from fashionshop.models import Product
from recommender.ranking.filters import Filters, UnknownAttribute
from recommender.ranking.question import photo_question
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import Likeness, products_like_vector, similar_products

pytestmark = pytest.mark.django_db


@pytest.fixture
def tops(make_product, looks_like, blouse):
    """The blouse and three tops that look just like it, each with something of its own."""
    own = {
        "cheap": {"price": 10, "gender": "MEN", "season": "WINTER", "colour": "red"},
        "fair": {"price": 20, "gender": "WOMEN", "season": "SUMMER", "sizes": "S M"},
        "dear": {"price": 30, "gender": "UNISEX", "season": "ALL_YEAR", "sizes": "M XL"},
    }
    looks_like(blouse)
    return [looks_like(make_product(title, **fields)) for title, fields in own.items()]


WISHES = [
    (Filters(price_min=Decimal(20)), {"fair", "dear"}),
    (Filters(price_max=Decimal(20)), {"cheap", "fair"}),
    (Filters(price_min=Decimal(11), price_max=Decimal(29)), {"fair"}),
    (Filters(attributes={"gender": ["WOMEN"]}), {"fair", "dear"}),
    (Filters(attributes={"season": ["WINTER"]}), {"cheap", "dear"}),
    (Filters(attributes={"size": ["XL"]}), {"dear"}),
    (Filters(attributes={"size": ["S", "XL"]}), {"fair", "dear"}),
    (Filters(attributes={"colour": ["red"]}), {"cheap"}),
    (Filters(attributes={"category": ["category-top"]}), {"cheap", "fair", "dear"}),
    (Filters(attributes={"category": ["elsewhere"]}), set()),
    (Filters(attributes={"gender": ["MEN"], "season": ["SUMMER"]}), {"dear"}),
    (Filters(attributes={"colour": []}), set()),
    (Filters(slots=["TOP"]), {"cheap", "fair", "dear"}),
    (Filters(slots=["SHOES"]), set()),
]


@pytest.mark.parametrize(("filters", "left"), WISHES)
def test_only_what_the_shopper_accepts_looks_similar(blouse, tops, filters, left):
    strip = similar_products(blouse, filters=filters, likeness=Likeness(floor=False))

    assert {item.product.title for item in strip.items} == left


def test_a_photo_is_answered_within_the_filters(checkpoints, tops):
    vector = [1.0, *[0.0] * 15, 1.0, 0.0, 0.0]

    strip = products_like_vector(
        vector, question=photo_question(), filters=Filters(price_max=Decimal(10))
    )

    assert [item.product.title for item in strip.items] == ["cheap"]


def test_stored_partners_and_style_neighbours_are_filtered_alike(blouse, partners):
    strip = goes_with(blouse, filters=Filters(price_max=Decimal(40)))

    assert {(item.product.title, item.source) for item in strip.items} == {
        ("skirt", "stored"),
        ("boots", "style"),
    }


@pytest.fixture
def partners(checkpoints, blouse, skirt, boots, handbag, looks_like):
    """The skirt and the bag are stored partners, the boots only near in style; the bag is dear."""
    for product in (blouse, skirt, boots, handbag):
        looks_like(product)
    for partner, slot in ((skirt, "BOTTOM"), (handbag, "BAG")):
        checkpoints["PAIR"].pairings.create(product=blouse, partner=partner, slot=slot, score=0.9)
    Product.objects.filter(title="handbag").update(price=400)


def test_what_the_shop_cannot_filter_by_is_named_beside_what_it_can(blouse, tops):
    known = "'fabric'; it can filter by category, colour, gender, price, season, size"

    with pytest.raises(UnknownAttribute, match=known):
        similar_products(blouse, filters=Filters(attributes={"fabric": ["silk"]}))
