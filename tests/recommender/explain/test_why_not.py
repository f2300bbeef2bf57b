"""Every product of the catalogue has one placement: shown at its rank, or the first exclusion in its way."""

import random
from decimal import Decimal

import pytest

from fashionshop.models import Product
from recommender.explain.strip_question import GOES_WITH, SIMILAR
from recommender.explain.why_not import why_not
from recommender.models import EmbeddingJob, Look, Picture, Rule, Slot
from recommender.ranking.exclusion import Exclusion
from recommender.ranking.filters import Filters
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import similar_products
from tests.effort import seeds

pytestmark = pytest.mark.django_db
STRIPS = {SIMILAR: similar_products, GOES_WITH: goes_with}


@pytest.fixture
def tops(make_product, looks_like, blouse):
    """The blouse and three tops, less and less like it."""
    near, middle, far = (make_product(title) for title in ("near", "middle", "far"))
    for degrees, product in ((0, blouse), (10, near), (40, middle), (80, far)):
        looks_like(product, shape=degrees, colour=degrees)
    return [near, middle, far]


def change(product, **fields):
    Product.objects.filter(pk=product.pk).update(**fields)


@pytest.mark.parametrize(
    ("fields", "exclusion"),
    [
        ({}, Exclusion.SHOWN),
        ({"stock": 0}, Exclusion.SOLD_OUT),
        ({"is_published": False}, Exclusion.UNPUBLISHED),
        ({"is_published": False, "stock": 0}, Exclusion.UNPUBLISHED),
        ({"design": "B-1"}, Exclusion.SAME_DESIGN),
        ({"price": 500}, Exclusion.FILTERED),
        ({"season": "WINTER"}, Exclusion.HIDDEN),
        ({"stock": 0, "season": "WINTER", "price": 500}, Exclusion.SOLD_OUT),
    ],
)
def test_the_first_exclusion_is_named(blouse, tops, fields, exclusion):
    change(blouse, design="B-1")
    change(tops[0], **fields)
    Rule.objects.create(kind="HIDE", attribute="season", value="WINTER")

    placement = why_not(blouse, tops[0], filters=Filters(price_max=Decimal(100)))

    assert placement.exclusion == exclusion


def test_a_product_is_not_beside_itself(blouse, tops):
    assert why_not(blouse, blouse).exclusion == Exclusion.ITSELF
    assert why_not(blouse, blouse, strip=GOES_WITH).exclusion == Exclusion.ITSELF


def test_a_part_that_cannot_go_with_it_is_named(blouse, tops, dress, looks_like):
    assert why_not(blouse, looks_like(dress)).text == "It plays another part in an outfit: DRESS."
    assert why_not(blouse, dress, strip=GOES_WITH).exclusion == Exclusion.NO_PARTNER


def test_a_filter_is_named(blouse, tops):
    placement = why_not(blouse, tops[0], filters=Filters(attributes={"colour": ["red"]}))

    assert (placement.exclusion, placement.filter) == (Exclusion.FILTERED, "colour")


def test_the_rule_that_hides_it_is_named_with_its_words(blouse, tops):
    Rule.objects.create(kind="BOOST", product=tops[0], note="secret")
    rule = Rule.objects.create(kind="HIDE", product=tops[0], note="secret")

    placement = why_not(blouse, tops[0])

    assert (placement.exclusion, placement.rule) == (Exclusion.HIDDEN, rule.pk)
    assert str(rule) in placement.text
    assert "secret" not in placement.text


def test_the_rule_that_prices_it_out_is_named(blouse, tops):
    rule = Rule.objects.create(kind="PRICE_WINDOW", percent=10)
    change(tops[0], price=80)

    placement = why_not(blouse, tops[0])

    assert (placement.exclusion, placement.rule) == (Exclusion.PRICED_OUT, rule.pk)


def test_a_product_that_no_worker_has_seen_says_why(blouse, tops, make_product, checkpoints):
    new = make_product("new")
    picture = Picture.objects.create(product=new, name="new.jpg")
    EmbeddingJob.objects.create(
        picture=picture,
        checkpoint=checkpoints["VISUAL"],
        state="DEAD",
        error="It is not a picture.",
    )

    placement = why_not(blouse, new)

    assert placement.exclusion == Exclusion.UNSEEN
    assert placement.text == "None of its pictures is ready. Failed: It is not a picture."


def test_a_product_without_a_picture_says_so(blouse, tops, make_product):
    assert "no picture" in why_not(blouse, make_product("bare")).text


def test_where_the_asker_is_unseen_nothing_can_be_compared(tops, make_product):
    assert why_not(make_product("new"), tops[0]).exclusion == Exclusion.ASKER_UNSEEN


def test_without_an_encoder_nothing_is_similar(blouse, make_product):
    assert why_not(blouse, make_product("other")).exclusion == Exclusion.NO_ENCODER


