"""Why a product stands beside another: what its own score is made of, and what the shop wished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from django.db.models import Subquery
from django.utils.translation import gettext

from recommender.catalog import catalog
from recommender.explain.conditions import Facts
from recommender.explain.exclusions import (
    SIMILAR,
    Asked,
    Gate,
    Options,
    Verdict,
    ask,
    facts_for,
    verdict_on,
)
from recommender.models import Checkpoint, Look, Pairing, Purpose, Rule
from recommender.ranking.statement import WHOLE, Search, cover_vector, scored_products
from recommender.strips.goes_with import worn_together
from recommender.strips.items import Reason
from recommender.strips.similar import TEXTS, part_weights

MOST_LOOKS = 5  # titles that are told; the count is of all


@dataclass(frozen=True)
class Because:
    """One part of a product's place: a reason, and what it refers to.

    `weight` is the part's share in the score, `rule` the id of a rule, `looks` titles of looks.
    """

    reason: Reason
    weight: float | None = None
    rule: int | None = None
    looks: Sequence[str] = ()


@dataclass(frozen=True)
class Explanation:
    """The verdict on a product and, where it is shown, everything that speaks for it."""

    verdict: Verdict
    parts: Sequence[Because] = ()

    @property
    def text(self) -> str:
        return " ".join([self.verdict.text, *(f"{part.reason.text}." for part in self.parts)])


def why(product: Any, other: Any, **options: Unpack[Options]) -> Explanation:
    """Why `other` stands in a strip beside `product`; where it does not, the verdict alone.

    At most seven queries; no vector leaves the database.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    asked = ask(product.pk, **options)
    facts = facts_for(other, asked)
    verdict = verdict_on(other, asked=asked, facts=facts)
    if facts is None or verdict.gate != Gate.SHOWN:
        return Explanation(verdict)
    parts = _alike(other.pk, asked) if asked.strip == SIMILAR else _matching(other.pk, asked)
    return Explanation(verdict, [*_wished(facts, asked), *parts])


def _wished(facts: Facts, asked: Asked) -> list[Because]:
    """What the merchant's rules did; no query."""
    rules = {rule.pk: rule for rule in asked.question.rules}
    return [_moved(rules[pk]) for pk in facts.moved_by if pk in rules]


def _moved(rule: Rule) -> Because:
    words = {"rule": rule.pk, "position": rule.position}
    if rule.kind == Rule.Kind.PIN:
        text = gettext("Rule %(rule)s pins it at position %(position)s") % words
        return Because(Reason("pinned", text, 1.0), rule=rule.pk)
    if rule.kind == Rule.Kind.BOOST:
        text = gettext("Rule %(rule)s shows it earlier") % words
        return Because(Reason("boosted", text, rule.strength), rule=rule.pk)
    text = gettext("Rule %(rule)s shows it later") % words
    return Because(Reason("buried", text, -rule.strength), rule=rule.pk)


def _alike(other_pk: Any, asked: Asked) -> list[Because]:
    """The cosine of each part of the visual vector, the heaviest first; one query."""
    checkpoint = asked.question.checkpoints[Purpose.VISUAL]
    weights = part_weights(checkpoint, asked.colour_weight)
    cosines = _cosines(other_pk, asked, checkpoint=checkpoint, weights=weights)
    order = sorted(cosines, key=lambda name: -weights[name])
    return [Because(_measured(name, cosines[name]), weight=weights[name]) for name in order]


def _matching(other_pk: Any, asked: Asked) -> list[Because]:
    """Looks, the stored pairing and colour, as far as each is known; three queries."""
    parts = [*_worn(other_pk, asked), *_paired(other_pk, asked)]
    visual = asked.question.checkpoints.get(Purpose.VISUAL)
    if visual and "colour" in visual.part_weights:
        cosines = _cosines(other_pk, asked, checkpoint=visual, weights=visual.part_weights)
        parts += [Because(_measured(name, cosines[name])) for name in cosines if name == "colour"]
    return parts


def _worn(other_pk: Any, asked: Asked) -> list[Because]:
    own = Look.objects.filter(items__product=asked.question.beside.pk).values("pk")
    looks = [str(look) for look in Look.objects.filter(pk__in=own, items__product=other_pk)]
    return [Because(worn_together(len(looks)), looks=looks[:MOST_LOOKS])] if looks else []


def _paired(other_pk: Any, asked: Asked) -> list[Because]:
    scorer = asked.question.checkpoints.get(Purpose.PAIR)
    stored = Pairing.objects.filter(
        product=asked.question.beside.pk, partner=other_pk, scorer=scorer and scorer.pk
    )
    text = gettext("The style scorer rates the two together")
    return [
        Because(Reason("stored", text, round(score, 4)))
        for score in stored.values_list("score", flat=True)
    ]


def _cosines(
    other_pk: Any, asked: Asked, *, checkpoint: Checkpoint, weights: Mapping[str, float]
) -> dict[str, float]:
    """The cosine of each part, from the view of the product that fits best; none if unseen."""
    names = [name for name, _width in checkpoint.parts] or [WHOLE]
    anchor = Subquery(cover_vector(asked.question.beside.pk, checkpoint))
    other = catalog().products().filter(pk=other_pk)
    seen = scored_products(other, Search(anchor, checkpoint, weights))
    best = seen.order_by("-reco_score").values(*(f"reco_part_{name}" for name in names)).first()
    known = {name: best[f"reco_part_{name}"] for name in names} if best else {}
    return {name: cosine for name, cosine in known.items() if cosine is not None}


def _measured(name: str, cosine: float) -> Reason:
    return Reason(name, str(TEXTS.get(name, name)), round(cosine, 4))
