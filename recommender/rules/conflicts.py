"""Which of the merchant's rules contradict each other."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from recommender import product_columns
from recommender.catalog import product_model
from recommender.models import Rule
from recommender.models.rules import ProductSet
from recommender.ranking.eligibility import eligible_products
from recommender.ranking.filters import PRICE, Filters

Kind = Rule.Kind
NOTHING_WITHIN = _("No product is within this price window: nothing is left to show.")
Facts = Mapping[Any, Mapping[str, Any]]  # product key → attribute → value


class Clash(models.TextChoices):
    """What two rules may contradict each other in, and what happens then."""

    OPPOSED = "OPPOSED", _("One shows earlier what the other shows later.")
    HIDDEN = "HIDDEN", _("What one pins the other hides: it stays hidden.")
    PRICED_OUT = (
        "PRICED_OUT",
        _("What is pinned is outside of the price window: it stays hidden."),
    )
    TWO_POSITIONS = "TWO_POSITIONS", _("One product is pinned at two positions.")
    ONE_POSITION = (
        "ONE_POSITION",
        _("Two products are pinned at one position: one of them moves on."),
    )


@dataclass(frozen=True)
class Conflict:
    """Two rules that cannot both be had, or one that leaves nothing; `text` says what happens."""

    rule: Rule
    other: Rule | None
    text: str


def conflicts_among(rules: Collection[Rule], *, now: datetime) -> list[Conflict]:
    """Every contradiction among rules in use, each once; at most two queries.

    Compared are only rules that want something of the same product, kind or position where they may
    meet (`_meetings`), so that the time grows with the rules and what contradicts, not with all pairs.
    """
    live = [
        rule for rule in rules if rule.is_enabled and not (rule.ends_at and rule.ends_at <= now)
    ]
    facts = _facts(live)
    alone = [Conflict(rule, None, str(NOTHING_WITHIN)) for rule in _empty_windows(live, facts)]
    found = [
        (one, other, str(clash.label))
        for one, other, clash in _meetings(live, facts)
        if _contradict(live[one], live[other], clash, facts=facts)
    ]
    return alone + [Conflict(live[one], live[other], text) for one, other, text in sorted(found)]


def conflicts_of(rule: Rule, *, now: datetime) -> list[Conflict]:
    """What contradicts this rule, stored or not, among the others."""
    others = Rule.objects.exclude(pk=rule.pk).filter(is_enabled=True)
    found = conflicts_among([rule, *others.select_related("product", "on_product")], now=now)
    return [conflict for conflict in found if rule in (conflict.rule, conflict.other)]


def _meetings(rules: Sequence[Rule], facts: Facts) -> set[tuple[int, int, Clash]]:
    """Every two rules about one thing where they may meet, by number, and what about: a hash join.

    Each rule looks for those of the other side in the places that include its own.
    """
    wishes = [(at, *wish) for at, rule in enumerate(rules) for wish in _wishes(rule, facts)]
    index: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for at, *wish in wishes:
        index[tuple(wish)].append(at)
    return {
        (min(at, other), max(at, other), clash)
        for at, clash, thing, side, place in wishes
        for wider in _sets_around(place, facts)
        for other in index.get((clash, thing, -side, wider), ())
        if other != at
    }


def _wishes(rule: Rule, facts: Facts) -> Iterator[tuple[Clash, Any, int, ProductSet]]:
    """(what it may clash in, about what, on which side, beside what); side 1 is against -1, 0 against 0."""
    for about, place in rule.directions():
        if rule.kind == Kind.PIN:
            for products in _sets_around(about, facts):
                yield Clash.HIDDEN, products, 1, place
            if place.product_pk is not None:
                yield Clash.PRICED_OUT, None, 1, place
            yield Clash.TWO_POSITIONS, about, 0, place
            yield Clash.ONE_POSITION, rule.position, 0, place
        elif rule.kind == Kind.PRICE_WINDOW:
            yield Clash.PRICED_OUT, None, -1, place
        elif rule.kind in {Kind.BOOST, Kind.BURY}:
            yield Clash.OPPOSED, about, 1 if rule.kind == Kind.BOOST else -1, place
        else:
            yield Clash.HIDDEN, about, -1, place


def _sets_around(products: ProductSet, facts: Facts) -> set[ProductSet]:
    """Every set that includes these products; a kind is only in itself and in all."""
    kinds = facts.get(products.product_pk, {}).items()
    return {products, ProductSet(), *(ProductSet(None, name, str(value)) for name, value in kinds)}


def _contradict(one: Rule, other: Rule, clash: Clash, *, facts: Facts) -> bool:
    """Tell whether two rules that meet contradict each other in what they met in."""
    if one.strip and other.strip and one.strip != other.strip:
        return False
    if any(a.ends_at and b.starts_at and a.ends_at <= b.starts_at for a, b in _both(one, other)):
        return False
    if clash == Clash.TWO_POSITIONS:
        return one.position != other.position
    if clash == Clash.ONE_POSITION:
        return bool(one.product_id != other.product_id)
    return clash != Clash.PRICED_OUT or any(
        _is_priced_out(a, b, facts) for a, b in _both(one, other)
    )


def _both(one: Rule, other: Rule) -> tuple[tuple[Rule, Rule], tuple[Rule, Rule]]:
    return (one, other), (other, one)


def _is_priced_out(pin: Rule, window: Rule, facts: Facts) -> bool:
    price = facts.get(pin.product_id, {}).get(PRICE)
    within = window.price_range(facts.get(pin.on_product_id, {}).get(PRICE))
    return bool(within and price is not None and not within[0] <= price <= within[1])


def _facts(rules: Collection[Rule]) -> Facts:
    """What the products that rules name are like."""
    keys = {key for rule in rules for key in (rule.product_id, rule.on_product_id)} - {None}
    columns = product_columns.rule_columns()
    rows = product_model()._default_manager.filter(pk__in=keys).order_by()
    values = rows.values_list("pk", *columns.values())
    return {pk: dict(zip(columns, own, strict=True)) for pk, *own in values}


def _empty_windows(rules: Collection[Rule], facts: Facts) -> list[Rule]:
    """The price windows beside one product that no other product is in; one query, if there are any."""
    counts: dict[str, Count] = {}
    for at, rule in enumerate(rules):
        if within := rule.price_range(facts.get(rule.on_product_id, {}).get(PRICE)):
            others = Q(reco_price__range=within) & ~Q(pk=rule.on_product_id)
            counts[str(at)] = Count("pk", filter=others)
    if not counts:
        return []
    products = eligible_products(Filters(reads=frozenset({PRICE}))).order_by()
    within_each = products.aggregate(**counts)
    return [rule for at, rule in enumerate(rules) if within_each.get(str(at)) == 0]
