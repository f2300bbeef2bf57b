"""Which of the merchant's rules contradict each other."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from recommender import product_columns
from recommender.catalog import product_model
from recommender.models import Rule
from recommender.models.rules import SLOT
from recommender.ranking.eligibility import eligible_products
from recommender.ranking.filters import PRICE, Filters

Kind = Rule.Kind
NOTHING_WITHIN = _("No product is within this price window: nothing is left to show.")
PRODUCT, POSITION = "PRODUCT", "POSITION"  # what two pins may have in common
TEXTS: dict[str, Any] = {
    Kind.BOOST: _("One shows earlier what the other shows later."),
    Kind.HIDE: _("What one pins the other hides: it stays hidden."),
    Kind.PRICE_WINDOW: _("What is pinned is outside of the price window: it stays hidden."),
    PRODUCT: _("One product is pinned at two positions."),
    POSITION: _("Two products are pinned at one position: one of them moves on."),
}
Key = tuple[Any, ...]
Wish = tuple[int, Any, Key]  # the number of a rule, what it is about, beside what it holds
Known = Mapping[Any, Mapping[str, Any]]  # product key → attribute → value


@dataclass(frozen=True)
class Conflict:
    """Two rules that cannot both be had, or one that leaves nothing; `text` says what happens."""

    rule: Rule
    other: Rule | None
    text: str


def conflicts_among(
    rules: Collection[Rule], *, now: datetime, about: Rule | None = None
) -> list[Conflict]:
    """Every contradiction among rules in use, or those of one rule, each once; at most two queries.

    Compared are only rules that want something of the same product, kind or position where they may
    meet (`_meetings`), so that the time grows with the rules and what contradicts, not with all pairs.
    """
    live = [rule for rule in rules if _is_live(rule, now)]
    known = _facts(live)
    asked = live if about is None else [rule for rule in live if rule is about]
    alone = [Conflict(rule, None, str(NOTHING_WITHIN)) for rule in _empty_windows(asked, known)]
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for asking, other, subject in _meetings(live, known):
        is_asked = about is None or about is live[asking] or about is live[other]
        if is_asked and (text := _clash(live[asking], live[other], subject, known=known)):
            found[min(asking, other), max(asking, other)].add(text)
    return alone + [
        Conflict(live[one], live[other], text)
        for (one, other), texts in sorted(found.items())
        for text in sorted(texts)
    ]


def conflicts_of(rule: Rule, *, now: datetime) -> list[Conflict]:
    """What contradicts this rule, stored or not, among the others."""
    others = Rule.objects.exclude(pk=rule.pk).filter(is_enabled=True)
    everything = [rule, *others.select_related("product", "on_product")]
    return conflicts_among(everything, now=now, about=rule)


def _meetings(rules: Sequence[Rule], known: Known) -> Iterator[tuple[int, int, str]]:
    """Every two rules about one thing where they may meet, by number, and what they meet in: a hash join.

    A pin, for one, looks up what hides its product or a kind the product is of, in the places it
    stands beside. Each meeting comes once; the rule that asks is the first.
    """
    asking = [(at, *wish) for at, rule in enumerate(rules) for wish in _asks(rule, known)]
    offering = [(at, *wish) for at, rule in enumerate(rules) for wish in _offers(rule)]
    met = {(one, other, thing[0]) for one, other, thing in _joined(asking, offering, known)}
    met |= {(one, other, thing[0]) for other, one, thing in _joined(offering, asking, known)}
    yield from (meeting for meeting in met if meeting[0] != meeting[1])


def _joined(these: Sequence[Wish], those: Sequence[Wish], known: Known) -> Iterator[Wish]:
    """Those about the same thing in the places that each of these meets."""
    index: dict[tuple[Key, Key], list[int]] = defaultdict(list)
    for at, thing, place in those:
        index[thing, place].append(at)
    for at, thing, place in these:
        for near in _places_met(place, known):
            yield from ((at, other, thing) for other in index.get((thing, near), ()))


def _clash(asking: Rule, other: Rule, subject: str, *, known: Known) -> str | None:
    """What two rules that meet contradict each other in, if they do."""
    if not (_overlap_in_time(asking, other) and _share_a_strip(asking, other)):
        return None
    is_same = asking.product_id == other.product_id, asking.position == other.position
    clashes = {
        Kind.BOOST: True,
        Kind.HIDE: True,
        Kind.PRICE_WINDOW: subject == Kind.PRICE_WINDOW and _is_priced_out(asking, other, known),
        PRODUCT: is_same == (True, False),
        POSITION: is_same == (False, True),
    }
    return str(TEXTS[subject]) if clashes[subject] else None


def _asks(rule: Rule, known: Known) -> Iterator[tuple[Key, Key]]:
    """What a rule looks for among the others, and the place it stands beside."""
    place = _place(rule)
    if rule.kind == Kind.BURY:
        yield (Kind.BOOST, *_target(rule)), place
    if rule.kind == Kind.PIN:
        kinds = [(None, name, str(value)) for name, value in known.get(rule.product_id, {}).items()]
        for target in [(rule.product_id, "", ""), *kinds]:
            yield (Kind.HIDE, *target), place
        yield (Kind.PRICE_WINDOW,), place
        yield from _offers(rule)


def _offers(rule: Rule) -> Iterator[tuple[Key, Key]]:
    """Under what a rule is found by those that ask."""
    if rule.kind == Kind.PIN:
        yield (PRODUCT, rule.product_id), _place(rule)
        yield (POSITION, rule.position), _place(rule)
    elif rule.kind == Kind.PRICE_WINDOW:
        yield (Kind.PRICE_WINDOW,), _place(rule)
    elif rule.kind == Kind.BOOST:
        yield (Kind.BOOST, *_target(rule)), _place(rule)
    for hiding in _directions(rule):
        yield (Kind.HIDE, *_target(hiding)), _place(hiding)


def _place(rule: Rule) -> Key:
    """Beside what a rule holds; () for everywhere."""
    if rule.on_product_id is not None:
        return (rule.on_product_id,)
    return (rule.on_attribute, rule.on_value) if rule.on_attribute else ()


def _places_met(place: Key, known: Known) -> Iterator[Key]:
    """The places of rules that hold beside the same product; a kind is met by its own name alone."""
    yield from {place, ()}
    if len(place) == 1:
        for name, value in known.get(place[0], {}).items():
            yield (name, str(value))


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


def _is_priced_out(pin: Rule, window: Rule, known: Known) -> bool:
    price = known.get(pin.product_id, {}).get(PRICE)
    own = known.get(pin.on_product_id, {}).get(PRICE)
    if price is None or own is None or window.percent is None:
        return False
    return bool(abs(price - own) > own * window.percent / 100)


def _target(rule: Rule) -> tuple[Any, ...]:
    return rule.product_id, rule.attribute, rule.value


def _empty_windows(rules: Collection[Rule], known: Known) -> Iterator[Rule]:
    """The price windows beside one product that no other product is in; one query, if there are any."""
    windows: dict[str, Rule] = {}
    others: dict[str, Count] = {}
    for at, rule in enumerate(rules):
        own = known.get(rule.on_product_id, {}).get(PRICE)
        if rule.kind == Kind.PRICE_WINDOW and own is not None and rule.percent is not None:
            width = own * rule.percent / 100
            within = Q(reco_price__range=(own - width, own + width)) & ~Q(pk=rule.on_product_id)
            windows[f"reco_{at}"], others[f"reco_{at}"] = rule, Count("pk", filter=within)
    if windows:
        products = eligible_products(Filters(reads=frozenset({PRICE}))).order_by()
        counts = products.aggregate(**others)
        yield from (rule for name, rule in windows.items() if not counts[name])
