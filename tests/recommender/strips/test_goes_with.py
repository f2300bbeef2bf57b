"""What goes well with it: other slots, a few of each, and never a hole where something fits."""

import pytest
from django.db import connection

from fashionshop.models import Product
from recommender.models import Checkpoint, Look, Pairing, Rule, Slot
from recommender.ranking.filters import Filters
from recommender.ranking.question import question_about
from recommender.ranking.statement import rank_ladder, standings
from recommender.strips.goes_with import goes_with, partner_ladder
from tests.recommender.plans import plan_of, reads_vectors

pytestmark = pytest.mark.django_db


def titles(strip):
    return [item.product.title for item in strip.items]


@pytest.fixture
def pair(checkpoints):
    """Store that a product goes with a partner, one direction."""

    def make(product, partner, score):
        return Pairing.objects.create(
            product=product,
            partner=partner,
            score=score,
            slot=partner.category.slot,
            scorer=checkpoints["PAIR"],
        )

    return make


@pytest.fixture
def wardrobe(looks_like, blouse, skirt, boots, handbag, dress):
    """The whole cast, of one style."""
    return [looks_like(product) for product in (blouse, skirt, boots, handbag, dress)]


def test_only_other_slots_go_with_it(wardrobe, blouse, make_product, looks_like):
    looks_like(make_product("second blouse", Slot.TOP))

    assert set(titles(goes_with(blouse))) == {"skirt", "boots", "handbag"}


def test_what_is_crowded_out_of_a_strip_is_not_counted_in_its_ranks(
    blouse, skirt, boots, make_product, looks_like
):
    crowded_out = make_product("second skirt", Slot.BOTTOM)
    for degrees, product in enumerate((blouse, skirt, crowded_out, boots)):
        looks_like(product, style=degrees)

    ladder = partner_ladder(question_about(blouse.pk))
    rows = standings(ladder, group="", limit=9, per_slot=1)

    assert [(row.row.pk, row.place, row.rank) for row in rows] == [
        (skirt.pk, 1, 1),
        (boots.pk, 1, 2),
    ]


def test_a_dress_goes_with_neither_top_nor_bottom(wardrobe, dress):
    assert set(titles(goes_with(dress))) == {"boots", "handbag"}


def test_what_is_worn_with_nothing_goes_with_nothing(wardrobe, make_product, looks_like):
    lipstick = looks_like(make_product("lipstick", ""))

    assert not goes_with(lipstick)


def test_stored_pairings_come_before_style_neighbours(wardrobe, blouse, boots, pair):
    pair(blouse, boots, 0.4)

    strip = goes_with(blouse)

    assert titles(strip)[0] == "boots"
    assert [item.source for item in strip.items] == ["stored", "style", "style"]
    assert strip.items[0].score == 0.4


def test_better_pairings_come_first(wardrobe, blouse, skirt, boots, handbag, pair):
    for partner, score in ((skirt, 0.5), (boots, 0.9), (handbag, 0.7)):
        pair(blouse, partner, score)

    strip = goes_with(blouse)

    assert titles(strip) == ["boots", "handbag", "skirt"]
    assert [item.rank for item in strip.items] == [1, 2, 3]
    assert {reason.code for item in strip.items for reason in item.reasons} == {"stored"}


def test_equally_good_pairings_are_ordered_by_key(wardrobe, blouse, skirt, boots, pair):
    pair(blouse, boots, 0.5)
    pair(blouse, skirt, 0.5)

    assert titles(goes_with(blouse, limit=2)) == ["skirt", "boots"]


@pytest.mark.parametrize("per_slot", [1, 2, 3])
def test_a_slot_fills_only_its_share_of_the_strip(
    wardrobe, blouse, make_product, looks_like, pair, per_slot
):
    shoes = [looks_like(make_product(f"shoe {n}", Slot.SHOES), style=n) for n in range(4)]
    pair(blouse, shoes[3], 0.9)

    found = goes_with(blouse, per_slot=per_slot)

    slots = [item.product.category.slot for item in found.items]
    assert slots.count(Slot.SHOES) == per_slot
    assert titles(found)[0] == "shoe 3"


def test_a_sold_out_partner_makes_room_for_the_next_best(
    wardrobe, blouse, boots, make_product, pair
):
    pair(blouse, boots, 0.9)
    pair(blouse, make_product("sandals", Slot.SHOES), 0.5)
    Product.objects.filter(pk=boots.pk).update(stock=0)

    strip = goes_with(blouse, per_slot=1)

    assert titles(strip)[0] == "sandals"
    assert "boots" not in titles(strip)


def test_style_neighbours_fill_in_when_every_stored_partner_is_sold_out(
    wardrobe, blouse, boots, skirt, handbag, pair
):
    pair(blouse, boots, 0.9)
    Product.objects.filter(pk=boots.pk).update(stock=0)

    strip = goes_with(blouse)

    assert set(titles(strip)) == {"skirt", "handbag"}
    assert {item.source for item in strip.items} == {"style"}


