"""Which products go well with this one."""

from typing import Any

from django.db.models import Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Cast, RowNumber
from django.utils.translation import gettext, ngettext

from recommender import conf, product_columns
from recommender.garments import partner_slots
from recommender.models import Checkpoint, LookItem, Purpose, Rule
from recommender.ranking.calibration import lowest_score, score_of_rung
from recommender.ranking.diversity import diversity_for
from recommender.ranking.eligibility import (
    Condition,
    Eligibility,
    eligibility,
    eligible_products,
)
from recommender.ranking.exclusion import Exclusion
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.question import Question, question_about
from recommender.ranking.rule_effects import RuleEffects
from recommender.ranking.rung import Rung
from recommender.ranking.scoring import Search, cover_vector, part_weights, scored_products
from recommender.ranking.shortlist import shortlist
from recommender.ranking.statement import UNLIMITED, Ladder, Length, RankedProduct, rank_ladder
from recommender.ranking.wearer import WearerDemand, wearer_demand
from recommender.strips.beside import not_itself
from recommender.strips.compiled import rank_beside
from recommender.strips.items import Item, Reason, Strip, merchant_reasons, products_in_order

COLOUR = "colour"
# Of an index's proposals for each candidate of a pairing: the scorer decides, not the order.
SPARE = 6
NOTHING_KNOWN = Cast(Value(0), FloatField())  # a score that claims no knowledge


def goes_with(
    product: Any,
    *,
    limit: int | None = None,
    per_slot: int | None = None,
    diversity: float | None = None,
    filters: Filters = ANYTHING,
    question: Question | None = None,
) -> Strip:
    """Products of other slots that go well with this one, in stock, a few of each, best first.

    The shop's own looks come first, then stored pairings; where they do not fill the strip (a new
    product, a sale that emptied a slot) style neighbours do, then products that share its colours,
    then the newest. What is for another wearer or season comes after all that is not, unless the
    shop's looks hold it or the filters name those. What scores below a checkpoint's floor is left to the next rung. With
    `diversity`, 0 to 1 (the shop's setting if not given), a product that looks much like another of
    its slot in the strip gives way to the next on its rung.
    `question` is what is already known about the product, to try out other rules. Three queries,
    and whatever the host's cards prefetch.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    limit = conf.get("STRIP_LENGTH") if limit is None else limit
    per_slot = slot_share(limit, filters) if per_slot is None else per_slot
    question = question or question_about(product.pk)
    ranked = rank_beside(
        question,
        partner_ladder,
        Length(limit, per_slot, diversity_for(question, diversity)),
        strip=Rule.Strip.GOES_WITH,
        filters=filters,
        wanted=min(limit, per_slot),
    )
    return Strip(tuple(_items(ranked, question)), versions=_versions(question))


def slot_share(limit: int, filters: Filters) -> int:
    """How many of one slot a strip has unless it is said: all where one slot alone is asked for."""
    share: int = conf.get("PER_SLOT")
    return limit if len(set(filters.slots)) == 1 else share


def partner_ladder(
    question: Question, *, filters: Filters = ANYTHING, wanted: int = UNLIMITED
) -> Ladder:
    """What each rung offers beside the product, at least `wanted` of every slot.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    effects, demand = question.effects(Rule.Strip.GOES_WITH), wearer_demand([question], filters)
    partners = partner_eligibility(question, filters).eligible
    rungs = _rungs(partners, question, demand=demand, effects=effects, wanted=wanted)
    floors = {
        Rung.STORED: lowest_score(question.checkpoints.get(Purpose.PAIR)),
        Rung.STYLE: lowest_score(question.checkpoints.get(Purpose.STYLE)),
    }
    last = last_rungs(partners, demand=demand, effects=effects)
    return Ladder({**rungs, **last}, floors=floors, effects=effects)