def test_a_colour_names_the_one_that_is_shown_instead(blouse, tops):
    for product in tops[:2]:
        change(product, design="T-1")

    placement = why_not(blouse, tops[1])

    assert (placement.exclusion, placement.instead, placement.rank) == (
        Exclusion.OTHER_COLOUR,
        tops[0].pk,
        1,
    )


def test_below_the_end_its_rank_and_both_scores_are_told(blouse, tops):
    placement = why_not(blouse, tops[2], limit=2)

    assert (placement.exclusion, placement.rank) == (Exclusion.RANKED_BELOW, 3)
    assert placement.text == "It ranks 3; the strip ends at 2."
    assert placement.score == pytest.approx(0.174, abs=0.002)
    assert placement.last_score == pytest.approx(0.766, abs=0.002)


def test_a_slot_with_a_full_share_is_told(blouse, tops, make_product, looks_like):
    shoes = [looks_like(make_product(f"shoe {n}", Slot.SHOES), style=n) for n in (1, 5, 9)]

    assert why_not(blouse, shoes[2], strip=GOES_WITH, per_slot=2).exclusion == Exclusion.SLOT_FULL


@pytest.mark.parametrize("strip", [SIMILAR, GOES_WITH])
def test_a_placement_costs_few_queries_and_no_vector_leaves_the_database(
    blouse, tops, skirt, strip, django_assert_max_num_queries, vectors_stay
):
    with vectors_stay(), django_assert_max_num_queries(5):
        why_not(blouse, tops[0] if strip == SIMILAR else skirt, strip=strip)


SLOTS = [Slot.TOP, Slot.TOP, Slot.TOP, Slot.BOTTOM, Slot.SHOES, Slot.DRESS, Slot.BAG]


def stock_shop(chance, make_product, looks_like):
    """Some thirty products with faults of every kind, and the rules, looks to go with them."""
    for number in range(30):
        product = make_product(
            f"product {number}",
            chance.choice(SLOTS),
            stock=chance.choice([0, 1, 5, 5, 5]),
            is_published=chance.random() > 0.1,
            design=chance.choice(["", "", "", "A", "B", "C"]),
            price=chance.choice([20, 40, 45, 90]),
            season=chance.choice(["SUMMER", "WINTER"]),
        )
        if chance.random() > 0.2:
            angles = {name: chance.randrange(90) for name in ("shape", "colour", "style")}
            looks_like(product, **angles)
    shop = list(Product.objects.order_by("pk"))
    look = Look.objects.create(title="a look")
    for product in chance.sample(shop, 8):
        look.items.create(product=product)
    Rule.objects.create(kind="HIDE", product=chance.choice(shop))
    Rule.objects.create(kind="PIN", product=chance.choice(shop), position=chance.randint(1, 4))
    Rule.objects.create(kind="BOOST", attribute="season", value="WINTER", strength=0.2)
    Rule.objects.create(kind="PRICE_WINDOW", percent=60, on_product=chance.choice(shop))
    return shop


@pytest.mark.parametrize("strip", [SIMILAR, GOES_WITH])
@pytest.mark.parametrize("seed", seeds(12))
def test_every_product_has_one_placement_and_it_agrees_with_the_strip(
    make_product, looks_like, seed, strip
):
    chance = random.Random(seed)  # noqa: S311 -- a made shop, not a secret
    shop = stock_shop(chance, make_product, looks_like)
    asker = chance.choice(shop)
    wish = chance.choice([Filters(), Filters(price_max=Decimal(50))])

    diversity = chance.choice([None, 0.0, 0.5])

    items = STRIPS[strip](asker, limit=5, filters=wish, diversity=diversity).items
    placements = {
        other.pk: why_not(asker, other, strip=strip, limit=5, filters=wish, diversity=diversity)
        for other in shop
    }

    shown = {
        pk: placement.rank
        for pk, placement in placements.items()
        if placement.exclusion == Exclusion.SHOWN
    }
    assert shown == {item.product.pk: item.rank for item in items}
    for product in shop:
        first = first_fault(product, asker=asker)
        assert (placements[product.pk].exclusion == first) or (
            first is None and placements[product.pk].exclusion not in OWN_FAULTS
        )


OWN_FAULTS = (Exclusion.UNPUBLISHED, Exclusion.SOLD_OUT, Exclusion.ITSELF, Exclusion.SAME_DESIGN)


def first_fault(product, *, asker):
    """The first thing that keeps a product out of any strip, in the order in which it is asked."""
    faults = (
        not product.is_published,
        not product.stock,
        product == asker,
        product.design and product.design == asker.design,
    )
    return next((one for one, is_so in zip(OWN_FAULTS, faults, strict=True) if is_so), None)