def test_an_unpublished_partner_is_gone_at_the_next_request(wardrobe, blouse, boots, pair):
    pair(blouse, boots, 0.9)
    Product.objects.filter(pk=boots.pk).update(is_published=False)

    assert "boots" not in titles(goes_with(blouse))


def test_a_design_is_shown_once_even_where_two_colours_are_stored(
    wardrobe, blouse, boots, make_product, pair
):
    brown = make_product("brown boots", Slot.SHOES, design="BOOT")
    Product.objects.filter(pk=boots.pk).update(design="BOOT")
    pair(blouse, boots, 0.9)
    pair(blouse, brown, 0.8)

    shoes = [title for title in titles(goes_with(blouse)) if "boots" in title]

    assert shoes == ["boots"]


def test_a_design_shown_from_a_stored_pairing_is_not_repeated_from_style(
    wardrobe, blouse, boots, make_product, looks_like, pair
):
    looks_like(make_product("brown boots", Slot.SHOES, design="BOOT"))
    Product.objects.filter(pk=boots.pk).update(design="BOOT")
    looks_like(boots, style=30)
    pair(blouse, boots, 0.9)

    assert "brown boots" not in titles(goes_with(blouse))


def test_a_product_without_vectors_still_shows_stored_pairings(checkpoints, blouse, boots, pair):
    pair(blouse, boots, 0.9)

    assert titles(goes_with(blouse)) == ["boots"]


def test_a_product_nobody_has_looked_at_yet_goes_with_the_newest_of_each_slot(
    wardrobe, make_product
):
    for title in ("old sandals", "newer sandals", "newest sandals"):
        make_product(title, Slot.SHOES)

    strip = goes_with(make_product("brand new"), per_slot=1)

    assert set(titles(strip)) == {"skirt", "newest sandals", "handbag"}
    assert {item.source for item in strip.items} == {"newest"}
    assert {item.score for item in strip.items} == {0}


def test_shared_colours_stand_in_for_a_style_that_nobody_knows(
    checkpoints, looks_like, blouse, skirt, boots
):
    for product, degrees in ((blouse, 0), (skirt, 80), (boots, 10)):
        looks_like(product, colour=degrees)
    Checkpoint.objects.filter(purpose="STYLE").update(state=Checkpoint.State.RETIRED)

    strip = goes_with(blouse)

    assert titles(strip) == ["boots", "skirt"]
    assert {item.source for item in strip.items} == {"palette"}
    assert strip.items[0].score == pytest.approx(0.985, abs=0.002)


def test_pairings_of_a_retired_scorer_are_not_shown(wardrobe, blouse, boots, pair):
    pair(blouse, boots, 0.9)
    Checkpoint.objects.filter(purpose="PAIR").update(state=Checkpoint.State.RETIRED)

    strip = goes_with(blouse)

    assert {item.source for item in strip.items} == {"style"}
    assert strip.versions == ("fake-style@1",)


def test_a_strip_names_scorer_and_encoder(wardrobe, blouse):
    assert goes_with(blouse).versions == ("fake-scorer@1", "fake-style@1")


def test_without_checkpoints_the_newest_go_with_it(blouse, skirt):
    strip = goes_with(blouse)

    assert titles(strip) == ["skirt"]
    assert strip.versions == ()


def test_a_rung_is_not_asked_where_those_above_fill_the_strip(wardrobe, blouse, boots, pair):
    pair(blouse, boots, 0.9)
    plans = []

    def explain(execute, sql, params, many, context):
        with connection.cursor() as cursor:
            plans.append(plan_of(cursor, sql, params))
        return execute(sql, params, many, context)

    ladder = partner_ladder(question_about(blouse.pk))
    with connection.execute_wrapper(explain):
        rank_ladder(ladder, limit=1, per_slot=2)

    (plan,) = plans
    assert not reads_vectors(plan)


def test_scores_stay_between_0_and_1(wardrobe, blouse, skirt, looks_like):
    looks_like(skirt, style=170)

    assert {0 <= item.score <= 1 for item in goes_with(blouse).items} == {True}


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_a_strip_keeps_to_its_limit(wardrobe, blouse, boots, pair, limit):
    pair(blouse, boots, 0.9)

    assert len(goes_with(blouse, limit=limit).items) == limit


def test_a_strip_costs_three_queries_and_the_hosts_prefetch(
    wardrobe, blouse, boots, pair, django_assert_num_queries
):
    pair(blouse, boots, 0.9)

    with django_assert_num_queries(4):
        strip = goes_with(blouse)

    assert {item.source for item in strip.items} == {"stored", "style"}


@pytest.fixture
def look(db):
    """Put products together in a look of the shop."""

    def make(title, *products):
        made = Look.objects.create(title=title)
        for product in products:
            made.items.create(product=product)
        return made

    return make


