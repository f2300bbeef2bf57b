"""The shop's own looks as outfits: which of their pieces are to be had, and what stands in for the rest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from recommender.garments import SLOTS
from recommender.outfits.plans import (
    MOST_PIECES,
    OPTIONAL,
    SLOTS_OF_BODIES,
    can_be_worn_together,
    missing_bodies,
)
from recommender.outfits.search import CandidateItem, Proposal, SearchSpace
from recommender.strips.query_items import LookPiece, QueryItems


@dataclass(frozen=True)
class LookPlan:
    """One of the shop's looks: the pieces besides what is asked about, one of each slot."""

    title: str
    pieces: Sequence[LookPiece]


@dataclass(frozen=True)
class LookOutfit:
    """An outfit after a look; `replaced` are the slots where it has no piece, or none to be had."""

    found: Proposal
    title: str
    replaced: Sequence[str]


def look_plans(query: QueryItems) -> list[LookPlan]:
    """The looks that hold every product asked about, the newest first; no query.

    Of two pieces that cannot be worn together the look's first one stays.
    """
    products = [given for given in query.items if given.photo is None]
    if not products:
        return []
    looks: dict[int, list[LookPiece]] = {}
    for piece in products[0].looks:
        looks.setdefault(piece.look, []).append(piece)
    known = set(query.product_pks)
    whole = [pieces for pieces in looks.values() if known <= {one.product_pk for one in pieces}]
    taken = [given.slot for given in query.items if not given.is_anything]
    plans = [
        LookPlan(pieces[0].title, _compatible_pieces(pieces, known, taken)) for pieces in whole
    ]
    return [plan for plan in plans if plan.pieces]


def look_outfit(
    plan: LookPlan, space: SearchSpace, *, pieces: int = MOST_PIECES
) -> LookOutfit | None:
    """The look as it can be bought now; None where nothing of it is left, or it costs too much.

    Of more than so many pieces those go that matter least: the body stays, then shoes. A slot for
    which the space offers nothing at all is left out. To a look without a whole body (a shirt and
    earrings) the rest of one is added.
    """
    items = {item.pk: item for offered in space.by_slot.values() for item in offered}
    own = {
        piece.slot: [items[piece.product_pk]] for piece in plan.pieces if piece.product_pk in items
    }
    slots = [piece.slot for piece in plan.pieces if space.by_slot.get(piece.slot)]
    slots = _foremost(slots, most=pieces - len(space.given))
    own = {slot: items for slot, items in own.items() if slot in slots}
    if not own:
        return None
    whole = _space_with(space, own)
    taken = [*(item.slot for item in space.given if item.slot), *slots]
    ways = missing_bodies(taken, offered=space.by_slot) or [()]
    plans = [sorted([*slots, *more], key=SLOTS.index) for more in ways]
    found = [one for way in plans for one in whole.best_proposals(way)[:1]]
    if not found:
        return None
    best = min(found, key=lambda one: one.order)
    return LookOutfit(best, plan.title, [item.slot for item in best.pieces if item.slot not in own])


def _foremost(slots: Sequence[str], *, most: int) -> list[str]:
    """So many of the slots, the body's in any case."""
    by_weight = sorted(slots, key=[*SLOTS_OF_BODIES, *OPTIONAL].index)
    body = sum(slot in SLOTS_OF_BODIES for slot in slots)
    return by_weight[: max(most, body)]


def _space_with(space: SearchSpace, own: Mapping[str, Sequence[CandidateItem]]) -> SearchSpace:
    return SearchSpace(space.given, {**space.by_slot, **own}, space.matrix, space.room)


def _compatible_pieces(
    pieces: Sequence[LookPiece], known: Collection[object], taken: Sequence[str]
) -> list[LookPiece]:
    chosen: list[LookPiece] = []
    for piece in pieces:
        slots = [*taken, *(one.slot for one in chosen), piece.slot]
        if piece.product_pk not in known and piece.slot and can_be_worn_together(slots):
            chosen.append(piece)
    return chosen
