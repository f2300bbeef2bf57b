"""What a question about whole outfits is answered with."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from recommender.strips.items import Item


@dataclass(frozen=True)
class Piece(Item):
    """One product of an outfit; `score` is how well it goes with all others, on average."""

    slot: str = ""
    is_given: bool = False  # asked about or kept, not chosen


@dataclass(frozen=True)
class Outfit:
    """Pieces that make one look, what was asked about first.

    `score` is the share of its pairs that are right, so far as that is known. `total` is the price of
    what was not asked about, `total_with_start` of all pieces; None where a price is not known.
    `look` is the title of the shop's own look it follows, `replaced` the slots for which that look
    has no piece to be had.
    `relaxed` are the attributes on which its pieces do not agree, though they should. `set_score` is
    what a set scorer says of the whole, 0 to 1: it orders, and is no share; None where the order is by pairs.
    """

    pieces: Sequence[Piece]
    score: float
    total: Decimal | None = None
    total_with_start: Decimal | None = None
    look: str | None = None
    replaced: Sequence[str] = ()
    relaxed: Sequence[str] = ()
    note: str = ""
    set_score: float | None = None


@dataclass(frozen=True)
class NoOutfit:
    """Why there is no outfit: a code that never changes, and words for people."""

    code: str
    text: str


@dataclass(frozen=True)
class Outfits:
    """Outfits, the best first, or why there are none."""

    outfits: Sequence[Outfit] = ()
    nothing: NoOutfit | None = None
    versions: Sequence[str] = ()
    recommendation_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def __bool__(self) -> bool:
        return bool(self.outfits)