def test_what_the_shop_wears_with_it_comes_first(wardrobe, blouse, boots, handbag, pair, look):
    pair(blouse, boots, 0.9)
    look("Sunday", blouse, handbag)

    strip = goes_with(blouse)

    assert titles(strip) == ["handbag", "boots", "skirt"]
    assert [item.source for item in strip.items] == ["look", "stored", "style"]
    assert [reason.text for reason in strip.items[0].reasons] == ["Worn together in 1 look"]


def test_what_is_worn_more_often_comes_earlier(wardrobe, blouse, boots, handbag, look):
    look("Sunday", blouse, boots, handbag)
    look("Monday", blouse, handbag)

    first, second = goes_with(blouse, limit=2).items

    assert (first.product, first.score, first.reasons[0].value) == (handbag, 1, 2)
    assert (second.product, second.score, second.reasons[0].value) == (boots, 1, 1)


def test_a_look_does_not_bring_back_what_is_sold_out(wardrobe, blouse, boots, look):
    look("Sunday", blouse, boots)
    Product.objects.filter(pk=boots.pk).update(stock=0)

    assert "boots" not in titles(goes_with(blouse))


def test_looks_cost_no_query(wardrobe, blouse, boots, look, django_assert_num_queries):
    look("Sunday", blouse, boots)

    with django_assert_num_queries(4):  # the question, the ranking, cards, the host's pictures
        goes_with(blouse)


def test_a_pin_is_found_where_better_informed_rungs_fill_the_strip(
    wardrobe, blouse, boots, make_product, pair
):
    pair(blouse, boots, 0.9)
    belt = make_product("belt", Slot.ACCESSORY)
    Rule.objects.create(kind="PIN", product=belt, position=1)

    strip = goes_with(blouse, limit=1, diversity=0)

    assert titles(strip) == ["belt"]
    assert [reason.code for reason in strip.items[0].reasons] == ["pinned"]


def test_colours_of_the_newest_design_leave_room_for_the_next(blouse, make_product):
    make_product("sandals", Slot.SHOES)
    for colour in ("red", "blue"):
        make_product(f"{colour} boots", Slot.SHOES, design="BOOT")

    assert "sandals" in titles(goes_with(blouse, per_slot=2))


def test_a_piece_of_its_own_design_does_not_go_with_it_even_where_pinned(
    wardrobe, blouse, skirt, boots
):
    Product.objects.filter(pk__in=[blouse.pk, skirt.pk]).update(design="SUIT")
    Rule.objects.create(kind="PIN", product=skirt, position=1)

    assert titles(goes_with(blouse)) == ["boots", "handbag"]


@pytest.fixture
def dressed_for(blouse, boots, make_product, looks_like):
    """A woman's summer blouse, and two pairs of shoes: the closer in style is as said."""

    def make(**closer):
        Product.objects.filter(pk=blouse.pk).update(gender="WOMEN", season="SUMMER")
        looks_like(blouse)
        plain = {"gender": "WOMEN", "season": "SUMMER"}
        for title, style, own in (("closer", 5, plain | closer), ("further", 30, plain)):
            shoes = looks_like(make_product(title, Slot.SHOES), style=style)
            Product.objects.filter(pk=shoes.pk).update(**own)
        Product.objects.filter(pk=boots.pk).update(stock=0)

    return make


@pytest.mark.parametrize("closer", [{"gender": "MEN"}, {"season": "WINTER"}])
def test_what_is_for_another_wearer_or_season_comes_last(blouse, dressed_for, closer):
    dressed_for(**closer)

    assert titles(goes_with(blouse)) == ["further", "closer"]


def test_what_does_not_suit_comes_last_however_diverse_or_boosted(blouse, dressed_for):
    dressed_for(gender="MEN")
    Rule.objects.create(kind="BOOST", product=Product.objects.get(title="closer"), strength=1.0)

    assert titles(goes_with(blouse, diversity=1.0)) == ["further", "closer"]


@pytest.mark.parametrize("closer", [{}, {"gender": "UNISEX"}, {"season": "ALL_YEAR"}])
def test_what_is_for_everybody_suits(blouse, dressed_for, closer):
    dressed_for(**closer)

    assert titles(goes_with(blouse)) == ["closer", "further"]


def test_who_asks_for_another_season_gets_it(blouse, dressed_for):
    dressed_for(season="WINTER")

    strip = goes_with(blouse, filters=Filters(attributes={"season": ["WINTER"]}))

    assert titles(strip) == ["closer"]


def test_a_look_of_the_shop_is_never_overruled(blouse, dressed_for):
    dressed_for(gender="MEN")
    look = Look.objects.create()
    for product in (blouse, Product.objects.get(title="closer")):
        look.items.create(product=product)

    assert titles(goes_with(blouse)) == ["closer", "further"]
