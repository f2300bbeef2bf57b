"""What the rules in force mean for one strip: what is hidden, boosted, pinned, and how dear it may be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Case, FloatField, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from recommender.models import Rule
from recommender.models.rules import SLOT
from recommender.ranking.filters import PRICE
from recommender.ranking.tier import Tier

Kind = Rule.Kind
HIDING = {Kind.HIDE, Kind.NEVER_TOGETHER}
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
    known = {*offered, SLOT, ""}
    heard = [rule for rule in rules if rule.strip in {Rule.Strip.EVERYWHERE, strip}]
    held = [rule for rule in heard if {rule.attribute, rule.on_attribute} <= known]
    here = [
        (rule, about)
        for rule in held
        for about, beside in rule.directions()
        if beside.includes(anchor.pk, anchor.attributes)
    ]
    ranges = [(rule.pk, rule.price_range(anchor.attributes.get(PRICE))) for rule, _about in here]
    windows = [(pk, Q(reco_price__range=within)) for pk, within in ranges if within]
    read = {name for rule in held for name in (rule.attribute, rule.on_attribute)}
    return RuleEffects(
        [(rule.pk, about.condition()) for rule, about in here if rule.kind in HIDING],
        windows,
        [(rule.pk, about.condition(), _boost(rule)) for rule, about in here if _boost(rule)],
        {rule.product_id: rule.position or 1 for rule, _about in here if rule.kind == Kind.PIN},
        frozenset(read - {SLOT, ""} | ({PRICE} if windows else set())),
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


def _boost(rule: Rule) -> float:
    """What a rule adds to a score."""
    sign = {Kind.BOOST: 1.0, Kind.BURY: -1.0}.get(Kind(rule.kind), 0.0)
    return sign * rule.strength
