"""What the rules in force mean for one question: what is left out, lifted, pinned, and how dear it may be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Case, FloatField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from recommender.models import Rule
from recommender.models.rules import SLOT

T = TypeVar("T")

PINNED = 1000.0  # lifts a pinned product above every score, so that the statement finds it


@dataclass(frozen=True)
class RuleEffects:
    """Conditions over products that carry `reco_slot` and `reco_<attribute>`."""

    without: Q = field(default_factory=Q)
    lifts: Sequence[tuple[Q, float]] = ()
    pins: Mapping[Any, int] = field(default_factory=dict)  # product key → position, 1 is first
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    attributes: frozenset[str] = frozenset()  # that the conditions read

    def lift(self) -> Combinable:
        """An expression: what is added to a product's score for its place in the order."""
        total: Combinable = Value(0.0, output_field=FloatField())
        for condition, height in [*self.lifts, *self._pinned()]:
            # A strength of 1.0 comes back from JSON as a whole number.
            lifted = When(condition, then=Value(float(height)))
            total = total + Case(lifted, default=Value(0.0))
        return Cast(total, FloatField())  # a written 0.0 is of a type that is slow to sort

    def _pinned(self) -> list[tuple[Q, float]]:
        return [(Q(pk__in=list(self.pins)), PINNED)] if self.pins else []


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
    low, high = _price_window(here, anchor)
    without = Q()
    for condition in [*_hide_conditions(here), *_never_together_conditions(held, anchor)]:
        without |= condition
    lifts = [_lift(rule) for rule in here if rule.kind in {Rule.Kind.BOOST, Rule.Kind.BURY}]
    pins = {rule.product_id: rule.position or 1 for rule in here if rule.kind == Rule.Kind.PIN}
    return RuleEffects(without, lifts, pins, low, high, frozenset(_attributes_read(held) - {SLOT}))


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


def _hide_conditions(here: Collection[Rule]) -> list[Q]:
    return [_target(rule) for rule in here if rule.kind == Rule.Kind.HIDE]


def _never_together_conditions(held: Collection[Rule], anchor: Anchor) -> list[Q]:
    """What must not stand beside this product, from rules that hold both ways."""
    conditions = []
    for rule in held:
        if rule.kind == Rule.Kind.HIDE and rule.both_ways and rule.product_id == anchor.pk:
            conditions.append(Q(pk=rule.on_product_id))
        if rule.kind == Rule.Kind.NEVER_TOGETHER:
            one, other = (rule.on_attribute, rule.on_value), (rule.attribute, rule.value)
            for (mine, value), (theirs, unwanted) in ((one, other), (other, one)):
                if _text(anchor.attributes.get(mine)) == value:
                    conditions.append(Q(**{f"reco_{theirs}": unwanted}))
    return conditions


def _lift(rule: Rule) -> tuple[Q, float]:
    strength = float(rule.strength)  # JSON gives a whole number back as one
    return _target(rule), strength if rule.kind == Rule.Kind.BOOST else -strength


def _price_window(here: Collection[Rule], anchor: Anchor) -> tuple[Decimal | None, Decimal | None]:
    """The narrowest of the windows around the product's own price."""
    own = anchor.attributes.get("price")
    percents = [rule.percent for rule in here if rule.kind == Rule.Kind.PRICE_WINDOW]
    if own is None or not percents:
        return None, None
    share = Decimal(min(percent for percent in percents if percent is not None)) / 100
    return own * (1 - share), own * (1 + share)


def _attributes_read(rules: Collection[Rule]) -> set[str]:
    return {name for rule in rules for name in (rule.attribute, rule.on_attribute) if name}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
