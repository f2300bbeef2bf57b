"""Why a product is not in a strip: the first exclusion that keeps it out, or the rank at which it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Unpack

from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext

from recommender import product_columns
from recommender.catalog import product_model
from recommender.explain.strip_question import SIMILAR, Options, StripQuestion, strip_question
from recommender.models import Embedding, Rule
from recommender.pipeline.status import picture_statuses
from recommender.ranking.calibration import score_of_rung
from recommender.ranking.designs import design
from recommender.ranking.eligibility import Condition
from recommender.ranking.exclusion import Exclusion
from recommender.ranking.rung import Rung
from recommender.ranking.statement import Standing


@dataclass(frozen=True)
class Placement:
    """What became of a product in a strip; what does not apply is None.

    `instead` is the key of the product of its design that stands in its place, `last_score` the
    score of the last one shown, `filter` the name of a filter. `standings` are the rows of the strip
    that were looked at, `scores` what each of them is shown with by key, `moved_by` the rules that
    pin the product or show it earlier or later.
    """

    exclusion: Exclusion
    text: str
    rank: int | None = None
    score: float | None = None
    last_score: float | None = None
    rule: int | None = None
    instead: Any = None
    filter: str | None = None
    standings: Sequence[Standing] = field(default=(), repr=False)
    scores: Mapping[Any, float] = field(default_factory=dict, repr=False)
    moved_by: Sequence[int] = ()


def why_not(product: Any, other: Any, **options: Unpack[Options]) -> Placement:
    """The first condition that keeps `other` out of a strip beside `product`, or its rank there.

    At most six queries; no vector leaves the database.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    return placement_of(other, strip_question(product.pk, **options))


def placement_of(other: Any, asked: StripQuestion, *, beyond: int = 0) -> Placement:
    """The same of a question that is known, with so many rows beyond the strip's end at least.

    At most five queries.
    """
    results = _condition_results(other.pk, asked)
    early = _placement_by_conditions(other, results)
    if early and not beyond:
        return early
    rows = asked.standings(group=results.group, beyond=beyond)
    own = next((one for one in rows if one.row.group == results.group), None)
    placement = early or _placement_in_order(other, asked, own=own, rows=rows)
    scores = {one.row.pk: _score(one, asked) for one in rows}
    return replace(placement, standings=rows, scores=scores, moved_by=results.moved_by)


@dataclass(frozen=True)
class _ConditionResults:
    """What the strip's own conditions say of one product; `failed` is the first that does not hold."""

    slot: str
    group: str
    failed: Condition | None
    moved_by: Sequence[int]


def _condition_results(product_pk: Any, asked: StripQuestion) -> _ConditionResults:
    """Ask each condition of the strip about one product alone; one query."""
    those, effects = asked.eligibility(), asked.question.effects(asked.strip)
    own = those.products.order_by().filter(pk=product_pk)
    conditions = [
        Condition(Exclusion.UNPUBLISHED, Q()),
        *those.conditions,
        *_embedding_conditions(asked),
    ]
    flags = {f"holds_{at}": Exists(own.filter(one.holds)) for at, one in enumerate(conditions)}
    moves = {f"moved_{rule}": Exists(own.filter(q)) for rule, q, _strength in effects.boosts}
    everything = product_model()._base_manager.filter(pk=product_pk)
    row = (
        everything.annotate(reco_slot=product_columns.slot(), reco_group=design())
        .annotate(**flags, **moves)
        .values("reco_slot", "reco_group", *flags, *moves)
        .first()
    )
    if row is None:  # gone since it was asked about
        return _ConditionResults("", "", conditions[0], ())
    failed = (one for at, one in enumerate(conditions) if not row[f"holds_{at}"])
    boosting = [rule for rule, _q, _strength in effects.boosts if row[f"moved_{rule}"]]
    return _ConditionResults(
        row["reco_slot"],
        row["reco_group"],
        next(failed, None),
        sorted({*_pin_rules(product_pk, asked), *boosting}),
    )


