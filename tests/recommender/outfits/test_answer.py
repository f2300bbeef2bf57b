"""Whole outfits: one of each slot, nothing impossible, nothing sold out, never over budget."""

import math
from decimal import Decimal

import pytest

from fashionshop.models import Product
from recommender.models import Checkpoint, Look, Rule, Slot
from recommender.outfits.answer import OutfitOptions, outfits
from recommender.ranking.filters import Filters
from recommender.strips.photo import PhotoFeatures

pytestmark = pytest.mark.django_db


def titles(outfit):
    return [piece.product.title for piece in outfit.pieces]


def best(items, **asked):
    return titles(outfits(items, **asked).outfits[0])


def own(degrees=0, slot=Slot.OUTERWEAR):
    angle = math.radians(degrees)
    return PhotoFeatures("fake-style@1", [math.cos(angle), math.sin(angle), 0.0], slot=slot)


@pytest.fixture
def wardrobe(make):
    """Two of several slots: a good one, and a cheap one of another style."""
    return {
        title: make(title, slot, style, price=price)
        for title, slot, style, price in (
            ("blouse", "TOP", 0, 40),
            ("skirt", "BOTTOM", 5, 50),
            ("cheap skirt", "BOTTOM", 70, 10),
            ("boots", "SHOES", 10, 90),
            ("cheap shoes", "SHOES", 80, 15),
            ("bag", "BAG", 5, 60),
            ("dress", "DRESS", 40, 70),
        )
    }


@pytest.fixture
def look(db):
    def make_look(title, *products):
        made = Look.objects.create(title=title)
        for position, product in enumerate(products):
            made.items.create(product=product, position=position)

    return make_look


def test_a_blouse_becomes_an_outfit(wardrobe):
    answer = outfits([wardrobe["blouse"]], limit=1)

    assert titles(answer.outfits[0]) == ["blouse", "skirt", "boots", "bag"]
    assert answer.versions == ("fake-style@1",)


def test_an_outfit_adds_up(wardrobe):
    (outfit,) = outfits([wardrobe["blouse"]], limit=1).outfits

    assert (outfit.total, outfit.total_with_start) == (Decimal(200), Decimal(240))
    assert [piece.rank for piece in outfit.pieces] == [1, 2, 3, 4]
    assert [piece.is_given for piece in outfit.pieces] == [True, False, False, False]


def test_the_score_is_the_mean_of_all_pairs(wardrobe):
    (outfit,) = outfits([wardrobe["blouse"]], limit=1).outfits

    styles = [0, 5, 10, 5]
    apart = [abs(a - b) for at, a in enumerate(styles) for b in styles[:at]]
    mean = sum(math.cos(math.radians(degrees)) for degrees in apart) / 6
    assert outfit.score == pytest.approx(mean, abs=1e-3)


@pytest.fixture
def calibrated(wardrobe):
    """From a cosine of 0.5 on it is a match."""
    card = {"kind": "logistic", "a": 10.0, "b": -5.0, "floor": 0.5}
    Checkpoint.objects.filter(purpose="STYLE").update(calibration=card)


def test_a_score_is_the_mean_share_of_pairs_that_are_right(wardrobe, calibrated):
    (outfit,) = outfits([wardrobe["blouse"]], limit=1).outfits

    assert titles(outfit) == ["blouse", "skirt", "boots", "bag"]
    shares = [1 / (1 + math.exp(5 - 10 * math.cos(math.radians(d)))) for d in (5, 10, 5, 5, 0, 5)]
    assert outfit.score == pytest.approx(sum(shares) / 6, abs=1e-3)
    assert outfit.pieces[0].score == pytest.approx(sum(shares[:3]) / 3, abs=1e-3)


def test_a_pair_that_the_shop_wears_is_right(wardrobe, look, calibrated):
    look("Sunday", wardrobe["blouse"], wardrobe["cheap skirt"], wardrobe["cheap shoes"])

    assert outfits([wardrobe["blouse"]]).outfits[0].score == 1


def test_what_is_no_match_is_not_added_to_an_outfit(wardrobe, calibrated):
    Product.objects.filter(title__in=["boots", "skirt"]).update(stock=0)

    assert best([wardrobe["blouse"]]) == ["blouse", "cheap skirt", "bag"]


