"""Whole outfits that begin with what a shopper looks at, owns, or has chosen already."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from recommender.outfits.candidates import PairScores, candidates, pair_scores
from recommender.outfits.composition import Composition, products_of
from recommender.outfits.outfit import Outfits
from recommender.outfits.plans import PIECES, plans
from recommender.outfits.refusals import impossible_request, unmet_request
from recommender.outfits.search import CandidateItem, Proposal, SearchSpace, diverse_proposals
from recommender.outfits.set_scores import SetScoring
from recommender.outfits.shop_looks import LookOutfit, LookPlan, look_outfit, look_plans
from recommender.ranking.filters import ANYTHING, PRICE, Filters
from recommender.ranking.wearer import WearerDemand, wearer_demand
from recommender.strips.query_items import (
    QueryItem,
    QueryItems,
    joint_effects,
    partners_of,
    query_items,
)

OUTFITS = 3


@dataclass(frozen=True)
class OutfitOptions:
    """What an outfit must be like besides the filters of its pieces.

    `keep` are keys of pieces chosen before that stay, `swap` the one slot to fill then, `without` keys of
    pieces that are not wanted. What was kept counts towards the budget; what the outfit begins with
    only where `include_start` says so.
    """

    budget: Decimal | None = None
    include_start: bool = False
    keep: Sequence[Any] = ()
    swap: str = ""
    without: Collection[Any] = ()
    pieces: int = PIECES


DEFAULT_OPTIONS = OutfitOptions()


def outfits(
    items: Sequence[Any],
    *,
    limit: int = OUTFITS,
    filters: Filters = ANYTHING,
    options: OutfitOptions = DEFAULT_OPTIONS,
    query: QueryItems | None = None,
) -> Outfits:
    """Outfits that begin with these products and photos (`PhotoFeatures` in style), best first.

    One piece of each slot, a whole body (a dress, or a top and a bottom), nothing that cannot be
    worn together, everything chosen in stock, within the filters, the rules and the budget, and for
    the wearer and the season of what it begins with; where nothing else is left the season is given
    up, then the wearer, and the outfit says so. First the shop's own looks that hold every product
    asked about, as they are; what is missing there or not to be had is chosen, and that is said too.
    Then the engine's own: as many pieces as asked for and as the budget allows, and among those the
    best mean over all pairs of pieces, where a pair is worth the cosine of its style vectors, plus
    LOOK_BONUS where the shop wears the two together; where a set scorer serves, what workers have
    stored of it orders them as wholes (`SetScoring`). Outfits differ from each other while there is a
    choice. `query` is what is already known of the items, where nothing is kept. Where there are none the answer says why. Four queries, one
    more where a set scorer serves, two more for each thing given up, and whatever the host's cards prefetch; no vector leaves the database.

    Raises:
        OutdatedFeatures: another checkpoint serves by now; a photo's vector cannot be compared.
        UnknownAttribute: the shop cannot filter by one of the attributes, or has no prices.
    """
    if query is None or options.keep:
        query = query_items(items, also=options.keep)
    kept = [each for each in query.items if each.photo is None and each.pk in options.keep]
    room = _room(query, kept, options)
    is_gone = len(kept) < len(options.keep) or not all(each.is_available for each in kept)
    if nothing := impossible_request(query.items, is_gone=is_gone, swap=options.swap, room=room):
        return Outfits(nothing=nothing, versions=query.versions)
    looks = [] if kept or options.swap else look_plans(query)
    demand = _demand(query, kept, filters)
    for level in _levels(query, kept, looks, filters=filters, options=options):
        sets = SetScoring(query, level.scores, level.space.given)
        if chosen := _best_outfits(level.space, looks, options=options, limit=limit, sets=sets):
            break
    else:
        nothing = unmet_request(query.items, level.found, budget=options.budget)
        return Outfits(nothing=nothing, versions=query.versions)
    given = level.space.given
    products = products_of([*given, *(item for one, _look in chosen for item in one.pieces)])
    relaxed = demand.names - level.suited.names
    composition = Composition(query, given, len(given) - len(kept), level.scores, products, relaxed)
    versions = sets.versions([one for one, _look in chosen])
    return Outfits([composition.outfit(*one) for one in chosen], versions=versions)


def best_proposals(product_pk: Any, *, limit: int) -> tuple[QueryItems, list[list[CandidateItem]]]:
    """The best outfits that begin with a product and follow no look, each as its pieces, the product first.

    What a page finds where nothing special is asked for, before it chooses some that differ. Three
    queries, two more for each thing given up.
    """
    query = query_items([], also=[product_pk])
    if impossible_request(query.items, is_gone=False, swap="", room=None):
        return query, []
    looks = look_plans(query)
    for level in _levels(query, [], looks, filters=ANYTHING, options=DEFAULT_OPTIONS):
        if own := _proposals(level.space, DEFAULT_OPTIONS):
            return query, [[*level.space.given, *one.pieces] for one in own[:limit]]
    return query, []


@dataclass(frozen=True)
class _Level:
    """What there is to choose from while so much is demanded of the pieces."""

    suited: WearerDemand
    found: Sequence[CandidateItem]
    scores: PairScores
    space: SearchSpace


def _levels(
    query: QueryItems,
    kept: Sequence[QueryItem],
    looks: Sequence[LookPlan],
    *,
    filters: Filters,
    options: OutfitOptions,
) -> Iterator[_Level]:
    """Give up first the season, then the wearer, as long as somebody asks for more."""
    room = _room(query, kept, options)
    given = [_start_item(at, each) for at, each in enumerate(query.items)]
    demand = _demand(query, kept, filters)
    asked = demand.with_reads(filters.with_price_limit(room))
    for suited in demand.relaxations():
        found = _candidates(query, kept, looks, filters=asked, options=options, suited=suited)
        scores = pair_scores([*given, *found], query, demand=suited)
        yield _Level(
            suited, found, scores, SearchSpace(given, _by_slot(found), scores.matrix, room)
        )


def _demand(query: QueryItems, kept: Sequence[QueryItem], filters: Filters) -> WearerDemand:
    """What the pieces must suit: what it begins with, or else what was kept."""
    starts = query.items[: len(query.items) - len(kept)]
    asked, later = ([each.question for each in some] for some in (starts, kept))
    return wearer_demand(asked, filters, kept=later)


def _room(query: QueryItems, kept: Sequence[QueryItem], options: OutfitOptions) -> Decimal | None:
    """What is left of the budget."""
    if options.budget is None:
        return None
    counted = query.items if options.include_start else kept
    prices = [each.question.anchor.attributes.get(PRICE) for each in counted]
    return options.budget - sum((price for price in prices if price is not None), Decimal(0))


def _candidates(
    query: QueryItems,
    kept: Sequence[QueryItem],
    looks: Sequence[LookPlan],
    *,
    filters: Filters,
    options: OutfitOptions,
    suited: WearerDemand,
) -> list[CandidateItem]:
    """The pieces to choose from; beside a kept piece only what must not stand there is left out.

    What the merchant wants, in a look or by a pin, need not suit.
    """
    starts = query.items[: len(query.items) - len(kept)]
    beside_kept = joint_effects(kept)
    effects = joint_effects(starts)
    effects = replace(
        effects,
        hidden=[*effects.hidden, *beside_kept.hidden],
        attributes=effects.attributes | beside_kept.attributes,
    )
    worn = [piece.product_pk for plan in looks for piece in plan.pieces]
    wanted = worn + list(effects.pins)
    partners = partners_of(query, filters=filters, effects=effects, wanted=worn)
    partners = partners.exclude(pk__in=list(options.without))
    partners = suited.narrow(partners, wanted=wanted)
    if options.swap:
        partners = partners.filter(reco_slot=options.swap)
    reads = effects.attributes | filters.reads
    return candidates(partners, query, wanted=wanted, reads=reads)


def _start_item(number: int, given: QueryItem) -> CandidateItem:
    """What is given as a piece; a photo of one's own has neither key nor price."""
    if given.photo is not None:
        return CandidateItem(number, given.slot)
    attributes = given.question.anchor.attributes
    return CandidateItem(number, given.slot, given.pk, attributes.get(PRICE), attributes=attributes)


