"""Which products go well with several things at once: products, and a shopper's own photos."""

from collections import defaultdict
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from django.db.models import Case, Exists, F, FloatField, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext

from recommender import conf
from recommender.models import Checkpoint, Embedding
from recommender.ranking.calibration import DIGITS, lowest_score, score_of_rung
from recommender.ranking.diversity import diversity_for
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.question import Question
from recommender.ranking.rung import Rung
from recommender.ranking.scoring import VECTOR, cover_vector, embedded_products, part_weights
from recommender.ranking.statement import Ladder, RankedProduct, rank_ladder
from recommender.ranking.wearer import wearer_demand
from recommender.strips.goes_with import NOTHING_KNOWN, last_rungs, slot_share
from recommender.strips.items import Item, Reason, Strip, merchant_reasons, products_in_order
from recommender.strips.query_items import (
    QueryItem,
    QueryItems,
    joint_effects,
    partners_of,
    query_items,
)
from recommender.vectors import cosines, vector_value, weighted_sum

MOST_ITEMS = 8
LOOK_BONUS = 0.5  # for being worn with all of the items; cosines of partners lie around 0.3 to 0.8


def goes_with_several(
    items: Sequence[Any],
    *,
    limit: int | None = None,
    per_slot: int | None = None,
    diversity: float | None = None,
    filters: Filters = ANYTHING,
) -> Strip:
    """Products that go well with all of these at once, in stock, of no slot that is taken.

    Each item is a product or a `PhotoFeatures` in style. A candidate c beside the items a1 … an ranks by
    `mean(cosine(ai, c)) + LOOK_BONUS × k / n`. The cosine is that of the style vectors, of an item's
    first picture with whichever view of c fits best, and 0 where nobody has looked at the item yet;
    k is the number of items that c is worn with in looks of the shop. The rules that hold beside
    any of the items hold. What is for another wearer or season than the items comes only where
    nothing else is left, and so do the newest products. `diversity` as in `goes_with`. Three
    queries, and whatever the host's cards prefetch.

    Raises:
        OutdatedFeatures: another checkpoint serves by now; a photo's vector cannot be compared.
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    limit = conf.get("STRIP_LENGTH") if limit is None else limit
    per_slot = slot_share(limit, filters) if per_slot is None else per_slot
    query = query_items(items)
    ranked = rank_ladder(
        _ladder(query, filters),
        limit=limit,
        per_slot=per_slot,
        diversity=diversity_for(Question(query.checkpoints), diversity),
    )
    return Strip(tuple(_items(ranked, query)), versions=query.versions)


def _ladder(query: QueryItems, filters: Filters) -> Ladder:
    effects = joint_effects(query.items)
    demand = wearer_demand([each.question for each in query.items], filters)
    partners = partners_of(query, filters=demand.with_reads(filters), effects=effects)
    rungs, style = last_rungs(partners, demand=demand, effects=effects), query.style
    if style and query.items:
        suited = demand.narrow(partners, wanted=[*query.look_counts(), *effects.pins])
        rungs = {Rung.STYLE: with_mean_score(suited, query, style), **rungs}
    return Ladder(rungs, floors={Rung.STYLE: lowest_score(style)}, effects=effects)


def with_mean_score(partners: QuerySet[Any], query: QueryItems, style: Checkpoint) -> QuerySet[Any]:
    """Annotate products with `reco_score` beside a group, once per picture.

    None at all where no item of the group has a vector.
    """
    known = embedded_products(partners.filter(_is_known(query, style)), style)
    closeness = [
        Coalesce(_closeness(_anchor(each, style), style), NOTHING_KNOWN) for each in query.items
    ]
    mean = reduce(add, closeness) / Value(float(len(closeness)))
    scored: QuerySet[Any] = known.annotate(reco_score=mean + _look_bonus(query))
    return scored


def look_share_reason(worn: int, asked: int) -> Reason:
    """That the shop wears a product with so many of the items asked about."""
    text = ngettext(
        "Worn with %(n)s of them in looks of the shop",
        "Worn with %(n)s of them in looks of the shop",
        worn,
    )
    alone = gettext("Worn together in a look of the shop")
    return Reason(Rung.LOOK.value, alone if asked == 1 else text % {"n": worn}, worn / asked)


def _is_known(query: QueryItems, style: Checkpoint) -> Q:
    """Whether any item has a vector; asked once, not for each candidate."""
    if any(each.photo for each in query.items):
        return Q()
    seen = Embedding.objects.filter(picture__product__in=query.product_pks, checkpoint=style)
    return Q(Exists(seen))


def _anchor(given: QueryItem, style: Checkpoint) -> Combinable:
    if given.photo is not None:
        return vector_value(given.photo.vector)
    return Subquery(cover_vector(given.pk, style))


def _closeness(anchor: Combinable, encoder: Checkpoint) -> Combinable:
    """How close a picture is to an anchor: the cosine of each part by its weight."""
    return weighted_sum(cosines(anchor, F(VECTOR), encoder.parts), part_weights(encoder))


def _look_bonus(query: QueryItems) -> Combinable:
    """What looks of the shop add, by the number of items a product is worn with."""
    worn: dict[int, list[Any]] = defaultdict(list)
    for pk, items in query.look_counts().items():
        worn[items].append(pk)
    cases = [
        When(pk__in=pks, then=Value(LOOK_BONUS * items / len(query.items)))
        for items, pks in worn.items()
    ]
    return Case(*cases, default=Value(0.0), output_field=FloatField())


def _items(ranked: Sequence[RankedProduct], query: QueryItems) -> list[Item]:
    worn = query.look_counts()
    return [
        _item(row, product, rank=rank, worn=worn.get(row.pk, 0), query=query)
        for rank, row, product in products_in_order(ranked)
    ]


def _item(row: RankedProduct, product: Any, *, rank: int, worn: int, query: QueryItems) -> Item:
    together = worn / len(query.items) if query.items else 0.0
    cosine = row.score - LOOK_BONUS * together
    own = reasons(row.rung, score=cosine, worn=worn, asked=len(query.items))
    # What the shop wears together is right by its own word; beside the other items style is heard.
    share = together + (1 - together) * _shown_score(row.rung, cosine, query)
    return Item(
        product,
        round(share, DIGITS),
        rank,
        Rung.LOOK if worn else row.rung,
        (*merchant_reasons(tier=row.tier, boost=row.boost), *own),
        row.variants,
    )


def _shown_score(rung: Rung, cosine: float, query: QueryItems) -> float:
    """What a score is shown as; only style claims to know anything."""
    return score_of_rung(rung, cosine, query.checkpoints) if rung == Rung.STYLE else 0.0


def reasons(rung: Rung, *, score: float, worn: int, asked: int) -> list[Reason]:
    """Why a product stands beside the items asked about; what is only pinned has its reason in that."""
    found = [look_share_reason(worn, asked)] if worn else []
    if rung == Rung.STYLE:
        cosine = round(max(0.0, min(1.0, score)), DIGITS)
        found.append(Reason(rung.value, gettext("Close in style"), cosine))
    if rung == Rung.NEWEST and not worn:
        found.append(Reason(rung.value, gettext("New in the shop"), 0.0))
    return found
