"""Rules that contradict each other are named, and only those."""

from datetime import UTC, datetime, timedelta

import pytest

from recommender.models import Rule
from recommender.rules.conflicts import conflicts_among, conflicts_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def conflicts(*rules):
    return [conflict.text for conflict in conflicts_among(rules, now=NOW)]


def pin(product, position=1, **fields):
    return Rule.objects.create(kind="PIN", product=product, position=position, **fields)


def rule(kind, **fields):
    return Rule.objects.create(kind=kind, **fields)


def test_a_pin_of_what_is_hidden_is_a_conflict_either_way_round(skirt):
    pinned, hidden = pin(skirt), rule("HIDE", product=skirt)

    assert len(conflicts(pinned, hidden)) == len(conflicts(hidden, pinned)) == 1


def test_a_pin_is_hidden_by_an_attribute_it_has(skirt):
    assert conflicts(pin(skirt), rule("HIDE", attribute="slot", value="BOTTOM"))
    assert not conflicts(pin(skirt), rule("HIDE", attribute="slot", value="TOP"))


def test_never_together_hides_a_pin_both_ways(blouse, skirt):
    never = rule(
        "NEVER_TOGETHER", attribute="slot", value="TOP", on_attribute="slot", on_value="BOTTOM"
    )

    assert conflicts(never, pin(skirt, on_product=blouse))
    assert conflicts(never, pin(blouse, on_product=skirt))
    assert not conflicts(never, pin(blouse, on_product=blouse))


def test_a_pair_hidden_both_ways_hides_the_pin_on_the_other_side(blouse, skirt):
    apart = rule("HIDE", product=skirt, on_product=blouse, both_ways=True)

    assert conflicts(apart, pin(blouse, on_product=skirt))


def test_boost_and_bury_of_one_target_are_a_conflict(skirt, boots):
    assert conflicts(rule("BOOST", product=skirt), rule("BURY", product=skirt))
    assert not conflicts(rule("BOOST", product=skirt), rule("BURY", product=boots))


def test_two_pins_at_one_position_are_a_conflict_and_at_two_are_none(skirt, boots):
    assert conflicts(pin(skirt), pin(boots))
    assert not conflicts(pin(skirt), pin(boots, 2))
    assert conflicts(pin(skirt), pin(skirt, 2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"strip": "SIMILAR"}, {"strip": "GOES_WITH"}),
        ({"is_enabled": False}, {}),
        ({"ends_at": NOW}, {}),
        ({"ends_at": NOW + timedelta(days=1)}, {"starts_at": NOW + timedelta(days=2)}),
        (
            {"on_attribute": "slot", "on_value": "TOP"},
            {"on_attribute": "slot", "on_value": "BAG"},
        ),
    ],
)
def test_rules_that_never_meet_do_not_contradict(skirt, one, other):
    assert not conflicts(pin(skirt, **one), rule("HIDE", product=skirt, **other))


def test_rules_beside_different_products_do_not_contradict(skirt, blouse, boots):
    hidden = rule("HIDE", product=skirt, on_product=boots)

    assert not conflicts(pin(skirt, on_product=blouse), hidden)
    assert conflicts(pin(skirt, on_attribute="slot", on_value="SHOES"), hidden)


def test_a_price_window_shuts_a_dear_pin_out(make_product, blouse):
    dear = make_product("dear", price=90)
    window = rule("PRICE_WINDOW", percent=40)

    assert len(conflicts(window, pin(dear, on_product=blouse))) == 1


def test_a_price_window_that_nothing_is_within_is_named(make_product, blouse):
    make_product("dear", price=90)

    assert conflicts(rule("PRICE_WINDOW", percent=10, on_product=blouse))
    assert not conflicts(rule("PRICE_WINDOW", percent=200, on_product=blouse))


def test_an_unsaved_rule_is_compared_with_the_stored_ones(skirt):
    pin(skirt)

    (conflict,) = conflicts_of(Rule(kind="HIDE", product=skirt), now=NOW)

    assert "hides" in conflict.text
    assert {conflict.rule.kind, conflict.other.kind} == {"PIN", "HIDE"}
