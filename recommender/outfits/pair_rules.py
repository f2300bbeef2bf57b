"""Which pieces of one outfit the merchant's rules keep apart."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from recommender.models import Rule
from recommender.outfits.search import Node

STRIPS = {Rule.Strip.EVERYWHERE, Rule.Strip.GOES_WITH}


def conflicting_pairs(
    nodes: Sequence[Node], rules: Collection[Rule]
) -> Iterator[tuple[Node, Node]]:
    """Every two nodes that must not stand in one outfit, from rules about pairs.

    In an outfit each piece stands beside each other one, so that a rule about one beside the other
    keeps both apart.
    """
    for rule in rules:
        if rule.strip in STRIPS and _is_about_pairs(rule):
            yield from (
                (one, other)
                for one in nodes
                if _is_beside(rule, one)
                for other in nodes
                if _is_meant(rule, other) and one.number != other.number
            )


def _is_about_pairs(rule: Rule) -> bool:
    if rule.kind == Rule.Kind.HIDE:
        return rule.on_product_id is not None or bool(rule.on_attribute)
    return rule.kind == Rule.Kind.NEVER_TOGETHER


def _is_beside(rule: Rule, node: Node) -> bool:
    if rule.on_product_id is not None and rule.on_product_id != node.pk:
        return False
    return not rule.on_attribute or _text(node.attributes.get(rule.on_attribute)) == rule.on_value


def _is_meant(rule: Rule, node: Node) -> bool:
    if rule.product_id is not None:
        return bool(rule.product_id == node.pk)
    return _text(node.attributes.get(rule.attribute)) == rule.value


def _text(value: Any) -> str:
    return "" if value is None else str(value)
