"""A look on a page as an address: what was asked for, and the links that change it piece by piece.

Every state of a look is a plain GET, so that swapping works without a script, can be sent to a
friend, and never changes anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from recommender.garments import SLOTS
from recommender.models import Slot
from recommender.outfits.outfit import NoOutfit, Outfit, Outfits, Piece
from recommender.ranking.filters import Filters

PREFIX = "look-"
ANCHOR = "#look"
MOST_KEYS, MOST_BUDGET = 50, Decimal(10_000_000)


@dataclass(frozen=True)
class OutfitChoice:
    """What a host lets shoppers choose about the pieces of a look, a shoe size for instance.

    `name` stands in the address; `condition` says what must hold for a product where one of the
    `options` is chosen.
    """

    name: str
    label: str
    options: Sequence[str]
    condition: Callable[[str], Q]


@dataclass(frozen=True)
class OutfitQuery:
    """What an address asks of a look; `keep` and `without` are keys of products, as text.

    `chosen` maps names of a host's own choices to the option chosen.
    """

    budget: Decimal | None = None
    keep: Sequence[str] = ()
    swap: str = ""
    without: Sequence[str] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The same as a link on the very page."""
        budget = "" if self.budget is None else f"{self.budget:f}"
        asked: dict[str, str | Sequence[str]] = {"budget": budget, **self.chosen}
        asked |= {"keep": self.keep, "swap": self.swap, "without": self.without}
        known = {f"{PREFIX}{name}": value for name, value in asked.items() if value}
        return f"?{urlencode(known, doseq=True)}{ANCHOR}"

    @property
    def without_pieces(self) -> "OutfitQuery":
        """The same request, and no piece settled yet."""
        return OutfitQuery(self.budget, chosen=self.chosen)

    def filters(self, choices: Sequence[OutfitChoice]) -> Filters:
        """What the pieces must be for what was chosen."""
        chosen = [choice for choice in choices if choice.name in self.chosen]
        return Filters(also=Q(*(choice.condition(self.chosen[choice.name]) for choice in chosen)))


@dataclass(frozen=True)
class PieceView:
    """A piece, and where to exchange it for the next best; nowhere for what the page is about."""

    piece: Piece
    swap: str = ""


@dataclass(frozen=True)
class ChoiceView:
    """A choice as a list to choose from; what is `chosen` is "" for anything."""

    choice: OutfitChoice
    chosen: str


@dataclass(frozen=True)
class OutfitView:
    """What the template draws; false where there is nothing to say."""

    outfit: Outfit | None
    pieces: Sequence[PieceView]
    asked: OutfitQuery
    nothing: NoOutfit | None
    another: str
    first: str  # back to where it began
    recommendation_id: Any
    versions: Sequence[str]
    choices: Sequence[ChoiceView] = ()

    def __bool__(self) -> bool:
        """A look, or the reason why what a shopper asked for cannot be had."""
        return self.outfit is not None or (self.nothing is not None and self.asked != OutfitQuery())


def outfit_query(query: QueryDict, choices: Sequence[OutfitChoice] = ()) -> OutfitQuery:
    """Read what an address asks of a look; what makes no sense is passed over."""
    swap = query.get(f"{PREFIX}swap", "")
    return OutfitQuery(
        _budget(query.get(f"{PREFIX}budget", "")),
        tuple(query.getlist(f"{PREFIX}keep")[:MOST_KEYS]),
        swap if swap in Slot.values else "",
        tuple(query.getlist(f"{PREFIX}without")[:MOST_KEYS]),
        {
            choice.name: option
            for choice in choices
            if (option := query.get(f"{PREFIX}{choice.name}", "")) in choice.options
        },
    )


def outfit_view(
    answer: Outfits, asked: OutfitQuery, choices: Sequence[OutfitChoice] = ()
) -> OutfitView:
    """The first outfit of an answer with the links that change it; no query."""
    outfit = next(iter(answer.outfits), None)
    pieces = _in_order_of_slots(outfit.pieces) if outfit else ()
    chosen = [str(piece.product.pk) for piece in pieces if not piece.is_given]
    return OutfitView(
        outfit,
        [PieceView(piece, _swap_address(piece, pieces, asked)) for piece in pieces],
        asked,
        answer.nothing,
        another=replace(asked.without_pieces, without=[*asked.without, *chosen]).address,
        first=asked.without_pieces.address,
        recommendation_id=answer.recommendation_id,
        versions=answer.versions,
        choices=[ChoiceView(each, asked.chosen.get(each.name, "")) for each in choices],
    )


def _in_order_of_slots(pieces: Sequence[Piece]) -> list[Piece]:
    """What the page is about, then the rest by slot, so that a swapped piece stays where it was."""
    return [*pieces[:1], *sorted(pieces[1:], key=lambda piece: SLOTS.index(piece.slot))]


def _swap_address(piece: Piece, pieces: Sequence[Piece], asked: OutfitQuery) -> str:
    """Keep the other pieces, and do without this one and what stood in its place before."""
    start, *others = pieces
    if piece is start:
        return ""
    key = str(piece.product.pk)
    before = asked.without if asked.swap == piece.slot else ()
    keep = [str(other.product.pk) for other in others if other is not piece]
    return replace(asked, keep=keep, swap=piece.slot, without=[*before, key]).address


def _budget(text: str) -> Decimal | None:
    try:
        budget = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return budget if budget.is_finite() and 0 < budget < MOST_BUDGET else None
