"""Which products look like this one, or like this photo."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender import conf, product_columns
from recommender.garments import COLOUR_FACTOR
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
from recommender.ranking.kin import Kin
from recommender.ranking.preference import Preference, lies_in
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
from recommender.vectors import WHOLE, vector_value

WEARER = "gender"  # the attribute that says whose garment it is
# From this cosine on, a part of the score is worth telling a shopper about.
TELLING = 0.6
TEXTS = {
    "shape": _("Similar in shape"),
    "colour": _("Similar in colour"),
    WHOLE: _("Looks alike"),
}


@dataclass(frozen=True)
class Likeness:
    """What counts as alike; None is the encoder's own mixture, or the shop's setting.

    With a `floor` a strip ends before what the encoder calls no match at all, and before what is for
    another wearer, and of other categories shows what is about as alike as the best match.
    """

    colour_weight: float | None = None
    category_weight: float | None = None
    floor: bool = True


AS_THE_SHOP_SAYS = Likeness()


def similar_products(
    product: Any,
    *,
    limit: int | None = None,
    likeness: Likeness = AS_THE_SHOP_SAYS,
    diversity: float | None = None,
    filters: Filters = ANYTHING,
    question: Question | None = None,
) -> Strip:
    """Products that look like this one: same slot, in stock, one of each design, best first.

    Those for another wearer come after all others, those of its category before all others, and by
    looks within it; `likeness` says otherwise. Without a floor, if k products exist, k come back.

    With `diversity`, 0 to 1 (the shop's setting if not given), a product that is much like one
    before it gives way to another; see `recommender.ranking.diversity`.

    `question` is what is already known about the product, to try out other rules. Three queries,
    and whatever the host's cards prefetch; no vector leaves the database. The product's own design
    is left out. Empty while the product has no vector.

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
        likeness=likeness,
        wanted=limit,
    )
    return _strip(ranked, checkpoint)


def similar_ladder(
    question: Question,
    *,
    filters: Filters = ANYTHING,
    likeness: Likeness = AS_THE_SHOP_SAYS,
    wanted: int = UNLIMITED,
) -> Ladder:
    """A ladder of one rung, at least `wanted` products long; of none without an encoder.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    checkpoint = question.checkpoints.get(Purpose.VISUAL)
    if checkpoint is None:
        return Ladder()
    effects, slots = question.effects(Rule.Strip.SIMILAR), [question.slot]
    preference = _preference(question, filters, likeness)
    demand = wearer_demand([question], filters, names=[WEARER])
    anchor = Subquery(cover_vector(question.anchor.pk, checkpoint))
    search = Search(anchor, checkpoint, similar_weights(question, filters, likeness))
    candidates = similar_eligibility(question, filters).eligible.annotate(
        reco_tier=effects.tier(demand.tier()), reco_kin=preference.kin()
    )
    near = shortlist(
        candidates.annotate(reco_preference=preference.worth()),
        search,
        wanted=wanted,
        slots=slots,
        effects=effects,
        first=_foremost(demand, preference),
    )
    if not likeness.floor:
        return _ladder(near, search, effects=effects)
    least, lowest = conf.get("LEAST_LIKENESS"), lowest_score(checkpoint)
    return _ladder(near, search, effects=effects, floor=lowest, least_likeness=least)


def similar_eligibility(question: Question, filters: Filters) -> Eligibility:
    """Which products may stand beside one as similar: of its slot, and no colour of its own design.

    Beside a product that plays no part in an outfit, a towel say, those of its category alone.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    beside = [
        *not_itself(question),
        Condition(Exclusion.OTHER_SLOT, Q(reco_slot=question.slot)),
    ]
    if not question.slot and question.categories and product_columns.tells_slots():
        beside.append(Condition(Exclusion.OTHER_CATEGORY, lies_in(question.categories)))
    reads = filters.with_reads(wearer_demand([question], filters).names)
    return eligibility(reads, effects=question.effects(Rule.Strip.SIMILAR), beside=beside)


def _preference(question: Question, filters: Filters, likeness: Likeness) -> Preference:
    asked = likeness.category_weight
    weight = conf.get("CATEGORY_WEIGHT") if asked is None else asked
    season = wearer_demand([question], filters, names=["season"])
    return Preference(question.categories, question.slot, weight, season)


def _foremost(demand: WearerDemand, preference: Preference) -> Q:
    """What comes before all else: of the same category, for the same wearer."""
    same = preference.is_same() if preference.knows_kin else Q()
    return demand.condition() & same


def similar_weights(
    question: Question, filters: Filters, likeness: Likeness
) -> Mapping[str, float]:
    """How much each part of a vector counts; colour more where the category says what the cut is."""
    encoder = question.checkpoints[Purpose.VISUAL]
    colour = encoder.part_weights.get("colour")
    is_known = _preference(question, filters, likeness).knows_kin
    if likeness.colour_weight is None and colour is not None and is_known:
        return part_weights(encoder, min(1.0, colour * COLOUR_FACTOR))
    return part_weights(encoder, likeness.colour_weight)


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
    near: QuerySet[Any],
    search: Search,
    *,
    effects: RuleEffects,
    floor: float = -math.inf,
    least_likeness: float = 0.0,
) -> Ladder:
    rungs = {Rung.VISUAL: scored_products(near, search)}
    return Ladder(rungs, {Rung.VISUAL: floor}, least_likeness, parts=search.parts, effects=effects)


def _strip(ranked: Sequence[RankedProduct], checkpoint: Checkpoint) -> Strip:
    items = [
        Item(
            product,
            shown_score(row.score, checkpoint),
            rank,
            row.rung,
            (*merchant_reasons(tier=row.tier, boost=row.boost), *_reasons(row)),
            row.variants,
        )
        for rank, row, product in products_in_order(ranked)
    ]
    return Strip(tuple(items), versions=(checkpoint.label,))


def _reasons(row: RankedProduct) -> list[Reason]:
    telling = sorted((-cosine, name) for name, cosine in row.parts.items() if cosine >= TELLING)
    looks = [
        Reason(name, str(TEXTS.get(name, name)), round(-cosine, 4)) for cosine, name in telling
    ]
    return [*looks, *preference_reasons(row)]


def preference_reasons(row: RankedProduct) -> list[Reason]:
    """What a product is preferred for besides its looks; the value is its part in the order."""
    if row.kin != Kin.SAME or not row.preference:
        return []
    return [Reason("category", gettext("The same kind of thing"), round(row.preference, 4))]
