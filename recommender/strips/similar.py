"""Which products look like this one, or like this photo."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender import conf
from recommender.catalog import catalog
from recommender.models import Checkpoint, Purpose, Rule
from recommender.ranking.calibration import lowest_score, shown_score
from recommender.ranking.diversity import ONLY_THE_BEST, Diversity, diversity_for
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.question import Question, question_about
from recommender.ranking.rule_effects import PINNED, RuleEffects, put_pins_in_place
from recommender.ranking.rung import Rung
from recommender.ranking.shortlist import shortlist
from recommender.ranking.statement import (
    WHOLE,
    Ranked,
    Search,
    cover_vector,
    eligible_products,
    rank_products,
    scored_products,
)
from recommender.strips.items import Item, Reason, Strip
from recommender.vectors import vector_value

# From this cosine on, a part of the score is worth telling a shopper about.
TELLING = 0.6
TEXTS = {
    "shape": _("Similar in shape"),
    "colour": _("Similar in colour"),
    WHOLE: _("Looks alike"),
}


def similar_products(
    product: Any,
    *,
    limit: int | None = None,
    colour_weight: float | None = None,
    diversity: float | None = None,
    filters: Filters = ANYTHING,
    question: Question | None = None,
) -> Strip:
    """Products that look like this one: same slot, in stock, one of each design, best first.

    With `diversity`, 0 to 1 (the shop's setting if not given), a product that is much like one
    before it gives way to another; see `recommender.ranking.diversity`.

    `question` is what is already known about the product, to try out other rules. Three queries,
    and whatever the host's cards prefetch; no vector leaves the database. The product's own design
    is left out, and so is what scores below the encoder's floor. Empty while the product has no vector.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    question = question or question_about(product.pk)
    checkpoint = question.checkpoints.get(Purpose.VISUAL)
    if checkpoint is None:
        return Strip()
    ranked = ranked_similar(
        question,
        limit=conf.get("STRIP_LENGTH") if limit is None else limit,
        colour_weight=colour_weight,
        diversity=diversity_for(question, diversity),
        filters=filters,
    )
    return _strip(ranked, checkpoint)


def ranked_similar(
    question: Question,
    *,
    limit: int,
    colour_weight: float | None = None,
    diversity: Diversity = ONLY_THE_BEST,
    filters: Filters = ANYTHING,
) -> list[Ranked]:
    """What stands beside the product asked about, in the order shown; one query.

    The question must have a visual checkpoint.
    """
    checkpoint = question.checkpoints[Purpose.VISUAL]
    effects = question.effects(Rule.Strip.SIMILAR)
    anchor = Subquery(cover_vector(question.anchor.pk, checkpoint))
    search = Search(anchor, checkpoint, part_weights(checkpoint, colour_weight))
    return _ranked(
        _similar_candidates(question, filters=filters, effects=effects),
        search,
        limit=limit,
        effects=effects,
        slots=[question.slot],
        lowest=lowest_score(checkpoint),
        diversity=diversity,
    )


def products_like_vector(
    vector: Sequence[float],
    *,
    question: Question,
    filters: Filters = ANYTHING,
    limit: int | None = None,
    colour_weight: float | None = None,
    diversity: float | None = None,
) -> Strip:
    """Products that look like a photo that is in no catalogue, given its visual vector; two queries.

    The question must have a visual checkpoint. Rules that hold beside a product say nothing here.
    """
    checkpoint = question.checkpoints[Purpose.VISUAL]
    effects = question.effects(Rule.Strip.SIMILAR)
    weights = part_weights(checkpoint, colour_weight)
    ranked = _ranked(
        eligible_products(filters, effects=effects),
        Search(vector_value(vector), checkpoint, weights),
        limit=conf.get("STRIP_LENGTH") if limit is None else limit,
        effects=effects,
        slots=filters.slots,
        diversity=diversity_for(question, diversity),
    )
    return _strip(ranked, checkpoint)


def nearest_score(vector: Sequence[float], *, question: Question) -> float:
    """The raw score of what looks most like a photo in the whole shop, -1 in an empty one; one query."""
    checkpoint = question.checkpoints[Purpose.VISUAL]
    search = Search(vector_value(vector), checkpoint, part_weights(checkpoint, None))
    near = shortlist(eligible_products(), search, wanted=1)
    ranked = rank_products(near, search, limit=1)
    return ranked[0].score if ranked else -1.0


def similar_rungs(
    question: Question,
    *,
    filters: Filters,
    effects: RuleEffects,
    colour_weight: float | None = None,
    is_floored: bool = True,
) -> dict[Rung, QuerySet[Any]]:
    """What `similar_products` ranks, as a ladder of one rung; none without an encoder.

    Not `is_floored`: with what scores below the encoder's floor.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    checkpoint = question.checkpoints.get(Purpose.VISUAL)
    if checkpoint is None:
        return {}
    anchor = Subquery(cover_vector(question.anchor.pk, checkpoint))
    search = Search(anchor, checkpoint, part_weights(checkpoint, colour_weight))
    scored = scored_products(
        _similar_candidates(question, filters=filters, effects=effects), search
    )
    return {Rung.VISUAL: above_floor(scored, lowest_score(checkpoint)) if is_floored else scored}


def above_floor(scored: QuerySet[Any], lowest: float) -> QuerySet[Any]:
    """Leave out what scores below a floor, but for what is pinned."""
    if lowest == -math.inf:
        return scored
    kept: QuerySet[Any] = scored.filter(Q(reco_score__gte=lowest) | Q(reco_lift__gte=PINNED / 2))
    return kept


def _similar_candidates(
    question: Question, *, filters: Filters, effects: RuleEffects
) -> QuerySet[Any]:
    """What may be called similar: of the same slot, and no colour of its own design."""
    eligible = eligible_products(filters, effects=effects).filter(reco_slot=question.slot)
    like: QuerySet[Any] = eligible.exclude(pk=question.anchor.pk).exclude(reco_group=question.group)
    return like


def products_in_order(ranked: Sequence[Ranked]) -> list[tuple[Ranked, Any]]:
    """Fetch the host's objects in one query, keeping the order of the ranking."""
    found = catalog().products().in_bulk([row.pk for row in ranked])
    return [(row, found[row.pk]) for row in ranked if row.pk in found]


def _ranked(
    candidates: QuerySet[Any],
    search: Search,
    *,
    limit: int,
    effects: RuleEffects,
    slots: Collection[str],
    diversity: Diversity,
    lowest: float = -math.inf,
) -> list[Ranked]:
    near = shortlist(candidates, search, wanted=limit, slots=slots, effects=effects)
    ranked = rank_products(near, search, limit=limit, lowest=lowest, diversity=diversity)
    return put_pins_in_place({row.pk: row for row in ranked}, effects.pins)


def _strip(ranked: Sequence[Ranked], checkpoint: Checkpoint) -> Strip:
    items = [
        Item(
            product,
            shown_score(row.score, checkpoint),
            rank,
            Rung.VISUAL,
            (*merchant_reasons(row), *_reasons(row.parts)),
            row.variants,
        )
        for rank, (row, product) in enumerate(products_in_order(ranked), start=1)
    ]
    return Strip(tuple(items), versions=(checkpoint.label,))


def merchant_reasons(row: Ranked) -> list[Reason]:
    """The merchant's part in a product's place."""
    if row.is_pinned:
        return [Reason("pinned", gettext("Picked by the shop"), 1.0)]
    if row.lift > 0:
        return [Reason("boosted", gettext("Recommended by the shop"), round(row.lift, 4))]
    return []


def part_weights(checkpoint: Checkpoint, colour_weight: float | None) -> Mapping[str, float]:
    """How much each part of a vector counts, given the asker's own weight of colour if any."""
    weights = checkpoint.part_weights or {WHOLE: 1.0}
    if colour_weight is None or "colour" not in weights:
        return weights
    return {"shape": 1 - colour_weight, "colour": colour_weight}


def _reasons(parts: Mapping[str, float]) -> list[Reason]:
    telling = sorted((-cosine, name) for name, cosine in parts.items() if cosine >= TELLING)
    return [Reason(name, str(TEXTS.get(name, name)), round(-cosine, 4)) for cosine, name in telling]
