"""What a question about products is answered with: ranked items that say where they come from."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from recommender.ranking.rung import Rung


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


@dataclass(frozen=True)
class Strip:
    """A row of recommendations and the versions that made it; empty strips draw nothing."""

    items: Sequence[Item] = ()
    versions: Sequence[str] = ()
    recommendation_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def __bool__(self) -> bool:
        return bool(self.items)
