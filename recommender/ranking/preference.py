"""What "similar" prefers before it compares looks: the same kind of thing, for the same season.

A preference orders and leaves nothing out; how a strip may end before what is of another kind is
said by `Ladder`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, FloatField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from recommender import product_columns
from recommender.garments import MIXED_SLOTS, NEAR_SHARE
from recommender.ranking.kin import Kin
from recommender.ranking.wearer import ANY_WEARER, WearerDemand

SEASON_WEIGHT = 0.1  # within a category it decides between what is about as alike


@dataclass(frozen=True)
class Preference:
    """What is preferred beside a product of these categories, the narrowest first, and this slot.

    `weight` is what the same category adds to a cosine for the order; with 0 none is preferred.
    """

    categories: Sequence[str] = ()
    slot: str = ""
    weight: float = 0.0
    season: WearerDemand = ANY_WEARER

    @property
    def knows_kin(self) -> bool:
        return self.weight > 0 and any(self.categories)

    def is_same(self) -> Q:
        """What holds for products of the same category, where categories are known."""
        return lies_in(self.categories)

    def kin(self) -> Combinable:
        """An expression: the `Kin` of a product; where the shop tells no categories all are near.

        Without a hierarchy, categories of one slot are near, unless the slot holds odds and ends.
        """
        if not self.knows_kin:
            return Value(Kin.NEAR.value)
        same = When(self.is_same(), then=Value(Kin.SAME.value))
        wider = range(1, len(self.categories))
        near = [
            When(lies_in(self.categories, level), then=Value(Kin.NEAR.value)) for level in wider
        ]
        is_flat = not wider and self.slot not in MIXED_SLOTS
        return Case(same, *near, default=Value((Kin.NEAR if is_flat else Kin.FAR).value))

    def worth(self) -> Combinable:
        """An expression over `reco_kin`: what is added to a product's score for its place."""
        worth: Combinable = Value(0.0)
        if self.knows_kin:
            same = When(reco_kin=Kin.SAME, then=Value(self.weight))
            near = When(reco_kin=Kin.NEAR, then=Value(self.weight * NEAR_SHARE))
            worth = Case(same, near, default=worth)
        if self.weight > 0 and (suits := self.season.condition()):
            worth = worth + Case(When(suits, then=Value(SEASON_WEIGHT)), default=Value(0.0))
        return Cast(worth, FloatField())


def lies_in(categories: Sequence[str], level: int = 0) -> Q:
    """What holds for products of one of these, which is the narrowest by default; for none if it is ""."""
    if not categories[level]:
        return Q(pk__in=[])
    column: Any = product_columns.categories()[level]
    return Q(Exact(column, Value(categories[level])))