def _embedding_conditions(asked: StripQuestion) -> list[Condition]:
    """What must hold before looks can be compared; goes-with does without."""
    if asked.strip != SIMILAR:
        return []
    if asked.encoder is None:
        return [Condition(Exclusion.NO_ENCODER, Q(pk__in=[]))]
    vectors = Embedding.objects.filter(checkpoint=asked.encoder)
    own = vectors.filter(picture__product=asked.question.anchor.pk)
    return [
        Condition(Exclusion.ASKER_UNSEEN, Q(Exists(own))),
        Condition(Exclusion.UNSEEN, Q(Exists(vectors.filter(picture__product=OuterRef("pk"))))),
    ]


def _pin_rules(product_pk: Any, asked: StripQuestion) -> list[int]:
    """The rules that pin it here."""
    alone = {rule.pk: replace(asked.question, rules=[rule]) for rule in asked.question.rules}
    return [pk for pk, one in alone.items() if product_pk in one.effects(asked.strip).pins]


def _placement_by_conditions(other: Any, results: _ConditionResults) -> Placement | None:
    """The placement of what some condition keeps out; one query for a rule, two for pictures."""
    failed = results.failed
    if failed is None:
        return None
    words: dict[str, Any] = {"filter": failed.filter, "rule": failed.rule}
    words["slot"] = results.slot or gettext("none")
    if failed.exclusion == Exclusion.HIDDEN and failed.rule:
        rules = Rule.objects.select_related("product", "on_product").filter(pk=failed.rule)
        words["text"] = str(rules.first() or "")  # a rule that ended meanwhile has no text
    if failed.exclusion == Exclusion.UNSEEN:
        words["state"] = _state_of_pictures(other)
    said = _placement(failed.exclusion, words)
    return replace(said, rule=failed.rule, filter=failed.filter)


def _state_of_pictures(product: Any) -> str:
    """How far its pictures are; two queries."""
    statuses = picture_statuses(product)
    worst = next(iter(statuses.values()), None)
    if worst is None:
        return gettext("It has no picture.")
    return f"{worst.state.label}: {worst.reason}".removesuffix(": ")


def _placement_in_order(
    other: Any, asked: StripQuestion, *, own: Standing | None, rows: Sequence[Standing]
) -> Placement:
    """Its place among all that passed the conditions; one query more for what is below the floor."""
    shown = [one for one in rows if one.is_shown]
    last = _score(shown[-1], asked) if shown else None
    words = {"rank": own.rank if own else "–", "end": len(shown)}
    if own is None and asked.strip == SIMILAR:
        low = _placement(Exclusion.BELOW_FLOOR)
        return replace(low, score=_score_below_floor(other.pk, asked), last_score=last)
    if own is None:  # sold or changed since the conditions were asked
        return replace(_placement(Exclusion.RANKED_BELOW, words), last_score=last)
    if own.row.pk != other.pk:
        instead = _placement(Exclusion.OTHER_COLOUR)
        return replace(instead, instead=own.row.pk, rank=own.rank, last_score=last)
    exclusion = _exclusion_in_order(own, asked)
    rank = None if exclusion == Exclusion.SLOT_FULL else own.rank
    said = _placement(exclusion, words)
    return replace(said, rank=rank, score=_score(own, asked), last_score=last)


def _exclusion_in_order(own: Standing, asked: StripQuestion) -> Exclusion:
    if own.is_shown:
        return Exclusion.SHOWN
    if own.is_crowded_out:
        return Exclusion.SLOT_FULL
    return Exclusion.RANKED_BELOW if own.rank > asked.limit else Exclusion.TOO_ALIKE


def _score(one: Standing, asked: StripQuestion) -> float:
    return score_of_rung(one.row.rung, one.row.score, asked.question.checkpoints)


def _score_below_floor(product_pk: Any, asked: StripQuestion) -> float | None:
    """The score of a product that its rung's floor leaves out; one query."""
    rows = asked.ladder().rungs[Rung.VISUAL].filter(pk=product_pk)
    best = rows.aggregate(best=Max("reco_score"))["best"]
    return None if best is None else score_of_rung(Rung.VISUAL, best, asked.question.checkpoints)


def _placement(exclusion: Exclusion, words: Mapping[str, Any] | None = None) -> Placement:
    return Placement(exclusion, str(exclusion.label) % (words or {}))
