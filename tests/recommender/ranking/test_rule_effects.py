"""The merchant's rules hold in every strip from the next request on, and never longer than they should."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from fashionshop.models import Product
from recommender.models import Rule
from recommender.ranking.question import photo_question
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import products_like_vector, similar_products

pytestmark = pytest.mark.django_db
PHOTO = [1.0, *[0.0] * 15, 1.0, 0.0, 0.0]


def titles(strip):
    return [item.product.title for item in strip.items]


@pytest.fixture
def tops(make_product, looks_like, blouse):
    """The blouse and three tops, less and less like it: 0.985, 0.77 and 0.17."""
    own = {
        "near": {"season": "SUMMER", "price": 40},
        "middle": {"season": "WINTER", "price": 60},
        "far": {"season": "WINTER", "price": 90},
    }
    looks_like(blouse)
    made = [make_product(title, **fields) for title, fields in own.items()]
    return [
        looks_like(product, shape=degrees, colour=degrees)
        for product, degrees in zip(made, (10, 40, 80), strict=True)
    ]


@pytest.fixture
def wardrobe(looks_like, blouse, skirt, boots, handbag):
    """The cast, of one style."""
    for degrees, product in enumerate((blouse, skirt, boots, handbag)):
        looks_like(product, style=degrees)


def test_a_hidden_product_is_in_no_strip(blouse, tops, wardrobe, skirt):
    Rule.objects.create(kind="HIDE", product=tops[0])
    Rule.objects.create(kind="HIDE", product=skirt)

    assert titles(similar_products(blouse)) == ["middle", "far"]
    assert titles(goes_with(blouse)) == ["boots", "handbag"]
    assert "near" not in titles(products_like_vector(PHOTO, question=photo_question()))


def test_a_product_hidden_beside_another_is_shown_elsewhere(blouse, tops, wardrobe, skirt, boots):
    Rule.objects.create(kind="HIDE", product=skirt, on_product=blouse)

    assert "skirt" not in titles(goes_with(blouse))
    assert "skirt" in titles(goes_with(boots))
    assert "blouse" in titles(goes_with(skirt))


def test_two_products_are_hidden_beside_each_other_if_asked(blouse, wardrobe, skirt):
    Rule.objects.create(kind="HIDE", product=skirt, on_product=blouse, both_ways=True)

    assert "skirt" not in titles(goes_with(blouse))
    assert "blouse" not in titles(goes_with(skirt))


def test_a_kind_of_product_is_hidden_beside_a_kind(blouse, tops):
    Rule.objects.create(
        kind="HIDE", attribute="season", value="WINTER", on_attribute="slot", on_value="TOP"
    )

    assert titles(similar_products(blouse)) == ["near"]


def test_never_together_holds_both_ways(blouse, wardrobe, skirt, boots):
    Rule.objects.create(
        kind="NEVER_TOGETHER",
        **{"on_attribute": "slot", "on_value": "SHOES", "attribute": "slot", "value": "BOTTOM"},
    )

    assert "boots" not in titles(goes_with(skirt))
    assert "skirt" not in titles(goes_with(boots))
    assert {"skirt", "boots"} <= set(titles(goes_with(blouse)))


def test_what_is_boosted_comes_earlier_and_says_so(blouse, tops):
    Rule.objects.create(kind="BOOST", product=tops[1], strength=0.3)

    strip = similar_products(blouse)

    assert titles(strip) == ["middle", "near", "far"]
    assert strip.items[0].reasons[0].code == "boosted"
    assert strip.items[0].score == pytest.approx(0.766, abs=0.002)


def test_what_is_buried_comes_later_but_still_comes(blouse, tops):
    Rule.objects.create(kind="BURY", attribute="season", value="SUMMER", strength=0.9)

    assert titles(similar_products(blouse)) == ["middle", "far", "near"]


@pytest.mark.parametrize(("percent", "left"), [(10, ["near"]), (50, ["near", "middle"])])
def test_a_price_window_stands_around_the_products_own_price(blouse, tops, percent, left):
    Rule.objects.create(kind="PRICE_WINDOW", percent=percent)

    assert titles(similar_products(blouse)) == left


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_pinned_product_stands_at_its_position(blouse, tops, position):
    Rule.objects.create(kind="PIN", product=tops[2], position=position)

    strip = similar_products(blouse)

    assert titles(strip).index("far") == position - 1
    assert strip.items[position - 1].reasons[0].code == "pinned"


def test_a_pin_holds_in_a_strip_too_short_for_the_product_otherwise(blouse, tops):
    Rule.objects.create(kind="PIN", product=tops[2], position=1)

    assert titles(similar_products(blouse, limit=2)) == ["far", "near"]


def test_a_pinned_partner_may_be_of_any_slot(blouse, wardrobe, tops):
    Rule.objects.create(kind="PIN", product=tops[2], position=2, strip="GOES_WITH")

    assert titles(goes_with(blouse))[1] == "far"
    assert titles(similar_products(blouse))[0] == "near"


def test_a_sold_out_pin_makes_room(blouse, tops):
    Rule.objects.create(kind="PIN", product=tops[2], position=1)
    Product.objects.filter(title="far").update(stock=0)

    assert titles(similar_products(blouse)) == ["near", "middle"]


def test_a_hidden_pin_stays_hidden(blouse, tops):
    Rule.objects.create(kind="PIN", product=tops[2], position=1)
    Rule.objects.create(kind="HIDE", product=tops[2])

    assert "far" not in titles(similar_products(blouse))


@pytest.mark.parametrize(
    "when",
    [
        {"is_enabled": False},
        {"starts_at": timedelta(hours=1)},
        {"ends_at": timedelta(hours=-1)},
        {"starts_at": timedelta(hours=-2), "ends_at": timedelta(hours=-1)},
    ],
)
def test_a_rule_out_of_its_time_says_nothing(blouse, tops, when):
    now = timezone.now()
    times = {name: now + value if name.endswith("_at") else value for name, value in when.items()}
    Rule.objects.create(kind="HIDE", product=tops[0], **times)

    assert titles(similar_products(blouse))[0] == "near"


def test_a_rule_within_its_time_holds(blouse, tops):
    now, hour = timezone.now(), timedelta(hours=1)
    Rule.objects.create(kind="HIDE", product=tops[0], starts_at=now - hour, ends_at=now + hour)

    assert "near" not in titles(similar_products(blouse))


def test_a_rule_for_one_strip_leaves_the_other_alone(blouse, tops, wardrobe, skirt):
    Rule.objects.create(kind="HIDE", product=tops[0], strip="GOES_WITH")
    Rule.objects.create(kind="HIDE", product=skirt, strip="SIMILAR")

    assert "near" in titles(similar_products(blouse))
    assert "skirt" in titles(goes_with(blouse))


def test_a_rule_about_an_attribute_the_shop_no_longer_has_says_nothing(blouse, tops):
    Rule.objects.create(kind="HIDE", attribute="fabric", value="silk")

    assert len(similar_products(blouse).items) == 3


def test_rules_cost_no_query(blouse, tops, django_assert_num_queries):
    for kind in ("BOOST", "BURY", "HIDE"):
        Rule.objects.create(kind=kind, attribute="season", value="SUMMER")

    with django_assert_num_queries(4):  # the question, the ranking, cards, the host's pictures
        similar_products(blouse)


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"kind": "PIN"}, {"product", "position"}),
        ({"kind": "HIDE"}, {"product"}),
        ({"kind": "BOOST"}, {"attribute"}),
        ({"kind": "NEVER_TOGETHER", "attribute": "slot"}, {"on_attribute"}),
        ({"kind": "PRICE_WINDOW"}, {"percent"}),
    ],
)
def test_a_rule_says_what_it_still_needs(fields, missing):
    with pytest.raises(ValidationError) as refused:
        Rule(**fields).clean()

    assert set(refused.value.message_dict) == missing


def test_a_boost_of_full_strength_is_obeyed_like_any_other(blouse, tops):
    Rule.objects.create(kind="BOOST", product=tops[2], strength=1)

    assert titles(similar_products(blouse))[0] == "far"
