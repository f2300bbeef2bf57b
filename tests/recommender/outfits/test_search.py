"""The search for an outfit: against brute force, and against every shop that hypothesis can think of."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashionshop.models import Category, Product
from recommender.garments import SLOTS, partner_slots
from recommender.models import Embedding, Picture, Slot
from recommender.outfits.answer import OutfitOptions, outfits
from recommender.outfits.plans import can_be_worn_together, plans
from recommender.outfits.search import INCOMPATIBLE, CandidateItem, SearchSpace
from recommender.ranking.filters import Filters
from recommender.testing import activate_fake_checkpoints
from tests import naive
from tests.effort import examples

GARMENT = st.fixed_dictionaries(
    {
        "slot": st.sampled_from(SLOTS),
        "style": st.integers(0, 90),
        "price": st.integers(5, 60),
        "stock": st.sampled_from([0, 1, 1, 1]),
        "sizes": st.sampled_from(["S M", "M", "L"]),
    }
)
SHOPS = st.lists(GARMENT, min_size=3, max_size=14)
BUDGETS = st.none() | st.integers(10, 200)


@pytest.fixture
def style(db):
    return activate_fake_checkpoints()["STYLE"]


@pytest.fixture
def categories(db):
    return {slot: Category.objects.create(name=slot, slug=slot, slot=slot) for slot in SLOTS}


@pytest.fixture
def open_shop(style, categories):
    """Open a shop that sells these garments, in place of the one before."""

    def sell(garments):
        Product.objects.all().delete()
        products = Product.objects.bulk_create(
            Product(
                sku=str(number),
                title=str(number),
                category=categories[garment["slot"]],
                **{name: garment[name] for name in ("price", "stock", "sizes")},
            )
            for number, garment in enumerate(garments)
        )
        pictures = Picture.objects.bulk_create(
            Picture(product=product, name=f"{product.sku}.jpg", sha256="0" * 64)
            for product in products
        )
        Embedding.objects.bulk_create(
            Embedding(picture=picture, checkpoint=style, sha256="0" * 64, vector=direction(garment))
            for picture, garment in zip(pictures, garments, strict=True)
        )
        return products[0]

    return sell


def direction(garment):
    angle = math.radians(garment["style"])
    return [math.cos(angle), math.sin(angle), 0.0]


def chosen(outfit):
    return [piece for piece in outfit.pieces if not piece.is_given]


@pytest.mark.slow
@examples(25)
@given(garments=SHOPS, budget=BUDGETS, size=st.none() | st.just("M"))
def test_no_outfit_breaks_a_rule_in_any_shop(open_shop, garments, budget, size):
    start = open_shop(garments)
    options = OutfitOptions(budget=None if budget is None else Decimal(budget))
    filters = Filters(attributes={"size": [size]} if size else {})

    answer = outfits([start], limit=4, filters=filters, options=options)

    assert bool(answer.outfits) != bool(answer.nothing)
    for outfit in answer.outfits:
        slots = [piece.slot for piece in outfit.pieces]
        bought = [piece.product for piece in chosen(outfit)]
        assert outfit.pieces[0].product == start
        assert can_be_worn_together(slots)
        assert "DRESS" in slots or {"TOP", "BOTTOM"} <= set(slots)
        assert all(product.stock for product in bought)
        assert all((size or "") in product.sizes.split() or not size for product in bought)
        assert outfit.total == sum(product.price for product in bought)
        assert budget is None or outfit.total <= budget


@pytest.mark.slow
@examples(20)
@given(garments=SHOPS, budget=BUDGETS)
def test_the_first_outfit_is_the_one_that_brute_force_finds(open_shop, garments, budget):
    start = open_shop(garments)
    options = OutfitOptions(budget=None if budget is None else Decimal(budget))

    answer = outfits([start], limit=1, options=options)

    best = naive.best_outfit(
        garments[0], [one for one in garments[1:] if one["stock"]], budget=budget, pieces=5
    )
    found = [(len(one.pieces), one.score) for one in answer.outfits]
    assert found == [
        (pytest.approx(count), pytest.approx(score, abs=2e-3)) for count, score in best
    ]


@pytest.mark.slow
@examples(12)
@given(garments=SHOPS, at=st.integers(0, 5))
def test_a_swap_changes_one_slot_and_leaves_the_others(open_shop, garments, at):
    start = open_shop(garments)
    for outfit in outfits([start], limit=1).outfits:
        own = chosen(outfit)
        out = own[at % len(own)]
        keep = [piece.product.pk for piece in own if piece is not out]
        options = OutfitOptions(keep=keep, swap=out.slot, without=[out.product.pk])

        for other in outfits([start], options=options).outfits:
            (new,) = chosen(other)
            assert (new.slot, new.product != out.product) == (out.slot, True)
            assert [piece.product.pk for piece in other.pieces[1:-1]] == keep


def nodes(*by_slot, prices=()):
    """Nodes of slots, numbered in order."""
    costs = [*prices, *[Decimal(1)] * 99]
    return {
        slot: [CandidateItem(number, slot, pk=number, price=costs[number]) for number in numbers]
        for slot, numbers in by_slot
    }


def test_pieces_that_are_kept_apart_never_meet():
    pairs = [[1.0, 1.0, 0.2], [1.0, 1.0, INCOMPATIBLE], [0.2, INCOMPATIBLE, 1.0]]
    wardrobe = SearchSpace((), nodes(("TOP", [0, 1]), ("BOTTOM", [2])), pairs)

    assert [sorted(found.numbers) for found in wardrobe.best_proposals(("TOP", "BOTTOM"))] == [
        [0, 2]
    ]


def test_a_narrow_beam_still_meets_a_budget_that_can_be_met():
    pairs = [[0.0] * 9 for _row in range(9)]
    by_slot = nodes(("TOP", range(4)), ("BOTTOM", range(4, 8)), prices=[9, 9, 9, 1, 9, 9, 9, 1])
    wardrobe = SearchSpace((), by_slot, pairs, room=Decimal(2))

    (found,) = wardrobe.best_proposals(("TOP", "BOTTOM"), width=1)

    assert found.numbers == {3, 7}


def test_one_plan_is_a_level_of_its_own_where_it_alone_has_shoes():
    levels = plans(["TOP"], offered=["BOTTOM", "SHOES", "BAG"], pieces=3)

    assert levels[0] == [("BOTTOM", "SHOES")]


@pytest.mark.parametrize("slot", Slot.values)
def test_every_plan_can_be_worn(slot):
    for level in plans([slot], offered=SLOTS):
        for plan in level:
            assert can_be_worn_together([slot, *plan])
            assert len(plan) <= 4


def test_a_body_that_nobody_offers_leaves_no_plan():
    assert plans(["TOP"], offered=["SHOES", "BAG", "DRESS"]) == []


def test_slots_of_one_outfit_are_partners_of_each_other():
    assert can_be_worn_together(["TOP", "BOTTOM", "SHOES"])
    assert not can_be_worn_together(["TOP", "TOP"])
    assert not can_be_worn_together(["DRESS", "TOP"])
    assert "TOP" not in partner_slots("DRESS")
