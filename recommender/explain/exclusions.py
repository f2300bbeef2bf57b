"""Why a product is not in a strip: the first exclusion that removed it, or the rank at which it stands."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy

from recommender import conf
from recommender.explain.conditions import ConditionResults, condition_results
from recommender.garments import partner_slots
from recommender.models import Checkpoint, Purpose, Rule
from recommender.pipeline.status import NOT_NOTED, picture_statuses
from recommender.ranking.calibration import score_of_rung
from recommender.ranking.diversity import ONLY_THE_BEST, Diversity, diversity_for
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.ladder import Standing, standings
from recommender.ranking.question import Question, question_about
from recommender.ranking.rule_effects import RuleEffects
from recommender.ranking.rung import Rung
from recommender.ranking.statement import UNLIMITED, Ranked
from recommender.strips.goes_with import partner_rungs, ranked_partners
from recommender.strips.similar import ranked_similar, similar_rungs

SIMILAR, GOES_WITH = Rule.Strip.SIMILAR, Rule.Strip.GOES_WITH


class Exclusion(models.TextChoices):
    """What may keep a product out of a strip, in the order in which it is asked."""

    UNPUBLISHED = "unpublished", gettext_lazy("Shoppers may not see it.")
    SOLD_OUT = "sold_out", gettext_lazy("It is sold out.")
    ITSELF = "itself", gettext_lazy("It is the product itself.")
    SAME_DESIGN = "same_design", gettext_lazy("It is another colour of the product itself.")
    OTHER_SLOT = "other_slot", gettext_lazy("It plays another part in an outfit: %(slot)s.")
    NO_PARTNER = "no_partner", gettext_lazy("The two parts of an outfit do not go together.")
    FILTERED = "filtered", gettext_lazy("The filter %(filter)s leaves it out.")
    HIDDEN = "hidden", gettext_lazy("Rule %(rule)s hides it: %(text)s.")
    PRICED_OUT = "priced_out", gettext_lazy("Its price is outside the window of rule %(rule)s.")
    NO_ENCODER = "no_encoder", gettext_lazy("No encoder serves yet.")
    ASKER_UNSEEN = "asker_unseen", gettext_lazy("No picture of the product itself is ready.")
    UNSEEN = "unseen", gettext_lazy("None of its pictures is ready. %(state)s")
    OTHER_COLOUR = "other_colour", gettext_lazy("Another colour of its design ranks before it.")
    BELOW_FLOOR = "below_floor", gettext_lazy("It is too unlike to be shown as similar.")
    SLOT_FULL = "slot_full", gettext_lazy("Better products of its slot use up their share.")
    TOO_ALIKE = "too_alike", gettext_lazy("It looks too much like what is shown already.")
    RANKED_BELOW = "ranked_below", gettext_lazy("It ranks %(rank)s; the strip ends at %(end)s.")
    SHOWN = "shown", gettext_lazy("It is shown, at rank %(rank)s.")


@dataclass(frozen=True)
class Placement:
    """What became of a product in a strip; what does not apply is None.

    `instead` is the key of the product of its design that stands in its place, `last_score` the
    score of the last one shown, `filter` the name of a filter.
    """

    exclusion: Exclusion
    text: str
    rank: int | None = None
    score: float | None = None
    last_score: float | None = None
    rule: int | None = None
    instead: Any = None
    filter: str | None = None


@dataclass(frozen=True)
class PlacementQuestion:
    """A question with everything that shapes its answer."""

    question: Question
    strip: str
    filters: Filters
    effects: RuleEffects
    limit: int
    per_slot: int
    colour_weight: float | None = None
    diversity: Diversity = ONLY_THE_BEST

    @property
    def encoder(self) -> Checkpoint | None:
        """The one without which the strip shows nothing; goes-with needs none."""
        needed = Purpose.VISUAL if self.strip == SIMILAR else Purpose.STYLE
        return self.question.checkpoints.get(needed)


class Options(TypedDict, total=False):
    """What shapes a strip, as the selectors of both strips name it; all may be left out."""

    strip: str
    filters: Filters
    limit: int | None
    per_slot: int | None
    colour_weight: float | None
    diversity: float | None


def why_not(product: Any, other: Any, **options: Unpack[Options]) -> Placement:
    """The first condition that keeps `other` out of a strip beside `product`, or its rank there.

    At most six queries; no vector leaves the database.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    asked = placement_question(product.pk, **options)
    return placement_of(other, asked=asked, facts=conditions_for(other, asked))


