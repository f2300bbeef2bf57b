"""Why a product stands beside another: what its own score is made of, and what the shop wished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from django.db.models import Subquery
from django.utils.translation import gettext

from recommender.catalog import catalog
from recommender.explain.conditions import ConditionResults
from recommender.explain.exclusions import (
    SIMILAR,
    Exclusion,
    Options,
    Placement,
    PlacementQuestion,
    conditions_for,
    placement_of,
    placement_question,
)
from recommender.models import Checkpoint, Look, Pairing, Purpose, Rule
from recommender.ranking.statement import WHOLE, Search, cover_vector, scored_products
from recommender.strips.goes_with import look_reason
from recommender.strips.items import Reason
from recommender.strips.similar import TEXTS, part_weights

MOST_LOOKS = 5  # titles that are told; the count is of all


@dataclass(frozen=True)
class ScorePart:
    """One part of a product's place: a reason, and what it refers to.

    `weight` is the part's share in the score, `rule` the id of a rule, `looks` titles of looks.
    """

    reason: Reason
    weight: float | None = None
    rule: int | None = None
    looks: Sequence[str] = ()


@dataclass(frozen=True)
class Explanation:
    """The placement on a product and, where it is shown, everything that speaks for it."""

    placement: Placement
    parts: Sequence[ScorePart] = ()

    @property
    def text(self) -> str:
        return " ".join([self.placement.text, *(f"{part.reason.text}." for part in self.parts)])


def why(product: Any, other: Any, **options: Unpack[Options]) -> Explanation:
    """Why `other` stands in a strip beside `product`; where it does not, the placement alone.

    At most seven queries; no vector leaves the database.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    asked = placement_question(product.pk, **options)
    facts = conditions_for(other, asked)
    placement = placement_of(other, asked=asked, facts=facts)
    if facts is None or placement.exclusion != Exclusion.SHOWN:
        return Explanation(placement)
    parts = _visual_parts(other.pk, asked) if asked.strip == SIMILAR else _matching(other.pk, asked)
    return Explanation(placement, [*_merchant_parts(facts, asked), *parts])


def _merchant_parts(facts: ConditionResults, asked: PlacementQuestion) -> list[ScorePart]:
    """What the merchant's rules did; no query."""
    rules = {rule.pk: rule for rule in asked.question.rules}
    return [_moved(rules[pk]) for pk in facts.moved_by if pk in rules]


def _moved(rule: Rule) -> ScorePart:
    words = {"rule": rule.pk, "position": rule.position}
    if rule.kind == Rule.Kind.PIN:
        text = gettext("Rule %(rule)s pins it at position %(position)s") % words
        return ScorePart(Reason("pinned", text, 1.0), rule=rule.pk)
    if rule.kind == Rule.Kind.BOOST:
        text = gettext("Rule %(rule)s shows it earlier") % words
        return ScorePart(Reason("boosted", text, rule.strength), rule=rule.pk)
    text = gettext("Rule %(rule)s shows it later") % words
    return ScorePart(Reason("buried", text, -rule.strength), rule=rule.pk)


def _visual_parts(other_pk: Any, asked: PlacementQuestion) -> list[ScorePart]:
    """The cosine of each part of the visual vector, the heaviest first; one query."""
    checkpoint = asked.question.checkpoints[Purpose.VISUAL]
    weights = part_weights(checkpoint, asked.colour_weight)
    cosines = _cosines(other_pk, asked, checkpoint=checkpoint, weights=weights)
    order = sorted(cosines, key=lambda name: -weights[name])
    return [ScorePart(_measured_parts(name, cosines[name]), weight=weights[name]) for name in order]


def _matching(other_pk: Any, asked: PlacementQuestion) -> list[ScorePart]:
    """Looks, the stored pairing and colour, as far as each is known; three queries."""
    parts = [*_look_parts(other_pk, asked), *_pairing_parts(other_pk, asked)]
    visual = asked.question.checkpoints.get(Purpose.VISUAL)
    if visual and "colour" in visual.part_weights:
        cosines = _cosines(other_pk, asked, checkpoint=visual, weights=visual.part_weights)
        parts += [
            ScorePart(_measured_parts(name, cosines[name])) for name in cosines if name == "colour"
        ]
    return parts


def _look_parts(other_pk: Any, asked: PlacementQuestion) -> list[ScorePart]:
    own = Look.objects.filter(items__product=asked.question.anchor.pk).values("pk")
    looks = [str(look) for look in Look.objects.filter(pk__in=own, items__product=other_pk)]
    return [ScorePart(look_reason(len(looks)), looks=looks[:MOST_LOOKS])] if looks else []


def _pairing_parts(other_pk: Any, asked: PlacementQuestion) -> list[ScorePart]:
    scorer = asked.question.checkpoints.get(Purpose.PAIR)
    stored = Pairing.objects.filter(
        product=asked.question.anchor.pk, partner=other_pk, scorer=scorer and scorer.pk
    )
    text = gettext("The style scorer rates the two together")
    return [
        ScorePart(Reason("stored", text, round(score, 4)))
        for score in stored.values_list("score", flat=True)
    ]


def _cosines(
    other_pk: Any, asked: PlacementQuestion, *, checkpoint: Checkpoint, weights: Mapping[str, float]
) -> dict[str, float]:
    """The cosine of each part, from the view of the product that fits best; none if unseen."""
    names = [name for name, _width in checkpoint.parts] or [WHOLE]
    anchor = Subquery(cover_vector(asked.question.anchor.pk, checkpoint))
    other = catalog().products().filter(pk=other_pk)
    seen = scored_products(other, Search(anchor, checkpoint, weights))
    best = seen.order_by("-reco_score").values(*(f"reco_part_{name}" for name in names)).first()
    known = {name: best[f"reco_part_{name}"] for name in names} if best else {}
    return {name: cosine for name, cosine in known.items() if cosine is not None}


def _measured_parts(name: str, cosine: float) -> Reason:
    return Reason(name, str(TEXTS.get(name, name)), round(cosine, 4))
