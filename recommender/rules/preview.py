"""What a rule would do, tried out on the products it touches without storing it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When

from recommender import product_columns
from recommender.catalog import catalog
from recommender.models import Rule
from recommender.models.rules import ProductSet
from recommender.ranking.filters import ANYTHING
from recommender.ranking.question import Question, question_about, question_of, question_rows
from recommender.strips.change import StripChange
from recommender.strips.goes_with import goes_with, partner_eligibility
from recommender.strips.items import Strip
from recommender.strips.similar import similar_eligibility, similar_products

SAMPLE = 4  # changed strips' products that are shown; each that is tried costs thirteen queries
TRIED = 12  # products tried in full at most, in search of those that change
SECONDS = 1.0  # for that, and as many for the look at who else would have nothing left
NEAR = 3  # products that a rule is about, whose neighbours it is likely to change
AT_ONCE = 50
STRIPS: dict[Rule.Strip, Callable[..., Strip]] = {
    Rule.Strip.SIMILAR: similar_products,
    Rule.Strip.GOES_WITH: goes_with,
}
EMPTYING = {Rule.Kind.HIDE, Rule.Kind.NEVER_TOGETHER, Rule.Kind.PRICE_WINDOW}


@dataclass(frozen=True)
class RulePreview:
    """How many products a rule is about and stands beside, and what it does to some strips.

    `looked_at` is how many products' strips were looked at for whether they are left empty.
    """

    about: int
    beside: int
    tried: Sequence[StripChange] = ()
    emptied: Sequence[StripChange] = ()
    looked_at: int = 0

    @property
    def changed(self) -> list[StripChange]:
        return [tried for tried in self.tried if tried.is_changed]

    @property
    def shortened(self) -> list[StripChange]:
        return [one for one in self.tried if 0 < len(one.after.items) < len(one.before.items)]


def rule_preview(rule: Rule, *, sample: int = SAMPLE, seconds: float = SECONDS) -> RulePreview:
    """Try a rule, stored or not, as if its time had come; nothing is written.

    Products are tried until so many of them change, those first whose strips it is likely to touch.
    About thirteen queries for each. Then all others are looked at, as far as `seconds` allow, for
    strips that it would leave empty, those of the slots that it is about first; two or three queries for each.
    """
    directions = rule.directions()
    about, pool = _products(directions[0][0]), _products(*(beside for _about, beside in directions))
    anchors = _anchors(rule, pool)
    tried = _tried(rule, anchors, sample=sample, deadline=monotonic() + seconds)
    seen = {one.product.pk for one in tried}
    emptied = [one for one in tried if one.before and not one.after]
    if rule.kind in EMPTYING and rule.is_enabled:
        deadline = monotonic() + seconds
        slots = _slots(rule)
        for product, question in _with_questions(pool.exclude(pk__in=seen), slots=slots):
            if monotonic() >= deadline:
                break
            seen.add(product.pk)
            emptied += _emptied(product, rule, question=question, slots=slots)
    return RulePreview(about.count(), pool.count(), tried, emptied, len(seen))


def _tried(
    rule: Rule, anchors: Iterable[Any], *, sample: int, deadline: float
) -> list[StripChange]:
    """The strips of the first products, until so many products change or it is late."""
    each: list[list[StripChange]] = []
    for product in anchors:
        each.append(_changes(product, rule, question=question_about(product.pk)))
        if (
            sum(any(one.is_changed for one in own) for own in each) == sample
            or monotonic() >= deadline
        ):
            break
    return [change for own in each for change in own]


def _changes(product: Any, rule: Rule, *, question: Question) -> list[StripChange]:
    then = _question_under(rule, question)
    return [
        StripChange(
            product,
            strip(product, question=question),
            strip(product, question=then),
            str(name.label),
        )
        for name, strip in _strips(rule).items()
    ]


def _emptied(
    product: Any, rule: Rule, *, question: Question, slots: Collection[str]
) -> list[StripChange]:
    """The strips that it leaves empty; two light queries where it empties none."""
    then = _question_under(rule, question)
    found = []
    for name, strip in _strips(rule).items():
        is_likely = name == Rule.Strip.GOES_WITH or question.slot in slots
        if not is_likely or not _is_empty(name, product, question=then):
            continue
        if before := strip(product, limit=1, question=question):
            found.append(StripChange(product, before, Strip(), str(name.label)))
    return found


def _is_empty(name: Rule.Strip, product: Any, *, question: Question) -> bool:
    """Whether a strip has nothing to show; what goes well shows whatever is eligible."""
    if name == Rule.Strip.GOES_WITH:
        return not partner_eligibility(question, ANYTHING).eligible.exists()
    is_possible = similar_eligibility(question, ANYTHING).eligible.exists()
    return not (is_possible and similar_products(product, limit=1, question=question))


def _question_under(rule: Rule, question: Question) -> Question:
    others = [other for other in question.rules if other.pk != rule.pk]
    return replace(question, rules=[*others, rule] if rule.is_enabled else others)


def _strips(rule: Rule) -> dict[Rule.Strip, Callable[..., Strip]]:
    return {name: strip for name, strip in STRIPS.items() if rule.strip in {name, ""}}


def _slots(rule: Rule) -> set[str]:
    """Where its products are; a window is about all."""
    sets = [about for about, _beside in rule.directions()]
    rows = _products(*sets).order_by().annotate(reco_slot=product_columns.slot())
    return set(rows.values_list("reco_slot", flat=True).distinct())


def _with_questions(
    products: QuerySet[Any], *, slots: Collection[str]
) -> Iterator[tuple[Any, Question]]:
    """Each product with the question about it, those of the slots first; two queries for every fifty."""
    far = Case(When(reco_slot__in=slots, then=Value(0)), default=Value(1))
    in_order = products.annotate(reco_slot=product_columns.slot()).order_by(far, "pk")
    every = list(in_order.values_list("pk", flat=True))
    for start in range(0, len(every), AT_ONCE):
        keys = every[start : start + AT_ONCE]
        found = products.in_bulk(keys)
        rows = {row["pk"]: row for row in question_rows(keys)}
        yield from ((found[key], question_of(rows[key])) for key in keys if key in found)


def _anchors(rule: Rule, pool: QuerySet[Any]) -> list[Any]:
    """Products whose strips the rule may change, those beside what it is about first."""
    found: dict[Any, Any] = {}
    for about, beside in rule.directions():
        if beside.product_pk is None:
            found |= _products(beside).in_bulk(_neighbours(_newest(_products(about))[:NEAR]))
    likely = list(found.values())[:TRIED]
    others = pool.exclude(pk__in=[product.pk for product in likely])
    return [*likely, *_newest(others)[: TRIED - len(likely)]]


def _newest(products: QuerySet[Any]) -> QuerySet[Any]:
    by_age = products.alias(reco_novelty=product_columns.novelty())
    newest: QuerySet[Any] = by_age.order_by(F("reco_novelty").desc(), "pk")
    return newest


def _neighbours(products: Iterable[Any]) -> list[Any]:
    """The keys of what stands beside products: they likely stand beside it as well."""
    questions = {product: replace(question_about(product.pk), rules=()) for product in products}
    strips = [
        strip(product, question=question)
        for product, question in questions.items()
        for strip in STRIPS.values()
    ]
    return [item.product.pk for strip in strips for item in strip.items]


def _products(*sets: ProductSet) -> QuerySet[Any]:
    """The visible products in any of the sets; an attribute that the shop lacks means none."""
    columns = product_columns.rule_columns()
    known = [one for one in sets if one.attribute in {*columns, ""}]
    read = {f"reco_{one.attribute}": columns[one.attribute] for one in known if one.attribute}
    conditions = Q(*(one.condition() for one in known), _connector=Q.OR) if known else Q(pk__in=[])
    products: QuerySet[Any] = catalog().products().annotate(**read).filter(conditions)
    return products
