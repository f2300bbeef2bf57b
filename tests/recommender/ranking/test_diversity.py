"""Not the same thing eight times over, and still the best of it."""

from dataclasses import dataclass

import pytest

from fashionshop.models import Product
from recommender.explain.why_not import why_not
from recommender.models import Checkpoint, Rule, Slot
from recommender.ranking.diversity import ONLY_THE_BEST, Diversity
from recommender.ranking.exclusion import Exclusion
from recommender.ranking.question import photo_question
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import products_like_vector, similar_products

pytestmark = pytest.mark.django_db
HALF = 0.5


def titles(strip):
    return [item.product.title for item in strip.items]


@dataclass(frozen=True)
class Row:
    name: str
    worth: float
    likeness: tuple
    slot: str = "TOP"


# The second is the first once more, the third another thing; the fourth is like none.
POOL = [
    Row("best", 0.9, ()),
    Row("its copy", 0.89, (1.0,)),
    Row("another", 0.6, (0.1, 0.1)),
    Row("bag", 0.5, (None, None, None), slot="BAG"),
]


def chosen(share, *, limit=4, per_slot=4, tiers=(0, 0, 0, 0)):
    wanted = Diversity(share, Checkpoint(pk=1))
    rows = wanted.choose_rows(POOL, tiers=tiers, limit=limit, per_slot=per_slot)
    return [row.name for row in rows]


@pytest.mark.parametrize(
    ("share", "names"),
    [
        (0.01, ["best", "its copy", "another", "bag"]),
        (0.3, ["best", "another", "bag", "its copy"]),
        (0.9, ["best", "bag", "another", "its copy"]),
        (1.0, ["best", "bag", "another", "its copy"]),
    ],
)
def test_the_more_diversity_counts_the_later_comes_a_copy(share, names):
    assert chosen(share) == names


def test_what_is_left_over_is_the_copy():
    assert chosen(HALF, limit=2) == ["best", "another"]


def test_a_slot_takes_no_more_than_its_share():
    assert chosen(HALF, per_slot=1) == ["best", "bag"]


def test_an_earlier_tier_comes_first_whatever_it_looks_like():
    assert chosen(HALF, tiers=(0, 0, 1, 1)) == ["best", "its copy", "another", "bag"]


@pytest.mark.parametrize("wanted", [ONLY_THE_BEST, Diversity(0.0, Checkpoint()), Diversity(1.0)])
def test_without_a_share_or_an_encoder_nothing_changes(wanted):
    assert wanted.choose_rows(POOL, tiers=[0] * 4, limit=4, per_slot=4) == POOL
    assert wanted.pool(8) == 8


@pytest.fixture
def copies(blouse, make_product, looks_like):
    """Beside a blouse: a top, one just like it, and another further away."""
    looks_like(blouse)
    made = {}
    for title, degrees in (("near", 10), ("its like", 11), ("other", -40)):
        made[title] = looks_like(make_product(title), shape=degrees, colour=degrees)
    return made


def test_a_strip_need_not_show_the_same_shirt_twice(blouse, copies):
    assert titles(similar_products(blouse, limit=2, diversity=0)) == ["near", "its like"]
    assert titles(similar_products(blouse, limit=2, diversity=HALF)) == ["near", "other"]


def test_the_shop_says_how_diverse_its_strips_are(blouse, copies, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"DIVERSITY": HALF}

    assert titles(similar_products(blouse, limit=2)) == ["near", "other"]


def test_why_not_says_that_it_looks_too_much_like_the_others(blouse, copies):
    placement = why_not(blouse, copies["its like"], limit=2, diversity=HALF)

    assert placement.exclusion == Exclusion.TOO_ALIKE
    assert placement.text == "It looks too much like what is shown already."
    assert placement.score == pytest.approx(0.98, abs=0.01)
    assert why_not(blouse, copies["other"], limit=2, diversity=HALF).exclusion == Exclusion.SHOWN


def test_what_is_pinned_stays_however_alike(blouse, copies):
    Rule.objects.create(kind="PIN", product=copies["its like"], position=2)

    strip = similar_products(blouse, limit=2, diversity=HALF)

    assert titles(strip)[1] == "its like"


def test_a_photo_is_answered_as_diversely(copies):
    vector = [1.0, *[0.0] * 15, 1.0, 0.0, 0.0]
    asked = {"question": photo_question(), "limit": 3}

    assert titles(products_like_vector(vector, diversity=0, **asked)) == [
        *("blouse", "near", "its like")
    ]
    assert titles(products_like_vector(vector, diversity=HALF, **asked)) == [
        *("blouse", "near", "other")
    ]


@pytest.fixture
def shoes(blouse, make_product, looks_like):
    """Close in style to a blouse: boots, boots of the same look, sandals; and a bag like the boots."""
    looks_like(blouse)
    kinds = (("boots", 5, 0), ("same boots", 6, 1), ("sandals", 10, 80))
    for title, style, shape in kinds:
        looks_like(make_product(title, Slot.SHOES), style=style, shape=shape, colour=shape)
    return looks_like(make_product("bag", Slot.BAG), style=20)


def test_goes_with_shows_two_kinds_of_shoes(blouse, shoes):
    assert titles(goes_with(blouse, diversity=0)) == ["boots", "same boots", "bag"]
    assert titles(goes_with(blouse, diversity=HALF)) == ["boots", "bag", "sandals"]


def test_a_bag_may_look_like_the_boots(blouse, shoes):
    strip = goes_with(blouse, diversity=HALF, per_slot=1)

    assert titles(strip) == ["boots", "bag"]


def test_other_colours_of_a_partner_are_named(blouse, shoes):
    Product.objects.filter(title__in=["boots", "sandals"]).update(design="S-1")

    boots = goes_with(blouse).items[0]

    assert [Product.objects.get(pk=pk).title for pk in boots.variants] == ["sandals"]
