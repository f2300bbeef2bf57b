"""Which products may stand in a strip: every condition once, for the ranking and for who asks why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import FloatField, Q, QuerySet, Value
from django.db.models.functions import Cast

from recommender import product_columns
from recommender.catalog import catalog
from recommender.ranking.designs import design
from recommender.ranking.exclusion import Exclusion
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.kin import Kin
from recommender.ranking.rule_effects import NO_EFFECTS, RuleEffects


@dataclass(frozen=True)
class Condition:
    """What must hold for a product to be shown, and why one for which it does not hold is not."""

    exclusion: Exclusion
    holds: Q
    rule: int | None = None
    filter: str | None = None


@dataclass(frozen=True)
class Eligibility:
    """The host's visible products and the conditions over them, in the order in which they are named.

    The products carry `reco_slot`, `reco_group`, what they are ordered by (`reco_tier`, `reco_boost`,
    `reco_recency`, `reco_preference` and the `reco_kin` it is made of) and the attributes that the conditions read.
    """

    products: QuerySet[Any]
    conditions: Sequence[Condition]

    @property
    def eligible(self) -> QuerySet[Any]:
        """The products for which every condition holds, each once."""
        left = reduce(lambda rows, one: rows.filter(one.holds), self.conditions, self.products)
        if product_columns.repeats_products(left):
            return self.products.filter(pk__in=left.order_by().values("pk"))
        return left


def eligibility(
    filters: Filters = ANYTHING,
    *,
    effects: RuleEffects = NO_EFFECTS,
    beside: Sequence[Condition] = (),
) -> Eligibility:
    """In stock, as the strip `beside` a product demands, within filters and the merchant's rules.

    Raises:
        UnknownAttribute: the shop's catalog does not offer one of the filters' attributes.
    """
    shop = catalog()
    products = shop.products().annotate(reco_slot=product_columns.slot(), reco_group=design())
    known = filters.with_reads(effects.attributes).annotate(products)
    return Eligibility(
        known.annotate(
            reco_boost=effects.boost(),
            reco_tier=effects.tier(),
            reco_recency=Value(0),
            reco_kin=Value(Kin.NEAR.value),
            reco_preference=Cast(Value(0.0), FloatField()),
        ),
        [
            Condition(Exclusion.SOLD_OUT, shop.available()),
            *beside,
            *(Condition(Exclusion.FILTERED, q, filter=name) for name, q in filters.conditions()),
            *(Condition(Exclusion.HIDDEN, ~q, rule) for rule, q in effects.hidden),
            *(Condition(Exclusion.PRICED_OUT, q, rule) for rule, q in effects.windows),
        ],
    )


def eligible_products(
    filters: Filters = ANYTHING,
    *,
    effects: RuleEffects = NO_EFFECTS,
    beside: Sequence[Condition] = (),
) -> QuerySet[Any]:
    """The products of an `eligibility` that pass all of it."""
    return eligibility(filters, effects=effects, beside=beside).eligible
