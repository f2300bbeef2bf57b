"""Which pieces of one outfit the merchant's rules keep apart."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from recommender.models import Rule
from recommender.outfits.search import CandidateItem

STRIPS = {Rule.Strip.EVERYWHERE, Rule.Strip.GOES_WITH}


def conflicting_pairs(
    items: Sequence[CandidateItem], rules: Collection[Rule]
) -> Iterator[tuple[CandidateItem, CandidateItem]]:
    """Every two items that must not stand in one outfit, from rules about pairs.

    In an outfit each piece stands beside each other one, so that a rule about one beside the other
    keeps both apart.
    """
    for rule in rules:
        if rule.strip in STRIPS and _is_about_pairs(rule):
            yield from (
                (one, other)
                for one in items
                if _is_beside(rule, one)
                for other in items
                if _is_meant(rule, other) and one.number != other.number
            )


def _is_about_pairs(rule: Rule) -> bool:
    if rule.kind == Rule.Kind.HIDE:
        return rule.on_product_id is not None or bool(rule.on_attribute)
    return rule.kind == Rule.Kind.NEVER_TOGETHER


def _is_beside(rule: Rule, item: CandidateItem) -> bool:
    if rule.on_product_id is not None and rule.on_product_id != item.pk:
        return False
    return not rule.on_attribute or _text(item.attributes.get(rule.on_attribute)) == rule.on_value


def _is_meant(rule: Rule, item: CandidateItem) -> bool:
    if rule.product_id is not None:
        return bool(rule.product_id == item.pk)
    return _text(item.attributes.get(rule.attribute)) == rule.value


def _text(value: Any) -> str:
    return "" if value is None else str(value)
