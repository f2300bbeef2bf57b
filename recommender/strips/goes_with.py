"""Which products go well with this one."""

from typing import Any

from django.db.models import Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Cast, RowNumber
from django.utils.translation import gettext, ngettext

from recommender import conf, product_columns
from recommender.garments import partner_slots
from recommender.models import Checkpoint, LookItem, Purpose, Rule
from recommender.ranking.calibration import lowest_score, score_of_rung
from recommender.ranking.diversity import ONLY_THE_BEST, Diversity, diversity_for
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.ladder import rank_ladder
from recommender.ranking.question import Question, question_about
from recommender.ranking.rule_effects import RuleEffects, put_pins_in_place
from recommender.ranking.rung import Rung
from recommender.ranking.shortlist import shortlist
from recommender.ranking.statement import (
    UNLIMITED,
    WHOLE,
    Ranked,
    Search,
    cover_vector,
    eligible_products,
    rank_products,
    scored_products,
)
from recommender.ranking.wearer import WearerDemand, wearer_demand
from recommender.strips.items import Item, Reason, Strip
from recommender.strips.similar import above_floor, merchant_reasons, products_in_order

COLOUR = "colour"
A_PLACE = 1e-6  # so little counts a place among the newest that any boost outweighs it
SPARE = (
    6  # of an index's proposals for each candidate of a pairing: the scorer decides, not the order
)
UNSUITED = -100.0  # outweighs all boosts, so that what does not suit comes last


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
    per_slot = conf.get("PER_SLOT") if per_slot is None else per_slot
    question = question or question_about(product.pk)
    placed = ranked_partners(
        question,
        limit=limit,
        per_slot=per_slot,
        diversity=diversity_for(question, diversity),
        filters=filters,
    )
    return Strip(tuple(_items(placed, question)), versions=_versions(question))


def ranked_partners(
    question: Question,
    *,
    limit: int,
    per_slot: int,
    diversity: Diversity = ONLY_THE_BEST,
    filters: Filters = ANYTHING,
) -> list[tuple[Rung, Ranked]]:
    """What stands beside the product asked about, in the order shown; one query."""
    effects = question.effects(Rule.Strip.GOES_WITH)
    wanted = min(limit, per_slot)
    rungs = partner_rungs(question, filters=filters, effects=effects, wanted=wanted)
    rows = rank_ladder(rungs, limit=limit, per_slot=per_slot, diversity=diversity)
    return put_pins_in_place({row.pk: (rung, row) for rung, row in rows}, effects.pins)