def test_no_other_colour_of_the_start_is_in_its_outfit(wardrobe):
    Product.objects.filter(title__in=["blouse", "boots"]).update(design="SAME")

    assert "cheap shoes" in best([wardrobe["blouse"]])


def test_a_suit_in_a_look_of_the_shop_stays_a_suit(wardrobe, look):
    Product.objects.filter(title__in=["blouse", "skirt"]).update(design="SUIT")
    look("Office", wardrobe["blouse"], wardrobe["skirt"], wardrobe["boots"])

    assert best([wardrobe["blouse"]]) == ["blouse", "skirt", "boots"]


def test_a_dress_gets_neither_top_nor_bottom(wardrobe):
    assert best([wardrobe["dress"]]) == ["dress", "boots", "bag"]


def test_shoes_get_a_whole_body_either_way(wardrobe):
    slots = [
        {piece.slot for piece in outfit.pieces}
        for outfit in outfits([wardrobe["boots"]], limit=9).outfits
    ]

    assert slots
    assert all({"TOP", "BOTTOM"} <= found or "DRESS" in found for found in slots)


def test_pieces_are_judged_with_each_other_and_not_with_the_start_alone(make):
    blouse = make("blouse", "TOP", 0)
    for title, slot, style in (("left skirt", "BOTTOM", -40), ("left shoes", "SHOES", -45)):
        make(title, slot, style)
    make("right shoes", "SHOES", 40)

    assert best([blouse]) == ["blouse", "left skirt", "left shoes"]


def test_a_budget_buys_the_cheaper_pieces(wardrobe):
    (outfit,) = outfits(
        [wardrobe["blouse"]], limit=1, options=OutfitOptions(budget=Decimal(100))
    ).outfits

    assert titles(outfit) == ["blouse", "cheap skirt", "cheap shoes", "bag"]
    assert outfit.total == 85


def test_a_small_budget_leaves_out_what_is_not_needed(wardrobe):
    assert best([wardrobe["blouse"]], options=OutfitOptions(budget=Decimal(30))) == [
        *("blouse", "cheap skirt", "cheap shoes")
    ]


def test_a_budget_may_include_what_it_begins_with(wardrobe):
    options = OutfitOptions(budget=Decimal(70), include_start=True)

    assert best([wardrobe["blouse"]], options=options) == ["blouse", "cheap skirt", "cheap shoes"]


def test_a_budget_that_nothing_fits_is_said(wardrobe):
    answer = outfits([wardrobe["blouse"]], options=OutfitOptions(budget=Decimal(5)))

    assert not answer
    assert answer.nothing.code == "over_budget"
    assert answer.nothing.text == "Nothing in stock fits the budget of €5.00."


def test_what_is_missing_for_a_whole_body_is_named(make):
    blouse = make("blouse", "TOP")
    make("boots", "SHOES")

    assert outfits([blouse]).nothing.text == "Nothing in stock fits; missing: Bottom."


def test_a_sold_out_piece_makes_room_for_the_next_best(wardrobe):
    Product.objects.filter(title="boots").update(stock=0)

    assert "cheap shoes" in best([wardrobe["blouse"]])


def test_every_piece_is_to_be_had_in_my_size(wardrobe):
    Product.objects.exclude(title="skirt").update(sizes="S M")
    Product.objects.filter(title="skirt").update(sizes="L")

    found = best([wardrobe["blouse"]], filters=Filters(attributes={"size": ["M"]}))

    assert found == ["blouse", "cheap skirt", "boots", "bag"]


def test_outfits_differ_while_there_is_a_choice(wardrobe):
    answer = outfits([wardrobe["blouse"]], limit=4)

    found = {frozenset(titles(outfit)) for outfit in answer.outfits}
    assert len(found) == len(answer.outfits) == 4