def _by_slot(items: Sequence[CandidateItem]) -> dict[str, list[CandidateItem]]:
    slots: dict[str, list[CandidateItem]] = {}
    for item in items:
        slots.setdefault(item.slot, []).append(item)
    return slots


def _best_outfits(
    space: SearchSpace,
    looks: Sequence[LookPlan],
    *,
    options: OutfitOptions,
    limit: int,
    sets: SetScoring,
) -> list[tuple[Proposal, LookOutfit | None]]:
    """The shop's looks first, then the engine's own from the best level that has any."""
    as_looks = [one for plan in looks if (one := look_outfit(plan, space, pieces=options.pieces))]
    worn = list({one.found.numbers: one for one in reversed(as_looks)}.values())[::-1][:limit]
    after = [one.found for one in worn]
    proposed = sets.scored(_proposals(space, options)) if len(worn) < limit else []
    own = diverse_proposals(proposed, limit - len(worn), after=after)
    return [*((one.found, one) for one in worn), *((one, None) for one in own)]


def _proposals(space: SearchSpace, options: OutfitOptions) -> list[Proposal]:
    offered = space.by_slot
    taken = [item.slot for item in space.given]
    levels = plans(taken, offered=offered, pieces=options.pieces)
    if options.swap:
        levels = [[(options.swap,)]] if options.swap in offered else []
    for level in levels:
        found = [one for plan in level for one in space.best_proposals(plan)]
        if found:
            return sorted(found, key=lambda one: one.order)
    return []
