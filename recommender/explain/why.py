"""Why a product stands beside another: what its own score is made of, and what the shop wished."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

from django.db.models import F, Subquery
from django.utils.translation import gettext

from recommender.catalog import catalog
from recommender.explain.strip_question import SIMILAR, Options, StripQuestion, strip_question
from recommender.explain.why_not import Placement, placement_of
from recommender.models import Look, Pairing, Purpose, Rule
from recommender.ranking.calibration import shown_score
from recommender.ranking.exclusion import Exclusion
from recommender.ranking.scoring import Search, cover_vector, part_weights, scored_products
from recommender.ranking.tier import Tier
from recommender.strips.goes_with import COLOUR, look_reason
from recommender.strips.items import Reason, merchant_reasons
from recommender.strips.similar import TEXTS, preference_reasons, similar_weights

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
    def is_shown(self) -> bool:
        return self.placement.exclusion == Exclusion.SHOWN

    @property
    def likeness(self) -> float | None:
        """The weighted cosine that the score is read off; None where no weighted parts make it up."""
        weighted = [
            (part.weight, part.reason.value) for part in self.parts if part.weight is not None
        ]
        return sum(weight * cosine for weight, cosine in weighted) if weighted else None

    @property
    def text(self) -> str:
        return " ".join([self.placement.text, *(f"{part.reason.text}." for part in self.parts)])


def why(product: Any, other: Any, *, beyond: int = 0, **options: Unpack[Options]) -> Explanation:
    """Why `other` stands in a strip beside `product`; where it does not, the placement alone.

    Its placement has the strip itself, and so many rows beyond its end, among its `standings`. At
    most seven queries; no vector leaves the database.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    asked = strip_question(product.pk, **options)
    placement = placement_of(other, asked, beyond=beyond)
    if not (alone := Explanation(placement)).is_shown:
        return alone
    is_similar = asked.strip == SIMILAR
    parts = _visual_parts(placement, asked) if is_similar else _partner_parts(other.pk, asked)
    return Explanation(placement, [*_merchant_parts(placement, asked), *parts])


def without_rules(explanation: Explanation) -> Explanation:
    """The same in a strip's own words, for shoppers: no rule is named, nor that one shows it later."""
    placement = replace(explanation.placement, rule=None)
    return Explanation(placement, [part for each in explanation.parts for part in _open_part(each)])


def _open_part(part: ScorePart) -> list[ScorePart]:
    if part.rule is None:
        return [part]
    tier = Tier.PINNED if part.reason.code == "pinned" else Tier.REST
    boost = part.reason.value if part.reason.code == "boosted" else 0
    return [ScorePart(reason) for reason in merchant_reasons(tier=tier, boost=boost)]


def _merchant_parts(placement: Placement, asked: StripQuestion) -> list[ScorePart]:
    """What the merchant's rules did; no query."""
    rules = {rule.pk: rule for rule in asked.question.rules}
    return [_merchant_part(rules[pk]) for pk in placement.moved_by]


def _merchant_part(rule: Rule) -> ScorePart:
    said = {
        Rule.Kind.PIN: ("pinned", gettext("Rule %(rule)s pins it at position %(position)s"), 1.0),
        Rule.Kind.BOOST: ("boosted", gettext("Rule %(rule)s shows it earlier"), rule.strength),
        Rule.Kind.BURY: ("buried", gettext("Rule %(rule)s shows it later"), -rule.strength),
    }
    code, text, value = said[Rule.Kind(rule.kind)]
    words = {"rule": rule.pk, "position": rule.position}
    return ScorePart(Reason(code, text % words, value), rule=rule.pk)


def _visual_parts(placement: Placement, asked: StripQuestion) -> list[ScorePart]:
    """The cosine of each part of the visual vector, the heaviest first, and its category; no query."""
    weights = similar_weights(asked.question, asked.filters, asked.likeness)
    row = next(
        one.row for one in placement.standings if one.is_shown and one.rank == placement.rank
    )
    order = sorted(row.parts, key=lambda name: -weights[name])
    looks = [ScorePart(_part_reason(name, row.parts[name]), weight=weights[name]) for name in order]
    return [*looks, *(ScorePart(reason) for reason in preference_reasons(row))]


def _partner_parts(other_pk: Any, asked: StripQuestion) -> list[ScorePart]:
    """Looks, the stored pairing and colour, as far as each is known; three queries."""
    reasons = [*_pairing_reasons(other_pk, asked), *_colour_reasons(other_pk, asked)]
    return [*_look_parts(other_pk, asked), *(ScorePart(reason) for reason in reasons)]


def _look_parts(other_pk: Any, asked: StripQuestion) -> list[ScorePart]:
    own = Look.objects.filter(items__product=asked.question.anchor.pk).values("pk")
    looks = [str(look) for look in Look.objects.filter(pk__in=own, items__product=other_pk)]
    return [ScorePart(look_reason(len(looks)), looks=looks[:MOST_LOOKS])] if looks else []


def _pairing_reasons(other_pk: Any, asked: StripQuestion) -> list[Reason]:
    scorer = asked.question.checkpoints.get(Purpose.PAIR)
    stored = Pairing.objects.filter(
        product=asked.question.anchor.pk, partner=other_pk, scorer=scorer and scorer.pk
    )
    text = gettext("The style scorer rates the two together")
    return [Reason("stored", text, shown_score(one.score, scorer)) for one in stored]


def _colour_reasons(other_pk: Any, asked: StripQuestion) -> list[Reason]:
    """The cosine of colour, of the view of the product that looks most like it; none if unseen."""
    visual = asked.question.checkpoints.get(Purpose.VISUAL)
    if visual is None or COLOUR not in visual.part_weights:
        return []
    anchor = Subquery(cover_vector(asked.question.anchor.pk, visual))
    search = Search(anchor, visual, part_weights(visual))
    views = scored_products(catalog().products().filter(pk=other_pk), search)
    best = views.order_by(F("reco_score").desc()).values_list("reco_part_colour", flat=True)[:1]
    return [_part_reason(COLOUR, cosine) for cosine in best if cosine is not None]


def _part_reason(name: str, cosine: float) -> Reason:
    return Reason(name, str(TEXTS.get(name, name)), round(cosine, 4))
