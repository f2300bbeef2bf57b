"""Which products go well with several things at once: products, and a shopper's own photos."""

from collections import defaultdict
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    FloatField,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext, ngettext

from recommender import conf
from recommender.models import Checkpoint, Embedding
from recommender.ranking.calibration import DIGITS, lowest_score, score_of_rung
from recommender.ranking.diversity import diversity_for
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.ladder import rank_ladder
from recommender.ranking.question import Question
from recommender.ranking.rule_effects import RuleEffects, put_pins_in_place
from recommender.ranking.rung import Rung
from recommender.ranking.statement import VECTOR, Ranked, cover_vector
from recommender.ranking.wearer import WearerDemand, wearer_demand
from recommender.strips.goes_with import newest
from recommender.strips.items import Item, Reason, Strip
from recommender.strips.query_items import (
    QueryItem,
    QueryItems,
    joint_effects,
    partners_of,
    query_items,
)
from recommender.strips.similar import above_floor, merchant_reasons, products_in_order
from recommender.vectors import InnerProduct, Part, vector_value

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
        SeenByAnother: another checkpoint serves by now; a photo's vector cannot be compared.
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    limit = conf.get("STRIP_LENGTH") if limit is None else limit
    per_slot = conf.get("PER_SLOT") if per_slot is None else per_slot
    group = query_items(items)
    effects = joint_effects(group.given)
    demand = wearer_demand([each.question for each in group.given], filters)
    partners = partners_of(group, filters=demand.reading(filters), effects=effects)
    rungs = _rungs(partners, group, effects=effects, demand=demand)
    wished = diversity_for(Question(group.checkpoints), diversity)
    climbed = rank_ladder(rungs, limit=limit, per_slot=per_slot, diversity=wished)
    placed = put_pins_in_place({row.pk: (rung, row) for rung, row in climbed}, effects.pins)
    return Strip(tuple(_items(placed, group)), versions=group.versions)


def with_mean_score(partners: QuerySet[Any], group: QueryItems, style: Checkpoint) -> QuerySet[Any]:
    """Annotate products with `reco_score` beside a group, once per picture.

    None at all where no item of the group has a vector.
    """
    seen = partners.order_by().filter(
        _is_known(group, style), recommender_pictures__embeddings__checkpoint=style
    )
    nothing = Value(0.0, output_field=FloatField())
    cosines = [Coalesce(_cosine(_anchor(each, style), style), nothing) for each in group.given]
    mean = reduce(add, cosines) / Value(float(len(cosines)))
    scored: QuerySet[Any] = seen.annotate(reco_score=mean + _look_bonus(group))
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


def _rungs(
    partners: QuerySet[Any], group: QueryItems, *, effects: RuleEffects, demand: WearerDemand
) -> dict[Rung, QuerySet[Any]]:
    rungs: dict[Rung, QuerySet[Any]] = {}
    if group.style and group.given:
        suited = demand.narrow(partners, wanted=[*group.worn_with(), *effects.pins])
        scored = with_mean_score(suited, group, group.style)
        rungs[Rung.STYLE] = above_floor(scored, lowest_score(group.style))
    rungs[Rung.NEWEST] = newest(partners, demand)
    if effects.pins:
        pinned = partners.filter(pk__in=list(effects.pins))
        rungs[Rung.PINNED] = pinned.annotate(reco_score=Cast(Value(0), FloatField()))
    return rungs


def _is_known(group: QueryItems, style: Checkpoint) -> Q:
    """Whether any item has a vector; asked once, not for each candidate."""
    if any(each.photo for each in group.given):
        return Q()
    seen = Embedding.objects.filter(picture__product__in=group.product_pks, checkpoint=style)
    return Q(Exists(seen))


def _anchor(given: QueryItem, style: Checkpoint) -> Combinable:
    if given.photo is not None:
        return vector_value(given.photo.vector)
    return Subquery(cover_vector(given.pk, style))


def _cosine(anchor: Combinable, encoder: Checkpoint) -> Combinable:
    """The closeness of a picture to an anchor: the cosine of each part by its weight."""
    if not encoder.parts:
        return InnerProduct(anchor, F(VECTOR))
    first, terms = 1, []
    for name, width in encoder.parts:
        ours, theirs = (Part(one, first=first, width=width) for one in (anchor, F(VECTOR)))
        terms.append(Value(encoder.part_weights[name]) * InnerProduct(ours, theirs))
        first += width
    return reduce(add, terms)


def _look_bonus(group: QueryItems) -> Combinable:
    """What looks of the shop add, by the number of items a product is worn with."""
    worn: dict[int, list[Any]] = defaultdict(list)
    for pk, items in group.worn_with().items():
        worn[items].append(pk)
    cases = [
        When(pk__in=pks, then=Value(LOOK_BONUS * items / len(group.given)))
        for items, pks in worn.items()
    ]
    return Case(*cases, default=Value(0.0), output_field=FloatField())


def _items(placed: list[tuple[Rung, Ranked]], group: QueryItems) -> list[Item]:
    rung_of, worn = {row.pk: rung for rung, row in placed}, group.worn_with()
    found = products_in_order([row for _rung, row in placed])
    return [
        _item(row, product, rank=rank, rung=rung_of[row.pk], worn=worn.get(row.pk, 0), group=group)
        for rank, (row, product) in enumerate(found, start=1)
    ]


def _item(
    row: Ranked, product: Any, *, rank: int, rung: Rung, worn: int, group: QueryItems
) -> Item:
    together = worn / len(group.given) if group.given else 0.0
    cosine = row.score - LOOK_BONUS * together
    why = reasons(rung, score=cosine, worn=worn, asked=len(group.given))
    source = Rung.LOOK if worn else rung
    # What the shop wears together is right by its own word; beside the other items style is heard.
    share = together + (1 - together) * _shown_score(rung, cosine, group)
    return Item(
        product, round(share, DIGITS), rank, source, (*merchant_reasons(row), *why), row.variants
    )


def _shown_score(rung: Rung, cosine: float, group: QueryItems) -> float:
    """What a score is shown as; only style claims to know anything."""
    return score_of_rung(rung, cosine, group.checkpoints) if rung == Rung.STYLE else 0.0


def reasons(rung: Rung, *, score: float, worn: int, asked: int) -> list[Reason]:
    """Why a product stands beside the items asked about; what is only pinned has its reason in that."""
    found = [look_share_reason(worn, asked)] if worn else []
    if rung == Rung.STYLE:
        cosine = round(max(0.0, min(1.0, score)), DIGITS)
        found.append(Reason(rung.value, gettext("Close in style"), cosine))
    if rung == Rung.NEWEST and not worn:
        found.append(Reason(rung.value, gettext("New in the shop"), 0.0))
    return found