def partner_rungs(
    question: Question, *, filters: Filters, effects: RuleEffects, wanted: int = UNLIMITED
) -> dict[Rung, QuerySet[Any]]:
    """What each rung of the ladder offers, from the best-informed down; at least `wanted` per slot.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    is_partner = Q(reco_slot__in=partner_slots(question.slot)) | Q(pk__in=list(effects.pins))
    demand = wearer_demand([question], filters)
    eligible = eligible_products(demand.reading(filters), effects=effects)
    others = eligible.exclude(pk=question.anchor.pk).exclude(reco_group=question.group)
    partners = others.filter(is_partner)
    rungs = _rungs(partners, question, demand=demand, effects=effects, wanted=wanted)
    if effects.pins:
        pinned = partners.filter(pk__in=list(effects.pins))
        rungs[Rung.PINNED] = pinned.annotate(reco_score=Cast(Value(0), FloatField()))
    return rungs


def style_neighbours(question: Question, *, style: Checkpoint, per_slot: int) -> list[Ranked]:
    """The nearest products in style, up to `per_slot` of every slot that goes with the product's.

    For the same wearer and season. One query; exact but for slots with an index, which may overlook
    one in forty. The score is a cosine, -1 to 1.
    """
    slots, demand = partner_slots(question.slot), wearer_demand([question], ANYTHING)
    search = _in_style(question.anchor.pk, style)
    eligible = eligible_products(demand.reading(ANYTHING)).filter(reco_slot__in=slots)
    partners = demand.narrow(eligible)
    near = shortlist(partners, search, wanted=per_slot, spare=SPARE, slots=slots)
    return rank_products(near, search, limit=UNLIMITED, per_slot=per_slot)


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
    rungs = {Rung.LOOK: _in_looks_with(partners, pk)}
    suited = demand.narrow(partners)
    if scorer:
        rungs[Rung.STORED] = above_floor(_stored_pairings(suited, pk, scorer), lowest_score(scorer))
    if style:
        search, slots = _in_style(pk, style), partner_slots(question.slot)
        near = shortlist(suited, search, wanted=wanted, slots=slots, effects=effects)
        rungs[Rung.STYLE] = above_floor(scored_products(near, search), lowest_score(style))
    if visual and COLOUR in visual.part_weights:
        only_colour = dict.fromkeys(visual.part_weights, 0.0) | {COLOUR: 1.0}
        in_colour = Search(Subquery(cover_vector(pk, visual)), visual, only_colour)
        rungs[Rung.PALETTE] = scored_products(suited, in_colour)
    rungs[Rung.NEWEST] = newest(partners, demand)
    return rungs


def _in_looks_with(partners: QuerySet[Any], product_pk: Any) -> QuerySet[Any]:
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


def _in_style(product_pk: Any, style: Checkpoint) -> Search:
    anchor = Subquery(cover_vector(product_pk, style))
    return Search(anchor, style, style.part_weights or {WHOLE: 1.0})


def newest(partners: QuerySet[Any], demand: WearerDemand) -> QuerySet[Any]:
    """The newest of each slot before all second newest, and what does not suit after all of them.

    A score not above 0 claims no knowledge.
    """
    newness, of_slot = F("reco_novelty").desc(), [F("reco_slot"), F("reco_unsuited")]
    place = Window(RowNumber(), partition_by=of_slot, order_by=[newness, "pk"])
    ranked: QuerySet[Any] = (
        partners.order_by()
        .annotate(reco_novelty=product_columns.novelty(), reco_unsuited=demand.penalty(UNSUITED))
        .annotate(reco_score=Cast(place, FloatField()) * Value(-A_PLACE) + F("reco_unsuited"))
    )
    return ranked


def _versions(question: Question) -> tuple[str, ...]:
    asked = (question.checkpoints.get(purpose) for purpose in (Purpose.PAIR, Purpose.STYLE))
    return tuple(checkpoint.label for checkpoint in asked if checkpoint)


def _items(placed: list[tuple[Rung, Ranked]], question: Question) -> list[Item]:
    rung_of = {row.pk: rung for rung, row in placed}
    return [
        Item(
            product,
            score_of_rung(rung_of[row.pk], row.score, question.checkpoints),
            rank,
            rung_of[row.pk],
            (*merchant_reasons(row), *_reasons(rung_of[row.pk], row)),
            row.variants,
        )
        for rank, (row, product) in enumerate(
            products_in_order([row for _rung, row in placed]), start=1
        )
    ]


def _score(row: Ranked) -> float:
    return round(max(0.0, min(1.0, row.score)), 4)


def _reasons(rung: Rung, row: Ranked) -> list[Reason]:
    """Why the product is on its rung; what is only pinned has its reason in that."""
    if rung == Rung.LOOK:
        return [look_reason(round(row.score))]
    texts = {
        Rung.STORED: gettext("The style scorer rates the two together"),
        Rung.STYLE: gettext("Close in style"),
        Rung.PALETTE: gettext("Shares its colours"),
        Rung.NEWEST: gettext("New in the shop"),
    }
    return [Reason(rung.value, texts[rung], _score(row))] if rung in texts else []


def look_reason(looks: int) -> Reason:
    """That products share so many looks of the shop."""
    text = ngettext("Worn together in %(n)s look", "Worn together in %(n)s looks", looks)
    return Reason(Rung.LOOK.value, text % {"n": looks}, float(looks))
