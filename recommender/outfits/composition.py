"""Chosen pieces as an answer: the host's products with their places, scores and reasons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.utils.translation import gettext

from recommender.catalog import catalog
from recommender.models import Slot
from recommender.outfits.candidates import PairScores
from recommender.outfits.outfit import Outfit, Piece
from recommender.outfits.search import CandidateItem, Proposal
from recommender.outfits.shop_looks import LookOutfit
from recommender.ranking.rung import Rung
from recommender.ranking.wearer import disagreements
from recommender.strips.goes_with_several import reasons
from recommender.strips.items import merchant_reasons
from recommender.strips.query_items import QueryItems


@dataclass(frozen=True)
class Composition:
    """What every outfit of an answer is drawn with."""

    query: QueryItems
    given: Sequence[CandidateItem]
    starts: int  # the first so many of what is given; the rest was kept
    scores: PairScores
    products: Mapping[Any, Any]
    relaxed: Collection[str] = ()  # what the pieces need not agree on, for want of better

    def outfit(self, found: Proposal, worn: LookOutfit | None = None) -> Outfit:
        """The outfit with what was asked about first; a photo is no piece that can be shown."""
        items = [*self.given, *found.pieces]
        shown = [item for item in items if item.pk in self.products]
        relaxed = disagreements([item.attributes for item in items], self.relaxed)
        return Outfit(
            [self._piece(item, items, rank=rank) for rank, item in enumerate(shown, start=1)],
            self.scores.mean_share(list(combinations(items, 2))),
            total=_total(items[self.starts :]),
            total_with_start=_total([item for item in items if item.pk is not None]),
            look=worn.title if worn else None,
            replaced=worn.replaced if worn else (),
            relaxed=relaxed,
            set_score=found.set_score,
            note=" ".join([*_look_notes(worn), *_relaxation_notes(relaxed)]),
        )

    def _piece(self, item: CandidateItem, items: Sequence[CandidateItem], *, rank: int) -> Piece:
        pairs = [(item, other) for other in items if other is not item]
        score, cosine = self.scores.mean_share(pairs), self.scores.mean_cosine(pairs)
        worn = sum(self.scores.share_look(item, other) for other in self.given)
        rung = self._rung(item)
        why = reasons(rung, score=cosine, worn=worn, asked=len(self.given))
        is_given = item in self.given
        return Piece(
            self.products[item.pk],
            score,
            rank,
            Rung.GIVEN if is_given else Rung.LOOK if worn else rung,
            () if is_given else (*merchant_reasons(tier=item.tier, boost=item.boost), *why),
            slot=item.slot,
            is_given=is_given,
        )

    def _rung(self, item: CandidateItem) -> Rung:
        known = self.scores.known
        is_scored = item.number in known and any(one.number in known for one in self.given)
        return Rung.STYLE if is_scored else Rung.NEWEST


def products_of(items: Sequence[CandidateItem]) -> Mapping[Any, Any]:
    """The host's visible products of these items by key; one query."""
    found: Mapping[Any, Any] = (
        catalog().products().in_bulk([item.pk for item in items if item.pk is not None])
    )
    return found


def _total(items: Sequence[CandidateItem]) -> Decimal | None:
    prices = [item.price for item in items]
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def _look_notes(worn: LookOutfit | None) -> list[str]:
    if worn is None:
        return []
    named = gettext("A look of the shop: %(title)s.") % {"title": worn.title}
    own = named if worn.title else gettext("A look of the shop.")
    if not worn.replaced:
        return [own]
    slots = ", ".join(str(Slot(slot).label) for slot in worn.replaced)
    replaced = gettext("Missing, sold out or not as you asked, so we chose: %(slots)s.")
    return [own, replaced % {"slots": slots}]


def _relaxation_notes(relaxed: Collection[str]) -> list[str]:
    texts = {
        "gender": gettext("Not all of it is made for the same wearer: nothing else is in stock."),
        "season": gettext("Not all of it is for the same season: nothing else is in stock."),
    }
    return [texts[name] for name in relaxed]