def placement_question(product_pk: Any, **options: Unpack[Options]) -> PlacementQuestion:
    """Gather what the strip beside a product depends on; one query."""
    question, strip = question_about(product_pk), options.get("strip", SIMILAR)
    limit, share = options.get("limit"), options.get("per_slot")
    share = conf.get("PER_SLOT") if share is None else share
    return PlacementQuestion(
        question,
        strip,
        options.get("filters", ANYTHING),
        question.effects(strip),
        limit=conf.get("STRIP_LENGTH") if limit is None else limit,
        per_slot=UNLIMITED if strip == SIMILAR else share,
        colour_weight=options.get("colour_weight"),
        diversity=diversity_for(question, options.get("diversity")),
    )


def conditions_for(other: Any, asked: PlacementQuestion) -> ConditionResults | None:
    """What the conditions say of a product; one query."""
    return condition_results(
        other.pk,
        question=asked.question,
        strip=asked.strip,
        filters=asked.filters,
        encoder=asked.encoder,
    )


def placement_of(
    other: Any, *, asked: PlacementQuestion, facts: ConditionResults | None
) -> Placement:
    """The first condition that keeps a product out, given what the conditions say."""
    if facts is None:
        return _placement(Exclusion.UNPUBLISHED)
    return _exclusion_before_ranking(other, asked, facts) or _placement_in_order(
        other, asked, facts
    )


def strip_standings(asked: PlacementQuestion, *, group: Any, beyond: int = 0) -> list[Standing]:
    """The strip as it is shown, best first, so many beyond its end, and the row of one design.

    One query; one more where the design is not shown or something beyond is asked for.
    """
    shown = _shown_rows(asked)
    if not beyond and any(row.row.group == group for row in shown):
        return shown
    known = {row.row.pk for row in shown}
    rows = standings(
        _rungs(asked), group=group, limit=asked.limit + beyond, per_slot=asked.per_slot
    )
    return [*shown, *(row for row in rows if row.row.pk not in known)]


def _shown_rows(asked: PlacementQuestion) -> list[Standing]:
    rows: list[tuple[Rung, Ranked]] = []
    if asked.strip == GOES_WITH:
        rows = ranked_partners(
            asked.question,
            limit=asked.limit,
            per_slot=asked.per_slot,
            diversity=asked.diversity,
            filters=asked.filters,
        )
    elif asked.encoder:
        ranked = ranked_similar(
            asked.question,
            limit=asked.limit,
            colour_weight=asked.colour_weight,
            diversity=asked.diversity,
            filters=asked.filters,
        )
        rows = [(Rung.VISUAL, row) for row in ranked]
    places = Counter[str]()
    placed = []
    for rank, (rung, row) in enumerate(rows, start=1):
        places[row.slot] += 1
        placed.append(Standing(row, rung, places[row.slot], rank, is_shown=True))
    return placed


def _rungs(asked: PlacementQuestion, *, is_floored: bool = True) -> Mapping[Rung, QuerySet[Any]]:
    if asked.strip == GOES_WITH:
        return partner_rungs(asked.question, filters=asked.filters, effects=asked.effects)
    return similar_rungs(
        asked.question,
        filters=asked.filters,
        effects=asked.effects,
        colour_weight=asked.colour_weight,
        is_floored=is_floored,
    )


def _exclusion_before_ranking(
    other: Any, asked: PlacementQuestion, facts: ConditionResults
) -> Placement | None:
    """The first exclusion before the ranking."""
    if not facts.is_available:
        return _placement(Exclusion.SOLD_OUT)
    if other.pk == asked.question.anchor.pk:
        return _placement(Exclusion.ITSELF)
    if exclusion := _wrong_part(other, asked, facts):
        return _placement(exclusion, words={"slot": facts.slot or gettext("none")})
    if facts.fails:
        name = next(iter(facts.fails))
        return replace(_placement(Exclusion.FILTERED, words={"filter": name}), filter=name)
    return _exclusion_by_rules(facts) or (
        _unseen(other, asked, facts) if asked.strip == SIMILAR else None
    )


