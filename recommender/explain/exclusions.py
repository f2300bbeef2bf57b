"""Why a product is not in a strip: the first gate that removed it, or the rank at which it stands."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy

from recommender import conf
from recommender.explain.conditions import Facts, facts_about
from recommender.garments import partner_slots
from recommender.models import Checkpoint, Purpose, Rule
from recommender.pipeline.status import NOT_NOTED, picture_statuses
from recommender.ranking.calibration import score_on
from recommender.ranking.diversity import ONLY_THE_BEST, Diversity, diversity_for
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.ladder import Standing, standing
from recommender.ranking.question import Question, question_about
from recommender.ranking.rule_effects import Steering
from recommender.ranking.rung import Rung
from recommender.ranking.statement import UNLIMITED, Ranked
from recommender.strips.goes_with import climbed, partner_rungs
from recommender.strips.similar import ranked_like, similar_rungs

SIMILAR, GOES_WITH = Rule.Strip.SIMILAR, Rule.Strip.GOES_WITH


class Gate(models.TextChoices):
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
class Verdict:
    """What became of a product in a strip; what does not apply is None.

    `instead` is the key of the product of its design that stands in its place, `last_score` the
    score of the last one shown, `filter` the name of a filter.
    """

    gate: Gate
    text: str
    rank: int | None = None
    score: float | None = None
    last_score: float | None = None
    rule: int | None = None
    instead: Any = None
    filter: str | None = None


@dataclass(frozen=True)
class Asked:
    """A question with everything that shapes its answer."""

    question: Question
    strip: str
    filters: Filters
    steered: Steering
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


def why_not(product: Any, other: Any, **options: Unpack[Options]) -> Verdict:
    """The first gate that keeps `other` out of a strip beside `product`, or its rank there.

    At most six queries; no vector leaves the database.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    asked = ask(product.pk, **options)
    return verdict_on(other, asked=asked, facts=facts_for(other, asked))


def ask(product_pk: Any, **options: Unpack[Options]) -> Asked:
    """Gather what the strip beside a product depends on; one query."""
    question, strip = question_about(product_pk), options.get("strip", SIMILAR)
    limit, share = options.get("limit"), options.get("per_slot")
    share = conf.get("PER_SLOT") if share is None else share
    return Asked(
        question,
        strip,
        options.get("filters", ANYTHING),
        question.steering(strip),
        limit=conf.get("STRIP_LENGTH") if limit is None else limit,
        per_slot=UNLIMITED if strip == SIMILAR else share,
        colour_weight=options.get("colour_weight"),
        diversity=diversity_for(question, options.get("diversity")),
    )


def facts_for(other: Any, asked: Asked) -> Facts | None:
    """What the gates say of a product; one query."""
    return facts_about(
        other.pk,
        question=asked.question,
        strip=asked.strip,
        filters=asked.filters,
        encoder=asked.encoder,
    )


def verdict_on(other: Any, *, asked: Asked, facts: Facts | None) -> Verdict:
    """The first gate that keeps a product out, given what the gates say."""
    if facts is None:
        return _said(Gate.UNPUBLISHED)
    return _kept_out(other, asked, facts) or _ranked(other, asked, facts)


def standings(asked: Asked, *, group: Any, beyond: int = 0) -> list[Standing]:
    """The strip as it is shown, best first, so many beyond its end, and the row of one design.

    One query; one more where the design is not shown or something beyond is asked for.
    """
    shown = _shown(asked)
    if not beyond and any(row.row.group == group for row in shown):
        return shown
    known = {row.row.pk for row in shown}
    rows = standing(_rungs(asked), group=group, limit=asked.limit + beyond, per_slot=asked.per_slot)
    return [*shown, *(row for row in rows if row.row.pk not in known)]