def partner_eligibility(question: Question, filters: Filters) -> Eligibility:
    """Which products may stand beside one as going with it: of slots that do, or pinned.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    effects, demand = question.effects(Rule.Strip.GOES_WITH), wearer_demand([question], filters)
    is_partner = Q(reco_slot__in=partner_slots(question.slot)) | Q(pk__in=list(effects.pins))
    beside = [
        *not_itself(question),
        Condition(Exclusion.NO_PARTNER, is_partner),
    ]
    return eligibility(demand.with_reads(filters), effects=effects, beside=beside)


def style_neighbours(
    question: Question, *, style: Checkpoint, per_slot: int
) -> list[RankedProduct]:
    """The nearest products in style, up to `per_slot` of every slot that goes with the product's.

    For the same wearer and season. One query; exact but for slots with an index, which may overlook
    one in forty. The score is a cosine, -1 to 1.
    """
    slots, demand = partner_slots(question.slot), wearer_demand([question], ANYTHING)
    search = _style_search(question.anchor.pk, style)
    eligible = eligible_products(demand.with_reads(ANYTHING)).filter(reco_slot__in=slots)
    partners = demand.narrow(eligible)
    near = shortlist(partners, search, wanted=per_slot, spare=SPARE, slots=slots)
    ladder = Ladder({Rung.STYLE: scored_products(near, search)})
    return rank_ladder(ladder, limit=UNLIMITED, per_slot=per_slot)


def _rungs(
    partners: QuerySet[Any],
    question: Question,
    *,
    demand: WearerDemand,
    effects: RuleEffects,
    wanted: int,
) -> dict[Rung, QuerySet[Any]]:
    scorer = question.checkpoints.get(Purpose.PAIR)
    style = question.checkpoints.get(Purpose.STYLE)
    visual = question.checkpoints.get(Purpose.VISUAL)
    pk = question.anchor.pk
    rungs = {Rung.LOOK: _look_partners(partners, pk)}
    suited = demand.narrow(partners)
    if scorer:
        rungs[Rung.STORED] = _stored_pairings(suited, pk, scorer)
    if style:
        search, slots = _style_search(pk, style), partner_slots(question.slot)
        near = shortlist(suited, search, wanted=wanted, slots=slots, effects=effects)
        rungs[Rung.STYLE] = scored_products(near, search)
    if visual and COLOUR in visual.part_weights:
        only_colour = dict.fromkeys(visual.part_weights, 0.0) | {COLOUR: 1.0}
        in_colour = Search(Subquery(cover_vector(pk, visual)), visual, only_colour)
        rungs[Rung.PALETTE] = scored_products(suited, in_colour)
    return rungs


def _look_partners(partners: QuerySet[Any], product_pk: Any) -> QuerySet[Any]:
    """What stands in a look of the shop with the product; scored by the number of such looks."""
    beside = LookItem.objects.filter(look__items__product=product_pk).order_by()
    looks = beside.filter(product=OuterRef("pk")).values("product").annotate(looks=Count("pk"))
    worn: QuerySet[Any] = partners.filter(pk__in=beside.values("product")).annotate(
        reco_score=Cast(Subquery(looks.values("looks")), FloatField())
    )
    return worn


def _stored_pairings(partners: QuerySet[Any], product_pk: Any, scorer: Checkpoint) -> QuerySet[Any]:
    stored: QuerySet[Any] = partners.filter(
        recommender_partner_pairings__product=product_pk,
        recommender_partner_pairings__scorer=scorer,
    ).annotate(reco_score=F("recommender_partner_pairings__score"))
    return stored


def _style_search(product_pk: Any, style: Checkpoint) -> Search:
    anchor = Subquery(cover_vector(product_pk, style))
    return Search(anchor, style, part_weights(style))


def last_rungs(
    partners: QuerySet[Any], *, demand: WearerDemand, effects: RuleEffects
) -> dict[Rung, QuerySet[Any]]:
    """What is there where nothing else is known: the newest, and what is pinned in any case.

    The newest of each slot stand before all second newest, and what does not suit after all of them.
    """
    newness, of_slot = F("reco_novelty").desc(), [F("reco_slot"), F("reco_tier")]
    place = Window(RowNumber(), partition_by=of_slot, order_by=[newness, "pk"])
    unknown = partners.order_by().annotate(reco_score=NOTHING_KNOWN)
    tiers = unknown.annotate(
        reco_novelty=product_columns.novelty(), reco_tier=effects.tier(demand.tier())
    )
    rungs = {Rung.NEWEST: tiers.annotate(reco_recency=place)}
    if effects.pins:
        rungs[Rung.PINNED] = unknown.filter(pk__in=list(effects.pins))
    return rungs


def _versions(question: Question) -> tuple[str, ...]:
    asked = (question.checkpoints.get(purpose) for purpose in (Purpose.PAIR, Purpose.STYLE))
    return tuple(checkpoint.label for checkpoint in asked if checkpoint)


def _items(ranked: list[RankedProduct], question: Question) -> list[Item]:
    return [
        Item(
            product,
            score_of_rung(row.rung, row.score, question.checkpoints),
            rank,
            row.rung,
            (*merchant_reasons(tier=row.tier, boost=row.boost), *_reasons(row)),
            row.variants,
        )
        for rank, row, product in products_in_order(ranked)
    ]


def _score(row: RankedProduct) -> float:
    return round(max(0.0, min(1.0, row.score)), 4)


def _reasons(row: RankedProduct) -> list[Reason]:
    """Why the product is on its rung; what is only pinned has its reason in that."""
    if row.rung == Rung.LOOK:
        return [look_reason(round(row.score))]
    texts = {
        Rung.STORED: gettext("The style scorer rates the two together"),
        Rung.STYLE: gettext("Close in style"),
        Rung.PALETTE: gettext("Shares its colours"),
        Rung.NEWEST: gettext("New in the shop"),
    }
    known = row.rung in texts
    return [Reason(row.rung.value, texts[row.rung], _score(row))] if known else []


def look_reason(looks: int) -> Reason:
    """That products share so many looks of the shop."""
    text = ngettext("Worn together in %(n)s look", "Worn together in %(n)s looks", looks)
    return Reason(Rung.LOOK.value, text % {"n": looks}, float(looks))