def test_swapping_a_piece_keeps_the_rest(wardrobe):
    keep = [wardrobe["skirt"].pk, wardrobe["bag"].pk]
    options = OutfitOptions(keep=keep, swap="SHOES", without=[wardrobe["boots"].pk])

    answer = outfits([wardrobe["blouse"]], options=options)

    assert [titles(outfit) for outfit in answer.outfits] == [
        ["blouse", "skirt", "bag", "cheap shoes"]
    ]
    assert [piece.is_given for piece in answer.outfits[0].pieces] == [True, True, True, False]


def test_what_is_kept_counts_towards_the_budget(wardrobe):
    options = OutfitOptions(keep=[wardrobe["skirt"].pk], swap="SHOES", budget=Decimal(100))

    assert best([wardrobe["blouse"]], options=options) == ["blouse", "skirt", "cheap shoes"]


def test_what_is_kept_stays_while_the_rest_is_completed(wardrobe):
    assert best([wardrobe["blouse"]], options=OutfitOptions(keep=[wardrobe["cheap skirt"].pk])) == [
        *("blouse", "cheap skirt", "boots", "bag")
    ]


def test_a_kept_piece_that_was_sold_meanwhile_is_said(wardrobe):
    Product.objects.filter(title="skirt").update(stock=0)

    answer = outfits(
        [wardrobe["blouse"]], options=OutfitOptions(keep=[wardrobe["skirt"].pk], swap="SHOES")
    )

    assert answer.nothing.code == "gone"


@pytest.mark.parametrize("swap", ["TOP", "BOTTOM", "DRESS"])
def test_there_is_no_room_for_a_piece_that_the_others_rule_out(wardrobe, swap):
    options = OutfitOptions(keep=[wardrobe["skirt"].pk], swap=swap)

    assert outfits([wardrobe["blouse"]], options=options).nothing.code == "no_room"


def test_what_cannot_be_worn_together_is_said(wardrobe):
    answer = outfits([wardrobe["dress"], wardrobe["skirt"]])

    assert answer.nothing.code == "impossible"


def test_what_is_worn_with_nothing_has_no_outfit(wardrobe, make):
    assert outfits([make("lipstick", "")]).nothing.code == "worn_alone"


def test_a_photo_of_ones_own_is_part_of_the_outfit_and_of_no_bill(wardrobe):
    (outfit,) = outfits([own(), wardrobe["blouse"]], limit=1).outfits

    assert titles(outfit) == ["blouse", "skirt", "boots", "bag"]
    assert outfit.total_with_start == 240


def test_photos_alone_become_an_outfit(wardrobe):
    assert best([own(0, Slot.TOP)]) == ["skirt", "boots", "bag"]


def test_a_photo_in_which_nothing_was_recognised_counts_as_a_piece(wardrobe):
    found = best([own(0, "")], options=OutfitOptions(pieces=4))

    assert found == ["blouse", "skirt", "boots"]


def test_an_outfit_has_as_many_pieces_as_asked_for(wardrobe):
    assert best([wardrobe["blouse"]], options=OutfitOptions(pieces=3)) == [
        "blouse",
        "skirt",
        "boots",
    ]


def test_the_shops_own_look_comes_first(wardrobe, look):
    look("Sunday", wardrobe["blouse"], wardrobe["cheap skirt"], wardrobe["cheap shoes"])

    first, second = outfits([wardrobe["blouse"]], limit=2).outfits

    assert titles(first) == ["blouse", "cheap skirt", "cheap shoes"]
    assert (first.look, first.note) == ("Sunday", "A look of the shop: Sunday.")
    assert {piece.source for piece in first.pieces} == {"given", "look"}
    assert second.look is None


def test_a_missing_piece_of_a_look_is_replaced_and_that_is_said(wardrobe, look):
    look("Sunday", wardrobe["blouse"], wardrobe["cheap skirt"], wardrobe["boots"])
    Product.objects.filter(title="boots").update(stock=0)

    first = outfits([wardrobe["blouse"]]).outfits[0]

    assert titles(first) == ["blouse", "cheap skirt", "cheap shoes"]
    assert first.replaced == ["SHOES"]
    assert first.note.endswith("Missing, sold out or not as you asked, so we chose: Shoes.")


