"""Contradictions of the merchant's rules straight from their definition: every two, one after the other."""

from itertools import combinations

from recommender.models import Rule
from recommender.ranking.filters import PRICE

Kind = Rule.Kind


def naive_conflicts(rules, known):
    """(key, key, text) of every two rules that contradict each other; `known` is what products are like."""
    return [
        (one.pk, other.pk, text)
        for one, other in combinations(rules, 2)
        for text in sorted({*_between(one, other, known), *_between(other, one, known)})
    ]


def _between(one, other, known):
    """What `one` and `other` contradict each other in, seen from `one`."""
    if not (_overlap_in_time(one, other) and _share_a_strip(one, other)):
        return
    are_opposed = (one.kind, other.kind) == (Kind.BOOST, Kind.BURY)
    if are_opposed and _target(one) == _target(other) and _meet(one, other, known):
        yield "One shows earlier what the other shows later."
    if one.kind != Kind.PIN:
        return
    if other.kind == Kind.PIN and _meet(one, other, known):
        yield from _two_pins(one, other)
    if any(_hides(hiding, one, known) for hiding in _directions(other)):
        yield "What one pins the other hides: it stays hidden."
    if other.kind == Kind.PRICE_WINDOW and _is_priced_out(one, other, known):
        yield "What is pinned is outside of the price window: it stays hidden."


def _two_pins(one, other):
    if one.product_id == other.product_id and one.position != other.position:
        yield "One product is pinned at two positions."
    if one.product_id != other.product_id and one.position == other.position:
        yield "Two products are pinned at one position: one of them moves on."


def _directions(rule):
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


def _hides(hiding, pin, known):
    is_target = hiding.product_id == pin.product_id
    if hiding.attribute:
        is_target = _has(known, pin.product_id, attribute=hiding.attribute, value=hiding.value)
    return is_target and _meet(hiding, pin, known)


def _is_priced_out(pin, window, known):
    price = known.get(pin.product_id, {}).get(PRICE)
    own = known.get(pin.on_product_id, {}).get(PRICE)
    if price is None or own is None or window.percent is None or not _meet(pin, window, known):
        return False
    return bool(abs(price - own) > own * window.percent / 100)


def _meet(one, other, known):
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


def _has(known, key, *, attribute, value):
    return str(known.get(key, {}).get(attribute, "")) == value


def _target(rule):
    return rule.product_id, rule.attribute, rule.value


def _overlap_in_time(one, other):
    def ends_before(early, late):
        return bool(early.ends_at and late.starts_at and early.ends_at <= late.starts_at)

    return not ends_before(one, other) and not ends_before(other, one)


def _share_a_strip(one, other):
    return not one.strip or not other.strip or one.strip == other.strip
