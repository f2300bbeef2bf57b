"""What an asker will accept: part of the statement that ranks, so nothing is filtered afterwards."""

from collections.abc import Collection, Mapping
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

    def within(
        self, price_min: Decimal | None, price_max: Decimal | None, *, reads: frozenset[str]
    ) -> "Filters":
        """Narrow to a price window as well, and annotate what other conditions read."""
        lows = [price for price in (self.price_min, price_min) if price is not None]
        highs = [price for price in (self.price_max, price_max) if price is not None]
        return replace(
            self,
            price_min=max(lows, default=None),
            price_max=min(highs, default=None),
            reads=self.reads | reads,
        )

    def check(self) -> None:
        """Make sure that the shop offers every attribute.

        Raises:
            UnknownAttribute: the shop's catalog does not offer one of the attributes.
        """
        offered = catalog().attributes()
        for name in self._names():
            if name not in offered:
                raise UnknownAttribute(name, known=offered)

    def apply(self, products: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow products that carry `reco_slot`.

        Raises:
            UnknownAttribute: the shop's catalog does not offer one of the attributes.
        """
        self.check()
        offered = product_columns.attributes()
        expressions = {f"reco_{name}": offered[name] for name in self._names()}
        known = products.annotate(**expressions)
        narrowed = known.filter(self.also)
        if self.slots:
            narrowed = narrowed.filter(reco_slot__in=list(self.slots))
        for name, values in self.attributes.items():
            narrowed = narrowed.filter(_any_of(name, values))
        priced: QuerySet[Any] = narrowed.filter(self._price())
        if product_columns.repeats_products(priced):
            priced = known.filter(pk__in=priced.order_by().values("pk"))
        return priced

    def _names(self) -> list[str]:
        is_priced = self.price_min is not None or self.price_max is not None
        return sorted({*self.attributes, *self.reads, *([PRICE] if is_priced else [])})

    def _price(self) -> Q:
        wanted = {"reco_price__gte": self.price_min, "reco_price__lte": self.price_max}
        return Q(**{lookup: price for lookup, price in wanted.items() if price is not None})


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
