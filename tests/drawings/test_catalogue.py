from collections import Counter

import pytest

from drawings.assortment import designs
from drawings.catalogue import catalogue
from drawings.fabric import TEXTURES, WEAVES
from drawings.garments import CUTS
from drawings.palette import COLOURS
from drawings.style import ALL_YEAR, AUTUMN_WINTER, MEN, SPRING_SUMMER, UNISEX, WOMEN
from recommender.garments import SLOTS, slot_for


@pytest.fixture(scope="module")
def products():
    return catalogue(products=264, seed=7)


@pytest.mark.parametrize("design", designs(), ids=lambda design: f"{design.cut}-{design.noun}")
def test_a_design_names_only_cuts_cloths_and_colours_that_exist(design):
    assert design.cut in CUTS
    assert set(design.weaves) <= set(WEAVES)
    assert {texture for _, texture in design.fabrics} <= set(TEXTURES)
    assert set(design.colours) <= set(COLOURS)
    assert design.prices[0] < design.prices[1]
    assert 1 <= design.formality <= 5


def test_every_cut_that_can_be_drawn_is_sold():
    assert {design.cut for design in designs()} == set(CUTS)


@pytest.mark.parametrize("count", [8, 50, 264, 1500])
def test_as_many_products_as_asked_for_with_a_sku_each(count):
    rows = catalogue(products=count, seed=7)

    assert len(rows) == count
    assert len({row.sku for row in rows}) == count


def test_all_eight_slots_are_stocked_and_agree_with_the_table_of_garments(products):
    assert {row.slot for row in products} == set(SLOTS)
    assert min(Counter(row.slot for row in products).values()) >= 15
    assert {row.slot == slot_for(row.category) for row in products} == {True}


def test_every_category_is_stocked(products):
    assert {row.category for row in products} == {design.category for design in designs()}


def test_some_models_come_in_several_colours_of_the_same_cut_and_price(products):
    sizes = Counter(row.model for row in products)
    twins = [row for row in products if sizes[row.model] > 1]

    assert len(twins) > 80
    assert len({(row.model, row.cut, row.weave, row.price) for row in twins}) == len(
        {row.model for row in twins}
    )
    assert len({(row.model, row.colour.name) for row in twins}) == len(twins)


def test_seasons_and_genders_are_spelled_as_the_shop_expects(products):
    assert {row.season for row in products} == {SPRING_SUMMER, AUTUMN_WINTER, ALL_YEAR}
    assert {row.gender for row in products} == {WOMEN, MEN, UNISEX}


def test_some_products_are_sold_out(products):
    assert 0 < sum(row.stock == 0 for row in products) < 0.15 * len(products)


def test_titles_read_like_a_boutique(products):
    row = products[0]

    assert row.title[0].isupper()
    assert row.title.endswith(f", {row.colour.name}")
    assert len({product.title for product in products}) == len(products)


def test_the_same_seed_gives_the_same_products_and_another_one_others():
    assert catalogue(products=60, seed=1) == catalogue(products=60, seed=1)
    assert catalogue(products=60, seed=1) != catalogue(products=60, seed=2)
