"""A rule is tried out before it is stored: before and after, and what it would empty."""

import pytest

from recommender.models import Rule
from recommender.rules.preview import rule_preview

pytestmark = pytest.mark.django_db


def titles(strip):
    return [item.product.title for item in strip.items]


@pytest.fixture
def tops(make_product, looks_like, blouse):
    looks_like(blouse)
    made = [make_product(title, season="WINTER", price=90) for title in ("near", "far")]
    return [
        looks_like(product, shape=degrees, colour=degrees)
        for product, degrees in zip(made, (10, 80), strict=True)
    ]


def test_before_and_after_stand_side_by_side_and_nothing_is_stored(blouse, tops):
    rule = Rule(kind="PIN", product=tops[1], position=1, on_product=blouse, strip="SIMILAR")

    (tried,) = rule_preview(rule).changed

    assert (titles(tried.before), titles(tried.after)) == (["near", "far"], ["far", "near"])
    assert not Rule.objects.exists()


def test_a_rule_says_how_many_products_it_touches(blouse, tops):
    preview = rule_preview(
        Rule(kind="HIDE", attribute="season", value="WINTER", on_attribute="slot", on_value="TOP")
    )

    assert (preview.about, preview.beside) == (2, 3)


def test_a_rule_that_empties_a_strip_is_told(blouse, tops):
    preview = rule_preview(Rule(kind="PRICE_WINDOW", percent=10, on_product=blouse))

    assert [tried.product for tried in preview.emptied] == [blouse]


def test_a_rule_that_shortens_a_strip_is_told(blouse, tops):
    preview = rule_preview(Rule(kind="HIDE", product=tops[0], on_product=blouse))

    (tried,) = preview.shortened
    assert tried.gone == {tops[0].pk}


def test_a_stored_rule_is_compared_with_what_it_would_become(blouse, tops):
    rule = Rule.objects.create(kind="HIDE", product=tops[0], on_product=blouse)
    rule.product = tops[1]

    (tried,) = rule_preview(rule).changed

    assert (titles(tried.before), titles(tried.after)) == (["far"], ["near"])


def test_switching_a_rule_off_can_be_tried_as_well(blouse, tops):
    rule = Rule.objects.create(kind="HIDE", product=tops[0], on_product=blouse)
    rule.is_enabled = False

    (tried,) = rule_preview(rule).changed

    assert tried.new == {tops[0].pk}


def test_the_strips_that_show_the_product_are_tried_first(blouse, tops, make_product):
    newest = [make_product(f"newest {number}", "BAG").pk for number in range(4)]

    preview = rule_preview(Rule(kind="HIDE", product=tops[0]), sample=2)

    assert preview.changed
    assert not {tried.product.pk for tried in preview.changed} & {*newest}


def test_a_rule_about_a_kind_is_tried_where_that_kind_stands(blouse, tops, make_product):
    for number in range(14):
        make_product(f"newest {number}", "BAG")

    preview = rule_preview(Rule(kind="BURY", attribute="season", value="WINTER", strength=1))

    assert {tried.product for tried in preview.tried} >= {blouse}


def test_every_strip_that_is_emptied_is_told_and_not_only_of_those_tried(blouse, tops, monkeypatch):
    monkeypatch.setattr("recommender.rules.preview.TRIED", 1)
    rule = Rule(kind="HIDE", attribute="slot", value="TOP", strip="SIMILAR")

    preview = rule_preview(rule, sample=1)

    assert {tried.product for tried in preview.emptied} == {blouse, *tops}
    assert len({tried.product for tried in preview.tried}) == 1
    assert preview.looked_at == preview.beside == 3


def test_two_products_may_be_never_together(blouse, skirt, looks_like):
    looks_like(blouse)
    looks_like(skirt)

    preview = rule_preview(Rule(kind="NEVER_TOGETHER", product=skirt, on_product=blouse))

    assert {tried.product for tried in preview.emptied} == {blouse, skirt}


def test_never_together_is_tried_on_either_side(blouse, skirt, looks_like):
    looks_like(blouse)
    looks_like(skirt)
    rule = Rule(
        kind="NEVER_TOGETHER",
        **{"attribute": "slot", "value": "BOTTOM", "on_attribute": "slot", "on_value": "TOP"},
    )

    assert {tried.product for tried in rule_preview(rule).emptied} == {blouse, skirt}


def test_what_a_preview_costs_is_bounded(blouse, tops, django_assert_max_num_queries):
    with django_assert_max_num_queries(90):
        rule_preview(Rule(kind="BOOST", attribute="season", value="WINTER"))