def _exclusion_by_rules(facts: ConditionResults) -> Placement | None:
    """The first rule that hides it, else the first whose price window it is not in."""
    for exclusion, rules in (
        (Exclusion.HIDDEN, facts.hidden_by),
        (Exclusion.PRICED_OUT, facts.priced_out_by),
    ):
        for rule in rules:
            return _placement_by_rule(exclusion, rule)
    return None


def _wrong_part(other: Any, asked: PlacementQuestion, facts: ConditionResults) -> Exclusion | None:
    question = asked.question
    if facts.group == question.group:
        return Exclusion.SAME_DESIGN
    if asked.strip == SIMILAR:
        return Exclusion.OTHER_SLOT if facts.slot != question.slot else None
    is_partner = facts.slot in partner_slots(question.slot) or other.pk in asked.effects.pins
    return None if is_partner else Exclusion.NO_PARTNER


def _unseen(other: Any, asked: PlacementQuestion, facts: ConditionResults) -> Placement | None:
    if asked.encoder is None:
        return _placement(Exclusion.NO_ENCODER)
    if not facts.is_asker_seen:
        return _placement(Exclusion.ASKER_UNSEEN)
    return None if facts.is_seen else _waiting(other)


def _waiting(other: Any) -> Placement:
    """Say how far its pictures are; two queries."""
    statuses = picture_statuses(other)
    worst = next(iter(statuses.values()), NOT_NOTED if statuses else None)
    state = f"{worst.state.label}: {worst.reason}" if worst else gettext("It has no picture.")
    return _placement(Exclusion.UNSEEN, words={"state": state.removesuffix(": ")})


def _placement_by_rule(exclusion: Exclusion, pk: int) -> Placement:
    """Name the rule; one query. A rule that ended meanwhile has no text."""
    rule = Rule.objects.select_related("product", "on_product").filter(pk=pk).first()
    return replace(_placement(exclusion, words={"rule": pk, "text": str(rule or "")}), rule=pk)


def _placement_in_order(other: Any, asked: PlacementQuestion, facts: ConditionResults) -> Placement:
    """Its place among all that passed the conditions; one query."""
    rows = strip_standings(asked, group=facts.group)
    shown = [row for row in rows if row.is_shown]
    last = _shown_score(shown[-1], asked) if shown else None
    own = next((row for row in rows if row.row.group == facts.group), None)
    if own is None and asked.strip == SIMILAR:
        return replace(
            _placement(Exclusion.BELOW_FLOOR), score=_below_floor(other, asked), last_score=last
        )
    if own is None:  # sold or changed since the conditions were asked
        return replace(_placement(Exclusion.RANKED_BELOW, words=_end(None, shown)), last_score=last)
    if own.row.pk != other.pk:
        instead = _placement(Exclusion.OTHER_COLOUR)
        return replace(instead, instead=own.row.pk, rank=own.rank, last_score=last)
    exclusion = _exclusion_of(own, asked)
    said = _placement(exclusion, words=_end(own.rank, shown))
    rank = None if exclusion == Exclusion.SLOT_FULL else own.rank
    return replace(said, rank=rank, score=_shown_score(own, asked), last_score=last)


def _exclusion_of(own: Standing, asked: PlacementQuestion) -> Exclusion:
    if own.is_shown:
        return Exclusion.SHOWN
    if own.place > asked.per_slot:
        return Exclusion.SLOT_FULL
    return Exclusion.RANKED_BELOW if own.rank > asked.limit else Exclusion.TOO_ALIKE


def _shown_score(row: Standing, asked: PlacementQuestion) -> float:
    return score_of_rung(row.rung, row.row.score, asked.question.checkpoints)


def _below_floor(other: Any, asked: PlacementQuestion) -> float | None:
    """The score of a product that stands on no rung; one query."""
    scores = [
        score
        for rows in _rungs(asked, is_floored=False).values()
        for score in rows.filter(pk=other.pk).values_list("reco_score", flat=True)
        if score is not None
    ]
    return score_of_rung(Rung.VISUAL, max(scores), asked.question.checkpoints) if scores else None


def _end(rank: int | None, shown: Sequence[Standing]) -> Mapping[str, Any]:
    return {"rank": rank or "–", "end": len(shown)}


def _placement(exclusion: Exclusion, *, words: Mapping[str, Any] | None = None) -> Placement:
    return Placement(exclusion, str(exclusion.label) % (words or {}))
