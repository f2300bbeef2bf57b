"""What a question about products is answered with: ranked items that say where they come from."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from recommender.catalog import Card, catalog
from recommender.ranking.rung import Rung
from recommender.ranking.statement import RankedProduct
from recommender.ranking.tier import Tier


@dataclass(frozen=True)
class Reason:
    """One part of an item's own score, in words and as a number."""

    code: str
    text: str
    value: float


@dataclass(frozen=True)
class Item:
    """One recommended product; `product` is the host's own object, ready for its card.

    `variants` are the keys of other products of its design that might have stood in its place.
    """

    product: Any
    score: float
    rank: int
    source: Rung
    reasons: Sequence[Reason] = ()
    variants: Sequence[Any] = ()

    @cached_property
    def card(self) -> Card:
        """What the host shows of it, asked once however often it is drawn."""
        return catalog().card(self.product)


@dataclass(frozen=True)
class Strip:
    """A row of recommendations and the versions that made it; empty strips draw nothing."""

    items: Sequence[Item] = ()
    versions: Sequence[str] = ()
    recommendation_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def __bool__(self) -> bool:
        return bool(self.items)


def products_in_order(
    ranked: Sequence[RankedProduct],
) -> Iterator[tuple[int, RankedProduct, Any]]:
    """Each row with its rank and the host's own object; one query, and what the host prefetches."""
    found = catalog().products().in_bulk([row.pk for row in ranked])
    there = ((row, found[row.pk]) for row in ranked if row.pk in found)
    yield from ((rank, row, product) for rank, (row, product) in enumerate(there, start=1))


def merchant_reasons(*, tier: Tier, boost: float) -> list[Reason]:
    """The merchant's part in a product's place."""
    if tier == Tier.PINNED:
        return [Reason("pinned", gettext("Picked by the shop"), 1.0)]
    if boost > 0:
        return [Reason("boosted", gettext("Recommended by the shop"), round(boost, 4))]
    return []
