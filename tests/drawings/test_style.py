from random import Random

import pytest

from drawings.catalogue import Product, catalogue
from drawings.looks import LARGEST, SMALLEST, Look, looks
from drawings.palette import COLOURS, harmonise, wheel_distance
from drawings.style import (
    ALL_YEAR,
    AUTUMN_WINTER,
    MEN,
    SPRING_SUMMER,
    UNISEX,
    WOMEN,
    Style,
    clash,
    goes_together,
)


@pytest.fixture(scope="module")
def products() -> list[Product]:
    return catalogue(products=264, seed=7)


@pytest.fixture(scope="module")
def outfits(products) -> list[Look]:
    return looks(products, count=72, seed=7)


def style(colour="navy", formality=3, *, is_loud=False, season=ALL_YEAR, gender=UNISEX) -> Style:
    return Style(
        colour=COLOURS[colour],
        formality=formality,
        is_loud=is_loud,
        season=season,
        gender=gender,
    )


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (style(gender=WOMEN), style(gender=MEN), "gender"),
        (style(season=SPRING_SUMMER), style(season=AUTUMN_WINTER), "season"),
        (style(formality=1), style(formality=3), "formality"),
        (style(is_loud=True), style(is_loud=True), "pattern"),
        (style("camel"), style("charcoal"), "palette"),
        (style("terracotta"), style("lilac"), "palette"),
        (style("terracotta"), style("teal"), ""),
        (style("rust"), style("apricot"), ""),
        (style("camel", 2), style("rust", 3, is_loud=True), ""),
        (style(season=SPRING_SUMMER), style(season=ALL_YEAR), ""),
        (style(gender=WOMEN), style(gender=UNISEX), ""),
    ],
)
def test_two_products_clash_for_the_reason_the_rule_names(a, b, reason):
    assert clash(a, b) == reason
    assert goes_together(a, b) is (not reason)


def test_the_rule_does_not_care_which_product_is_named_first(products):
    generator = Random(3)  # noqa: S311 - a sample, not a secret

    pairs = [generator.sample(products, 2) for _ in range(500)]

    assert all(clash(a.style, b.style) == clash(b.style, a.style) for a, b in pairs)


@pytest.mark.parametrize("name", ["black", "white", "navy", "denim blue"])
def test_an_open_neutral_goes_with_every_colour(name):
    assert all(harmonise(COLOURS[name], other) for other in COLOURS.values())


def test_the_shorter_way_round_the_wheel_is_measured():
    assert wheel_distance(350, 10) == 20
    assert wheel_distance(0, 180) == 180


def test_every_pair_in_every_look_obeys_the_rule(outfits):
    clashes = [
        clash(a.style, b.style)
        for outfit in outfits
        for a in outfit.products
        for b in outfit.products
        if a is not b
    ]

    assert set(clashes) == {""}


def test_most_replacements_by_another_product_of_the_slot_break_a_look(products, outfits):
    generator, broken, tried = Random(5), 0, 0  # noqa: S311 - a sample
    by_slot = {slot: [row for row in products if row.slot == slot] for slot in slots(products)}

    for outfit in outfits:
        for product in outfit.products:
            other = generator.choice(by_slot[product.slot])
            rest = [row for row in outfit.products if row is not product]
            broken += any(clash(other.style, row.style) for row in rest)
            tried += 1

    assert broken / tried >= 0.7


def slots(products) -> set[str]:
    return {row.slot for row in products}


def test_a_look_wears_three_to_six_slots_once_each(outfits):
    for outfit in outfits:
        worn = [product.slot for product in outfit.products]

        assert SMALLEST <= len(worn) <= LARGEST
        assert len(set(worn)) == len(worn)


def test_a_dress_is_never_worn_with_a_top_or_a_bottom(outfits):
    worn = [{product.slot for product in outfit.products} for outfit in outfits]

    assert not [slots for slots in worn if "DRESS" in slots and slots & {"TOP", "BOTTOM"}]
    assert all("DRESS" in slots or {"TOP", "BOTTOM"} <= slots for slots in worn)


def test_nearly_every_look_has_shoes(outfits):
    shod = [outfit for outfit in outfits if "SHOES" in {row.slot for row in outfit.products}]

    assert len(shod) >= 0.85 * len(outfits)


def test_no_two_looks_are_the_same_and_none_shares_a_title(outfits):
    assert len(outfits) == 72
    assert len({frozenset(row.sku for row in outfit.products) for outfit in outfits}) == 72
    assert len({outfit.title for outfit in outfits}) == 72
