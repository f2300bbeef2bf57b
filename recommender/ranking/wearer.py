"""Whom a look is for and when it is worn: what the things asked about demand of what stands beside them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from recommender.catalog import catalog
from recommender.ranking.filters import Filters
from recommender.ranking.question import Question
from recommender.ranking.tier import Tier

SHARED = ("season", "gender")  # by all pieces of a look; given up in this order where nothing fits


@dataclass(frozen=True)
class WearerDemand:
    """The attributes that pieces share → the value asked for; "" where only the chosen must agree."""

    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.values)

    def with_reads(self, filters: Filters) -> Filters:
        """Have the products annotated with what the condition reads."""
        return filters.with_reads(self.names)

    def narrow(self, products: QuerySet[Any], *, wanted: Collection[Any] = ()) -> QuerySet[Any]:
        """Those of the products, which carry `reco_<name>`, that suit, and those wanted in any case."""
        suits = self.condition()
        return products.filter(suits | Q(pk__in=list(wanted))) if suits else products

    def condition(self) -> Q:
        """What must hold for a product to suit, empty where all do; what does not tell suits."""
        suits = Q()
        for name, value in self.values.items():
            if value:
                suits &= catalog().fits(name, value) | _suits_anyone(name)
        return suits

    def tier(self) -> Combinable:
        """An expression: the tier of a product by whether it suits."""
        suits, suited = self.condition(), Value(Tier.SUITED.value)
        return Case(When(suits, then=suited), default=Value(Tier.REST.value)) if suits else suited

    def relaxations(self) -> Iterator["WearerDemand"]:
        """This, and then ever less of it, down to nothing."""
        left = dict(self.values)
        yield WearerDemand(left)
        for name in SHARED:
            if name in left:
                left = {other: value for other, value in left.items() if other != name}
                yield WearerDemand(left)


ANY_WEARER = WearerDemand()


def wearer_demand(
    asked: Sequence[Question],
    filters: Filters,
    *,
    kept: Sequence[Question] = (),
    names: Collection[str] = SHARED,
) -> WearerDemand:
    """What these demand of these attributes, where the filters do not speak of them; no query.

    What is `kept` is heard where those asked about do not care. Nothing is demanded where they
    disagree, or where the shop does not tell.
    """
    offered = catalog().attributes()
    values: dict[str, str] = {}
    for name in names:
        if name in offered and name not in filters.attributes:
            known = _known_values(name, asked) or _known_values(name, kept)
            if len(known) <= 1:
                values[name] = next(iter(known), "")
    return WearerDemand(values)


def disagreements(facts: Collection[Mapping[str, Any]], names: Collection[str]) -> list[str]:
    """The attributes on which any of these pieces do not agree."""
    return [
        name
        for name in names
        if len({fact.get(name) for fact in facts} - _universal_values(name)) > 1
    ]


def mismatched_pairs(
    facts: Sequence[Mapping[str, Any]], demand: WearerDemand
) -> Iterator[tuple[int, int]]:
    """Every two of these pieces, by their place, that do not agree on what is demanded.

    A piece that does not suit by itself is there because the merchant wants it, beside any other.
    """
    for name, wanted in demand.values.items():
        said = [(at, fact.get(name)) for at, fact in enumerate(facts)]
        telling = [(at, value) for at, value in said if value not in _universal_values(name)]
        suited = [(at, value) for at, value in telling if wanted in {"", value}]
        if len({value for _at, value in suited}) > 1:  # in most looks all agree
            pairs = combinations(suited, 2)
            yield from ((one, other) for (one, a), (other, b) in pairs if a != b)


def _known_values(name: str, questions: Collection[Question]) -> set[str]:
    said = {each.anchor.attributes.get(name) for each in questions}
    return {str(value) for value in said - _universal_values(name)}


def _suits_anyone(name: str) -> Q:
    known = [value for value in _universal_values(name) if value is not None]
    return Q(**{f"reco_{name}__in": known}) | Q(**{f"reco_{name}__isnull": True})


def _universal_values(name: str) -> set[Any]:
    """The values that go with every other: for everybody, or unknown."""
    return {catalog().suits_all.get(name, ""), "", None}
