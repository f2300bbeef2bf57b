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
from recommender.outfits.search import Node, Proposal
from recommender.outfits.shop_looks import LookOutfit
from recommender.ranking.rung import Rung
from recommender.ranking.statement import Ranked
from recommender.ranking.wearer import disagreements
from recommender.strips.goes_with_several import reasons
from recommender.strips.query_items import QueryItems
from recommender.strips.similar import merchant_reasons


@dataclass(frozen=True)
class Composition:
    """What every outfit of an answer is drawn with."""

    group: QueryItems
    given: Sequence[Node]
    starts: int  # the first so many of what is given; the rest was kept
    judged: PairScores
    products: Mapping[Any, Any]
    relaxed: Collection[str] = ()  # what the pieces need not agree on, for want of better

    def outfit(self, found: Proposal, worn: LookOutfit | None = None) -> Outfit:
        """The outfit with what was asked about first; a photo is no piece that can be shown."""
        nodes = [*self.given, *found.pieces]
        shown = [node for node in nodes if node.pk in self.products]
        relaxed = disagreements([node.facts for node in nodes], self.relaxed)
        return Outfit(
            [self._piece(node, nodes, rank=rank) for rank, node in enumerate(shown, start=1)],
            self.judged.mean_share(list(combinations(nodes, 2))),
            total=_total(nodes[self.starts :]),
            total_with_start=_total([node for node in nodes if node.pk is not None]),
            look=worn.title if worn else None,
            replaced=worn.replaced if worn else (),
            relaxed=relaxed,
            set_score=found.set_score,
            note=" ".join([*_of_a_look(worn), *_unsuited(relaxed)]),
        )

    def _piece(self, node: Node, nodes: Sequence[Node], *, rank: int) -> Piece:
        pairs = [(node, other) for other in nodes if other is not node]
        score, cosine = self.judged.mean_share(pairs), self.judged.mean_cosine(pairs)
        worn = sum(self.judged.is_worn(node, other) for other in self.given)
        rung, row = self._rung(node), Ranked(node.pk, node.slot, "", score, {}, node.lift)
        why = reasons(rung, score=cosine, worn=worn, asked=len(self.given))
        is_given = node in self.given
        return Piece(
            self.products[node.pk],
            score,
            rank,
            Rung.GIVEN if is_given else Rung.LOOK if worn else rung,
            () if is_given else (*merchant_reasons(row), *why),
            slot=node.slot,
            is_given=is_given,
        )

    def _rung(self, node: Node) -> Rung:
        known = self.judged.known
        is_judged = node.number in known and any(one.number in known for one in self.given)
        return Rung.STYLE if is_judged else Rung.NEWEST


def products_of(nodes: Sequence[Node]) -> Mapping[Any, Any]:
    """The host's visible products of these nodes by key; one query."""
    found: Mapping[Any, Any] = (
        catalog().products().in_bulk([node.pk for node in nodes if node.pk is not None])
    )
    return found


def _total(nodes: Sequence[Node]) -> Decimal | None:
    prices = [node.price for node in nodes]
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def _of_a_look(worn: LookOutfit | None) -> list[str]:
    if worn is None:
        return []
    named = gettext("A look of the shop: %(title)s.") % {"title": worn.title}
    own = named if worn.title else gettext("A look of the shop.")
    if not worn.replaced:
        return [own]
    slots = ", ".join(str(Slot(slot).label) for slot in worn.replaced)
    replaced = gettext("Missing, sold out or not as you asked, so we chose: %(slots)s.")
    return [own, replaced % {"slots": slots}]


def _unsuited(relaxed: Collection[str]) -> list[str]:
    texts = {
        "gender": gettext("Not all of it is made for the same wearer: nothing else is in stock."),
        "season": gettext("Not all of it is for the same season: nothing else is in stock."),
    }
    return [texts[name] for name in relaxed]
