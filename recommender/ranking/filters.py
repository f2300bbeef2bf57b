"""What an asker will accept: part of the statement that ranks, so nothing is filtered afterwards."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from recommender import product_columns
from recommender.catalog import catalog, product_model

PRICE = "price"


class UnknownAttribute(ValueError):  # noqa: N818 - reads as what happened
    """An attribute that the shop's catalog does not offer."""

    def __init__(self, name: str, *, known: Collection[str]) -> None:
        self.name = name
        offered = ", ".join(sorted(known)) or "nothing"
        super().__init__(f"This shop cannot filter by {name!r}; it can filter by {offered}.")


@dataclass(frozen=True)
class Filters:
    """Everything here must hold; what is left empty accepts anything.

    `attributes` maps names of `Catalog.attributes` to the values that will do. `also` is a condition
    in the host's own terms.
    """

    slots: Collection[str] = ()
    attributes: Mapping[str, Collection[str]] = field(default_factory=dict)
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    also: Q = field(default_factory=Q)
    reads: frozenset[str] = frozenset()  # attributes to annotate besides

    def with_reads(self, names: Collection[str]) -> "Filters":
        """Annotate what other conditions read as well."""
        return replace(self, reads=self.reads | frozenset(names))

    def with_price_limit(self, price: Decimal | None) -> "Filters":
        """Accept nothing dearer than this as well."""
        highs = [high for high in (self.price_max, price) if high is not None]
        return replace(self, price_max=min(highs, default=None))

    def check(self) -> None:
        """Make sure that the shop offers every attribute.

        Raises:
            UnknownAttribute: the shop's catalog does not offer one of the attributes.
        """
        offered = catalog().attributes()
        for name in self._names():
            if name not in offered:
                raise UnknownAttribute(name, known=offered)

    def annotate(self, products: QuerySet[Any]) -> QuerySet[Any]:
        """Give products that carry `reco_slot` what the conditions read, as `reco_<name>`.

        Raises:
            UnknownAttribute: the shop's catalog does not offer one of the attributes.
        """
        self.check()
        offered = product_columns.attributes()
        annotated: QuerySet[Any] = products.annotate(
            **{f"reco_{name}": offered[name] for name in self._names()}
        )
        return annotated

    def conditions(self) -> Iterator[tuple[str, Q]]:
        """What must hold for a product, by the name of each filter."""
        if self.slots:
            yield "slot", Q(reco_slot__in=list(self.slots))
        for name, values in self.attributes.items():
            yield name, _any_of(name, values)
        if self.price_min is not None:
            yield "price_min", Q(reco_price__gte=self.price_min)
        if self.price_max is not None:
            yield "price_max", Q(reco_price__lte=self.price_max)
        if self.also:
            yield "also", self.also

    def _names(self) -> list[str]:
        is_priced = self.price_min is not None or self.price_max is not None
        return sorted({*self.attributes, *self.reads, *([PRICE] if is_priced else [])})


ANYTHING = Filters()


def _any_of(name: str, values: Collection[str]) -> Q:
    """Any of the values will do, and of a product's own values any; none at all accepts nothing."""
    condition = Q(pk__in=[])
    for value in values:
        condition |= catalog().fits(name, value)
    if not product_columns.has_several(name):
        return condition
    each = {f"reco_{name}": catalog().attributes()[name]}
    return Q(pk__in=product_model()._base_manager.annotate(**each).filter(condition).values("pk"))
