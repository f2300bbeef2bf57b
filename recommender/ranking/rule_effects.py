"""What the rules in force mean for one strip: what is hidden, boosted, pinned, and how dear it may be."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Case, FloatField, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from recommender.models import Rule
from recommender.models.rules import SLOT
from recommender.ranking.filters import PRICE
from recommender.ranking.tier import Tier

T = TypeVar("T")


@dataclass(frozen=True)
class RuleEffects:
    """Conditions over products that carry `reco_slot` and `reco_<attribute>`, by the rule's id."""

    hidden: Sequence[tuple[int, Q]] = ()
    windows: Sequence[tuple[int, Q]] = ()  # of prices that a product must be within
    boosts: Sequence[tuple[int, Q, float]] = ()  # below 0 what is shown later
    pins: Mapping[Any, int] = field(default_factory=dict)  # product key → position, 1 is first
    attributes: frozenset[str] = frozenset()  # that the conditions read

    def boost(self) -> Combinable:
        """An expression: what is added to a product's score for its place in the order."""
        total: Combinable = Value(0.0, output_field=FloatField())
        for _rule, condition, strength in self.boosts:
            total = total + Case(When(condition, then=Value(strength)), default=Value(0.0))
        return Cast(total, FloatField())  # a written 0.0 is of a type that is slow to sort

    def tier(self, default: Combinable | None = None) -> Combinable:
        """An expression: a product's tier, unless it is pinned the one given."""
        rest = default or Value(Tier.SUITED.value)
        pinned = When(pk__in=list(self.pins), then=Value(Tier.PINNED.value))
        return Case(pinned, default=rest, output_field=IntegerField()) if self.pins else rest


NO_EFFECTS = RuleEffects()


@dataclass(frozen=True)
class Anchor:
    """What rules may ask about the product that a strip stands beside."""

    pk: Any = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def rule_effects(
    rules: Collection[Rule], *, anchor: Anchor, strip: str, offered: Collection[str]
) -> RuleEffects:
    """Apply the rules that hold beside a product in a strip.

    A rule about an attribute that is not `offered` (the catalog changed) says nothing.
    """
    known = {*offered, SLOT}
    heard = [rule for rule in rules if rule.strip in {Rule.Strip.EVERYWHERE, strip}]
    held = [rule for rule in heard if _attributes_read([rule]) <= known]
    here = [rule for rule in held if _is_beside(rule, anchor)]
    hidden = [*_hide_conditions(here), *_never_together_conditions(held, anchor)]
    windows = list(_price_windows(here, anchor))
    priced = {PRICE} if windows else set()
    return RuleEffects(
        sorted(hidden, key=lambda one: one[0] or 0),
        windows,
        [_boost(rule) for rule in here if rule.kind in {Rule.Kind.BOOST, Rule.Kind.BURY}],
        {rule.product_id: rule.position or 1 for rule in here if rule.kind == Rule.Kind.PIN},
        frozenset(_attributes_read(held) - {SLOT} | priced),
    )


def put_pins_in_place(rows: Mapping[Any, T], pins: Mapping[Any, int]) -> list[T]:
    """Put the rows that are pinned at their positions, all others in their order around them.

    Rows p, a, b with p pinned at 2 come as a, p, b; past the end is the end.
    """
    order = [key for key in rows if key not in pins]
    for key, position in sorted(pins.items(), key=lambda pin: (pin[1], str(pin[0]))):
        if key in rows:
            order.insert(position - 1, key)
    return [rows[key] for key in order]


def _is_beside(rule: Rule, anchor: Anchor) -> bool:
    """Tell whether a rule speaks about strips beside this product."""
    if rule.on_product_id is not None and rule.on_product_id != anchor.pk:
        return False
    if not rule.on_attribute or rule.kind == Rule.Kind.NEVER_TOGETHER:
        return True
    return _text(anchor.attributes.get(rule.on_attribute)) == rule.on_value


def _target(rule: Rule) -> Q:
    """The products a rule is about."""
    if rule.product_id is not None:
        return Q(pk=rule.product_id)
    return Q(**{f"reco_{rule.attribute}": rule.value})


def _hide_conditions(here: Collection[Rule]) -> list[tuple[int, Q]]:
    return [(rule.pk, _target(rule)) for rule in here if rule.kind == Rule.Kind.HIDE]


def _never_together_conditions(held: Collection[Rule], anchor: Anchor) -> list[tuple[int, Q]]:
    """What must not stand beside this product, from rules that hold both ways."""
    conditions = []
    for rule in held:
        if rule.kind == Rule.Kind.HIDE and rule.both_ways and rule.product_id == anchor.pk:
            conditions.append((rule.pk, Q(pk=rule.on_product_id)))
        if rule.kind == Rule.Kind.NEVER_TOGETHER:
            one, other = (rule.on_attribute, rule.on_value), (rule.attribute, rule.value)
            for (mine, value), (theirs, unwanted) in ((one, other), (other, one)):
                if _text(anchor.attributes.get(mine)) == value:
                    conditions.append((rule.pk, Q(**{f"reco_{theirs}": unwanted})))
    return conditions


def _boost(rule: Rule) -> tuple[int, Q, float]:
    strength = float(rule.strength)  # JSON gives a whole number back as one
    return rule.pk, _target(rule), strength if rule.kind == Rule.Kind.BOOST else -strength


def _price_windows(here: Collection[Rule], anchor: Anchor) -> Iterator[tuple[int, Q]]:
    """The window of each such rule around the product's own price."""
    own = anchor.attributes.get(PRICE)
    for rule in here:
        if rule.kind == Rule.Kind.PRICE_WINDOW and rule.percent is not None and own is not None:
            share = Decimal(rule.percent) / 100
            low, high = own * (1 - share), own * (1 + share)
            yield rule.pk, Q(reco_price__gte=low, reco_price__lte=high)


def _attributes_read(rules: Collection[Rule]) -> set[str]:
    return {name for rule in rules for name in (rule.attribute, rule.on_attribute) if name}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
