"""Which products look like this one, or like this photo."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from recommender import conf
from recommender.models import Checkpoint, Purpose, Rule
from recommender.ranking.calibration import lowest_score, shown_score
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
from recommender.strips.compiled import rank_beside
from recommender.strips.items import Item, Reason, Strip, merchant_reasons, products_in_order
from recommender.vectors import WHOLE, vector_value

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
    limit = conf.get("STRIP_LENGTH") if limit is None else limit
    checkpoint = question.checkpoints.get(Purpose.VISUAL)
    if checkpoint is None:
        return Strip()
    ranked = rank_beside(
        question,
        similar_ladder,
        Length(limit, diversity=diversity_for(question, diversity)),
        strip=Rule.Strip.SIMILAR,
        filters=filters,
        colour_weight=colour_weight,
        wanted=limit,
    )
    return _strip(ranked, checkpoint)


def similar_ladder(
    question: Question,
    *,
    filters: Filters = ANYTHING,
    colour_weight: float | None = None,
    wanted: int = UNLIMITED,
) -> Ladder:
    """A ladder of one rung, at least `wanted` products long; of none without an encoder.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    checkpoint = question.checkpoints.get(Purpose.VISUAL)
    if checkpoint is None:
        return Ladder()
    anchor = Subquery(cover_vector(question.anchor.pk, checkpoint))
    search = Search(anchor, checkpoint, part_weights(checkpoint, colour_weight))
    candidates = similar_eligibility(question, filters).eligible
    effects, slots = question.effects(Rule.Strip.SIMILAR), [question.slot]
    near = shortlist(candidates, search, wanted=wanted, slots=slots, effects=effects)
    return _ladder(near, search, effects=effects, floor=lowest_score(checkpoint))


def similar_eligibility(question: Question, filters: Filters) -> Eligibility:
    """Which products may stand beside one as similar: of its slot, and no colour of its own design.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    beside = [
        Condition(Exclusion.ITSELF, ~Q(pk=question.anchor.pk)),
        Condition(Exclusion.SAME_DESIGN, ~Q(reco_group=question.group)),
        Condition(Exclusion.OTHER_SLOT, Q(reco_slot=question.slot)),
    ]
    return eligibility(filters, effects=question.effects(Rule.Strip.SIMILAR), beside=beside)


def products_like_vector(
    vector: Sequence[float],
    *,
    question: Question,
    filters: Filters = ANYTHING,
    limit: int | None = None,
    diversity: float | None = None,
) -> Strip:
    """Products that look like a photo that is in no catalogue, given its visual vector; two queries.

    The question must have a visual checkpoint. Rules that hold beside a product say nothing here.
    """
    limit = conf.get("STRIP_LENGTH") if limit is None else limit
    checkpoint = question.checkpoints[Purpose.VISUAL]
    effects = question.effects(Rule.Strip.SIMILAR)
    candidates = eligible_products(filters, effects=effects)
    search = Search(vector_value(vector), checkpoint, part_weights(checkpoint))
    near = shortlist(candidates, search, wanted=limit, slots=filters.slots, effects=effects)
    ladder = _ladder(near, search, effects=effects)
    ranked = rank_ladder(ladder, limit=limit, diversity=diversity_for(question, diversity))
    return _strip(ranked, checkpoint)


def _ladder(
    near: QuerySet[Any], search: Search, *, effects: RuleEffects, floor: float = -math.inf
) -> Ladder:
    rungs = {Rung.VISUAL: scored_products(near, search)}
    return Ladder(rungs, floors={Rung.VISUAL: floor}, parts=search.parts, effects=effects)


def _strip(ranked: Sequence[RankedProduct], checkpoint: Checkpoint) -> Strip:
    items = [
        Item(
            product,
            shown_score(row.score, checkpoint),
            rank,
            row.rung,
            (*merchant_reasons(tier=row.tier, boost=row.boost), *_reasons(row.parts)),
            row.variants,
        )
        for rank, row, product in products_in_order(ranked)
    ]
    return Strip(tuple(items), versions=(checkpoint.label,))


def _reasons(parts: Mapping[str, float]) -> list[Reason]:
    telling = sorted((-cosine, name) for name, cosine in parts.items() if cosine >= TELLING)
    return [Reason(name, str(TEXTS.get(name, name)), round(-cosine, 4)) for cosine, name in telling]
