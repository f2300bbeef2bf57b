"""Rules that contradict each other are named, and only those."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from recommender.models import Rule, Slot
from recommender.rules import conflicts as conflicts_of_rules
from recommender.rules.conflicts import conflicts_among, conflicts_of
from tests.naive_rules import naive_conflicts

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
        ({"ends_at": NOW + timedelta(days=1)}, {"starts_at": NOW + timedelta(days=1)}),
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


def test_a_product_at_the_very_edge_of_a_price_window_is_within(make_product):
    own, _other = make_product("own", price=100), make_product("other", price=150)

    assert not conflicts(rule("PRICE_WINDOW", percent=50, on_product=own))
    assert conflicts(rule("PRICE_WINDOW", percent=49, on_product=own))


def test_an_unsaved_rule_is_compared_with_the_stored_ones(skirt):
    pin(skirt)

    (conflict,) = conflicts_of(Rule(kind="HIDE", product=skirt), now=NOW)

    assert "hides" in conflict.text
    assert {conflict.rule.kind, conflict.other.kind} == {"PIN", "HIDE"}


@pytest.fixture
def many_rules(make_product):
    """Five hundred rules of every kind, each beside one product, a kind of product, or everywhere."""
    rng = random.Random(7)  # noqa: S311 -- a made shop, not a secret
    slots = [Slot.TOP, Slot.BOTTOM, Slot.SHOES]
    products = [make_product(f"p{n}", slots[n % 3], price=20 + n) for n in range(30)]

    def places():
        kind = {"on_attribute": "slot", "on_value": rng.choice(slots)}
        beside = {"on_product": rng.choice(products)}
        return rng.choices([beside, kind, {}], [6, 2, 1])[0]

    def made(kind):
        target = rng.choice(
            [{"product": rng.choice(products)}, {"attribute": "slot", "value": rng.choice(slots)}]
        )
        words = {
            Rule.Kind.PIN: {"product": rng.choice(products), "position": rng.randint(1, 3)},
            Rule.Kind.NEVER_TOGETHER: {
                **{"attribute": "slot", "value": rng.choice(slots)},
                **{"on_attribute": "slot", "on_value": rng.choice(slots), "on_product": None},
            },
            Rule.Kind.PRICE_WINDOW: {"percent": rng.choice([1, 10, 80])},
            Rule.Kind.HIDE: {**target, "both_ways": rng.random() < 0.5},
        }.get(kind, target)
        when = {"ends_at": NOW + timedelta(days=rng.randint(-1, 3))} if rng.random() < 0.2 else {}
        strip = rng.choice(["", "", "SIMILAR", "GOES_WITH"])
        return Rule(kind=kind, strip=strip, **(places() | words | when))

    kinds = list(Rule.Kind)
    Rule.objects.bulk_create(made(kinds[n % len(kinds)]) for n in range(500))
    return list(Rule.objects.order_by("pk"))


def test_the_join_finds_what_comparing_every_two_finds(many_rules):
    found = [
        (one.rule.pk, one.other.pk, one.text)
        for one in conflicts_among(many_rules, now=NOW)
        if one.other
    ]

    live = [rule for rule in many_rules if rule.ends_at is None or rule.ends_at > NOW]
    assert found == naive_conflicts(live, conflicts_of_rules._facts(live))
    assert {text for _one, _other, text in found} >= {
        "One product is pinned at two positions.",
        "One shows earlier what the other shows later.",
        "Two products are pinned at one position: one of them moves on.",
        "What is pinned is outside of the price window: it stays hidden.",
        "What one pins the other hides: it stays hidden.",
    }


def test_rules_about_different_things_are_not_compared(make_product, monkeypatch):
    compared, contradict = [], conflicts_of_rules._contradict
    products = [make_product(f"p{n}") for n in range(250)]
    rules = [Rule(pk=2 * n, kind="PIN", product=p, position=n + 1) for n, p in enumerate(products)]
    rules += [Rule(pk=2 * n + 1, kind="HIDE", product=p) for n, p in enumerate(products)]

    monkeypatch.setattr(
        conflicts_of_rules,
        "_contradict",
        lambda *met, **known: compared.append(met) or contradict(*met, **known),
    )

    assert len(conflicts_among(rules, now=NOW)) == 250
    assert len(compared) == 250  # every two would be 124,750


def test_any_number_of_price_windows_costs_two_queries(make_product, django_assert_max_num_queries):
    products = [make_product(f"p{n}", price=1.5**n) for n in range(20)]
    windows = [rule("PRICE_WINDOW", percent=20, on_product=product) for product in products]

    with django_assert_max_num_queries(2):
        found = conflicts_among(windows, now=NOW)

    assert len(found) == 20