def test_a_look_beyond_the_budget_is_not_shown(wardrobe, look):
    look("Sunday", wardrobe["blouse"], wardrobe["skirt"], wardrobe["boots"])

    found = outfits([wardrobe["blouse"]], options=OutfitOptions(budget=Decimal(110))).outfits

    assert all(outfit.total <= 110 for outfit in found)
    assert {"skirt", "boots"} - set(titles(found[0]))


def test_a_look_shows_one_piece_of_each_slot(wardrobe, look):
    look("Sunday", *(wardrobe[title] for title in ("blouse", "skirt", "cheap skirt", "dress")))

    assert titles(outfits([wardrobe["blouse"]]).outfits[0]) == ["blouse", "skirt"]


def test_a_look_has_no_more_pieces_than_asked_for_and_keeps_its_body(wardrobe, look):
    look("Sunday", *(wardrobe[title] for title in ("blouse", "bag", "boots", "skirt")))

    def first(pieces):
        return titles(
            outfits([wardrobe["blouse"]], options=OutfitOptions(pieces=pieces)).outfits[0]
        )

    assert first(3) == ["blouse", "skirt", "boots"]
    assert first(2) == ["blouse", "skirt"]


def test_only_looks_with_everything_asked_about_count(wardrobe, look):
    look("Sunday", wardrobe["blouse"], wardrobe["cheap shoes"])

    answer = outfits([wardrobe["blouse"], wardrobe["skirt"]])

    assert {outfit.look for outfit in answer.outfits} == {None}


def test_a_rule_keeps_two_chosen_pieces_apart(wardrobe):
    Rule.objects.create(
        kind="NEVER_TOGETHER", on_attribute="slot", on_value="SHOES", attribute="slot", value="BAG"
    )

    found = [set(titles(outfit)) for outfit in outfits([wardrobe["blouse"]], limit=9).outfits]

    assert found
    assert not any("bag" in pieces and pieces & {"boots", "cheap shoes"} for pieces in found)


def test_what_is_hidden_beside_a_chosen_piece_is_not_in_its_outfit(wardrobe):
    Rule.objects.create(kind="HIDE", product=wardrobe["boots"], on_product=wardrobe["skirt"])

    found = [set(titles(outfit)) for outfit in outfits([wardrobe["blouse"]], limit=9).outfits]

    assert not any({"skirt", "boots"} <= pieces for pieces in found)


def test_what_is_hidden_beside_the_start_or_a_kept_piece_is_not_chosen(wardrobe):
    Rule.objects.create(kind="HIDE", product=wardrobe["boots"], on_product=wardrobe["blouse"])

    assert "cheap shoes" in best([wardrobe["blouse"]])
    assert "cheap shoes" in best(
        [wardrobe["skirt"]], options=OutfitOptions(keep=[wardrobe["blouse"].pk])
    )


def test_a_pinned_piece_is_in_the_outfit(wardrobe):
    Rule.objects.create(kind="PIN", product=wardrobe["cheap shoes"], position=1)

    (outfit,) = outfits([wardrobe["blouse"]], limit=1).outfits

    assert "cheap shoes" in titles(outfit)
    assert outfit.score <= 1


def test_a_shop_that_nobody_has_looked_at_makes_outfits_of_what_is_newest(make_product):
    blouse = make_product("blouse")
    for title in ("old skirt", "new skirt"):
        make_product(title, Slot.BOTTOM)

    (outfit,) = outfits([blouse], limit=1).outfits

    assert (outfit.score, {piece.source for piece in outfit.pieces}) == (0, {"given", "newest"})


def test_an_outfit_never_mixes_encoders(wardrobe):
    Checkpoint.objects.filter(purpose="STYLE").update(state=Checkpoint.State.RETIRED)

    answer = outfits([wardrobe["blouse"]])

    assert (answer.versions, answer.outfits[0].score) == ((), 0)


@pytest.mark.parametrize("count", [1, 3])
def test_outfits_cost_four_queries_and_the_hosts_prefetch(
    wardrobe, look, count, django_assert_num_queries
):
    look("Sunday", wardrobe["blouse"], wardrobe["boots"], wardrobe["bag"])

    with django_assert_num_queries(5):
        outfits([wardrobe["blouse"], own()], limit=count)
