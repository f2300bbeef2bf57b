"""What a question about products is answered with: ranked items that say where they come from."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models


class Rung(models.TextChoices):
    """The step of the ladder that an item comes from, best first."""

    LOOK = "look", "Worn together in a look of the shop"
    STORED = "stored", "A stored pairing"
    STYLE = "style", "Style neighbours"
    PALETTE = "palette", "Slots and shared colours"
    NEWEST = "newest", "The newest of a slot"
    PINNED = "pinned", "Picked by the shop"
    VISUAL = "visual", "Visual neighbours"


@dataclass(frozen=True)
class Reason:
    """One part of an item's own score, in words and as a number."""

    code: str
    text: str
    value: float


@dataclass(frozen=True)
class Item:
    """One recommended product; `product` is the host's own object, ready for its card."""

    product: Any
    score: float
    rank: int
    source: Rung
    reasons: Sequence[Reason] = ()


@dataclass(frozen=True)
class Strip:
    """A row of recommendations and the versions that made it; empty strips draw nothing."""

    items: Sequence[Item] = ()
    versions: Sequence[str] = ()
    recommendation_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def __bool__(self) -> bool:
        return bool(self.items)