def _shown(asked: Asked) -> list[Standing]:
    rows: list[tuple[Rung, Ranked]] = []
    if asked.strip == GOES_WITH:
        rows = climbed(
            asked.question,
            limit=asked.limit,
            per_slot=asked.per_slot,
            diversity=asked.diversity,
            filters=asked.filters,
        )
    elif asked.encoder:
        ranked = ranked_like(
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


def _rungs(asked: Asked, *, is_floored: bool = True) -> Mapping[Rung, QuerySet[Any]]:
    if asked.strip == GOES_WITH:
        return partner_rungs(asked.question, filters=asked.filters, steered=asked.steered)
    return similar_rungs(
        asked.question,
        filters=asked.filters,
        steered=asked.steered,
        colour_weight=asked.colour_weight,
        is_floored=is_floored,
    )


def _kept_out(other: Any, asked: Asked, facts: Facts) -> Verdict | None:
    """The first gate before the ranking."""
    if not facts.is_available:
        return _said(Gate.SOLD_OUT)
    if other.pk == asked.question.beside.pk:
        return _said(Gate.ITSELF)
    if gate := _wrong_part(other, asked, facts):
        return _said(gate, words={"slot": facts.slot or gettext("none")})
    if facts.fails:
        name = next(iter(facts.fails))
        return replace(_said(Gate.FILTERED, words={"filter": name}), filter=name)
    return _ruled_out(facts) or (_unseen(other, asked, facts) if asked.strip == SIMILAR else None)


def _ruled_out(facts: Facts) -> Verdict | None:
    """The first rule that hides it, else the first whose price window it is not in."""
    for gate, rules in ((Gate.HIDDEN, facts.hidden_by), (Gate.PRICED_OUT, facts.priced_out_by)):
        for rule in rules:
            return _ruled(gate, rule)
    return None


def _wrong_part(other: Any, asked: Asked, facts: Facts) -> Gate | None:
    question = asked.question
    if facts.group == question.group:
        return Gate.SAME_DESIGN
    if asked.strip == SIMILAR:
        return Gate.OTHER_SLOT if facts.slot != question.slot else None
    is_partner = facts.slot in partner_slots(question.slot) or other.pk in asked.steered.pins
    return None if is_partner else Gate.NO_PARTNER


def _unseen(other: Any, asked: Asked, facts: Facts) -> Verdict | None:
    if asked.encoder is None:
        return _said(Gate.NO_ENCODER)
    if not facts.is_asker_seen:
        return _said(Gate.ASKER_UNSEEN)
    return None if facts.is_seen else _waiting(other)


def _waiting(other: Any) -> Verdict:
    """Say how far its pictures are; two queries."""
    statuses = picture_statuses(other)
    worst = next(iter(statuses.values()), NOT_NOTED if statuses else None)
    state = f"{worst.state.label}: {worst.reason}" if worst else gettext("It has no picture.")
    return _said(Gate.UNSEEN, words={"state": state.removesuffix(": ")})


def _ruled(gate: Gate, pk: int) -> Verdict:
    """Name the rule; one query. A rule that ended meanwhile has no text."""
    rule = Rule.objects.select_related("product", "on_product").filter(pk=pk).first()
    return replace(_said(gate, words={"rule": pk, "text": str(rule or "")}), rule=pk)


def _ranked(other: Any, asked: Asked, facts: Facts) -> Verdict:
    """Its place among all that passed the gates; one query."""
    rows = standings(asked, group=facts.group)
    shown = [row for row in rows if row.is_shown]
    last = _shown_score(shown[-1], asked) if shown else None
    own = next((row for row in rows if row.row.group == facts.group), None)
    if own is None and asked.strip == SIMILAR:
        return replace(_said(Gate.BELOW_FLOOR), score=_unlike(other, asked), last_score=last)
    if own is None:  # sold or changed since the gates were asked
        return replace(_said(Gate.RANKED_BELOW, words=_end(None, shown)), last_score=last)
    if own.row.pk != other.pk:
        instead = _said(Gate.OTHER_COLOUR)
        return replace(instead, instead=own.row.pk, rank=own.rank, last_score=last)
    gate = _gate_of(own, asked)
    said = _said(gate, words=_end(own.rank, shown))
    rank = None if gate == Gate.SLOT_FULL else own.rank
    return replace(said, rank=rank, score=_shown_score(own, asked), last_score=last)


def _gate_of(own: Standing, asked: Asked) -> Gate:
    if own.is_shown:
        return Gate.SHOWN
    if own.place > asked.per_slot:
        return Gate.SLOT_FULL
    return Gate.RANKED_BELOW if own.rank > asked.limit else Gate.TOO_ALIKE


def _shown_score(row: Standing, asked: Asked) -> float:
    return score_on(row.rung, row.row.score, asked.question.checkpoints)


def _unlike(other: Any, asked: Asked) -> float | None:
    """The score of a product that stands on no rung; one query."""
    scores = [
        score
        for rows in _rungs(asked, is_floored=False).values()
        for score in rows.filter(pk=other.pk).values_list("reco_score", flat=True)
        if score is not None
    ]
    return score_on(Rung.VISUAL, max(scores), asked.question.checkpoints) if scores else None


def _end(rank: int | None, shown: Sequence[Standing]) -> Mapping[str, Any]:
    return {"rank": rank or "–", "end": len(shown)}


def _said(gate: Gate, *, words: Mapping[str, Any] | None = None) -> Verdict:
    return Verdict(gate, str(gate.label) % (words or {}))
