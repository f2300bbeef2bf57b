"""Which of the merchant's rules contradict each other."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from recommender import product_columns
from recommender.catalog import product_model
from recommender.models import Rule
from recommender.models.rules import SLOT
from recommender.ranking.filters import Filters
from recommender.ranking.statement import eligible_products

Kind = Rule.Kind
Known = Mapping[Any, Mapping[str, Any]]  # product key → attribute → value


@dataclass(frozen=True)
class Conflict:
    """Two rules that cannot both be had, or one that leaves nothing; `text` says what happens."""

    rule: Rule
    other: Rule | None
    text: str


def conflicts_among(rules: Collection[Rule], *, now: datetime) -> list[Conflict]:
    """Every contradiction among rules in use, each once; two queries, one more per price window."""
    live = [rule for rule in rules if _is_live(rule, now)]
    known = _facts(live)
    found = [Conflict(rule, None, text) for rule in live for text in _alone(rule, known)]
    for one, other in combinations(live, 2):
        if _overlap_in_time(one, other) and _share_a_strip(one, other):
            texts = {*_between(one, other, known), *_between(other, one, known)}
            found += [Conflict(one, other, text) for text in sorted(texts)]
    return found


def conflicts_of(rule: Rule, *, now: datetime) -> list[Conflict]:
    """What contradicts this rule, stored or not, among the others."""
    others = Rule.objects.exclude(pk=rule.pk).filter(is_enabled=True)
    found = conflicts_among([rule, *others.select_related("product", "on_product")], now=now)
    return [conflict for conflict in found if conflict.rule is rule or conflict.other is rule]


def _is_live(rule: Rule, now: datetime) -> bool:
    return rule.is_enabled and (rule.ends_at is None or rule.ends_at > now)


def _overlap_in_time(one: Rule, other: Rule) -> bool:
    def ends_before(early: Rule, late: Rule) -> bool:
        return bool(early.ends_at and late.starts_at and early.ends_at <= late.starts_at)

    return not ends_before(one, other) and not ends_before(other, one)


def _share_a_strip(one: Rule, other: Rule) -> bool:
    return not one.strip or not other.strip or one.strip == other.strip


def _facts(rules: Collection[Rule]) -> Known:
    """What the products that rules name are like."""
    keys = {key for rule in rules for key in (rule.product_id, rule.on_product_id)} - {None}
    columns = {f"reco_{name}": value for name, value in _attributes().items()}
    rows = product_model()._default_manager.filter(pk__in=keys).annotate(**columns)
    return {
        row["pk"]: {name.removeprefix("reco_"): row[name] for name in columns}
        for row in rows.order_by().values("pk", *columns)
    }


def _attributes() -> dict[str, Any]:
    return {**product_columns.attributes(), SLOT: product_columns.slot()}


def _between(one: Rule, other: Rule, known: Known) -> Iterator[str]:
    """What `one` and `other` contradict each other in, seen from `one`."""
    are_opposed = (one.kind, other.kind) == (Kind.BOOST, Kind.BURY)
    if are_opposed and _target(one) == _target(other) and _meet(one, other, known):
        yield _("One shows earlier what the other shows later.")
    if one.kind != Kind.PIN:
        return
    if other.kind == Kind.PIN and _meet(one, other, known):
        yield from _two_pins(one, other)
    if any(_hides(hiding, one, known) for hiding in _directions(other)):
        yield _("What one pins the other hides: it stays hidden.")
    if other.kind == Kind.PRICE_WINDOW and _is_priced_out(one, other, known):
        yield _("What is pinned is outside of the price window: it stays hidden.")


def _two_pins(one: Rule, other: Rule) -> Iterator[str]:
    if one.product_id == other.product_id and one.position != other.position:
        yield _("One product is pinned at two positions.")
    if one.product_id != other.product_id and one.position == other.position:
        yield _("Two products are pinned at one position: one of them moves on.")


def _directions(rule: Rule) -> list[Rule]:
    """What a rule hides, as plain rules: one that holds both ways becomes two."""
    if rule.kind == Kind.HIDE:
        back = Rule(kind=Kind.HIDE, product_id=rule.on_product_id, on_product_id=rule.product_id)
        return [rule, back] if rule.both_ways and rule.product_id and rule.on_product_id else [rule]
    if rule.kind != Kind.NEVER_TOGETHER:
        return []
    one, other = (rule.on_attribute, rule.on_value), (rule.attribute, rule.value)
    return [
        Rule(kind=Kind.HIDE, on_attribute=a, on_value=b, attribute=c, value=d)
        for (a, b), (c, d) in ((one, other), (other, one))
    ]


def _hides(hiding: Rule, pin: Rule, known: Known) -> bool:
    is_target = hiding.product_id == pin.product_id
    if hiding.attribute:
        is_target = _has(known, pin.product_id, attribute=hiding.attribute, value=hiding.value)
    return is_target and _meet(hiding, pin, known)


def _is_priced_out(pin: Rule, window: Rule, known: Known) -> bool:
    price = known.get(pin.product_id, {}).get("price")
    own = known.get(pin.on_product_id, {}).get("price")
    if price is None or own is None or window.percent is None or not _meet(pin, window, known):
        return False
    return bool(abs(price - own) > own * window.percent / 100)


def _meet(one: Rule, other: Rule, known: Known) -> bool:
    """Tell whether both speak beside some product; two different attributes may meet: not told."""
    if one.on_product_id and other.on_product_id:
        return bool(one.on_product_id == other.on_product_id)
    for product, kind in ((one, other), (other, one)):
        if product.on_product_id and kind.on_attribute:
            return _has(
                known, product.on_product_id, attribute=kind.on_attribute, value=kind.on_value
            )
    if one.on_attribute and other.on_attribute:
        return (one.on_attribute, one.on_value) == (other.on_attribute, other.on_value)
    return True


def _has(known: Known, key: Any, *, attribute: str, value: str) -> bool:
    return str(known.get(key, {}).get(attribute, "")) == value


def _target(rule: Rule) -> tuple[Any, ...]:
    return rule.product_id, rule.attribute, rule.value


def _alone(rule: Rule, known: Known) -> Iterator[str]:
    """A price window beside one product that no other product is in."""
    own = known.get(rule.on_product_id, {}).get("price")
    if rule.kind != Kind.PRICE_WINDOW or own is None or rule.percent is None:
        return
    width = own * rule.percent / 100
    within = Filters(price_min=own - width, price_max=own + width)
    if not eligible_products(within).exclude(pk=rule.on_product_id).exists():
        yield _("No product is within this price window: nothing is left to show.")
