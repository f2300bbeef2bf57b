"""What a rule would do, tried out on sampled products without storing it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Q, QuerySet

from recommender import product_columns
from recommender.catalog import catalog
from recommender.models import Rule
from recommender.models.rules import SLOT
from recommender.ranking.question import Question, question_about
from recommender.strips.goes_with import goes_with
from recommender.strips.items import Strip
from recommender.strips.similar import similar_products

SAMPLE = 4  # products whose strips are tried; each costs thirteen queries
STRIPS: dict[Rule.Strip, Callable[..., Strip]] = {
    Rule.Strip.SIMILAR: similar_products,
    Rule.Strip.GOES_WITH: goes_with,
}


@dataclass(frozen=True)
class StripPreview:
    """One strip as it is and as it would be."""

    product: Any
    strip: Rule.Strip
    before: Strip
    after: Strip

    @property
    def is_changed(self) -> bool:
        return _keys(self.before) != _keys(self.after)

    @property
    def is_emptied(self) -> bool:
        return bool(self.before.items) and not self.after.items

    @property
    def is_shortened(self) -> bool:
        return 0 < len(self.after.items) < len(self.before.items)

    @property
    def new(self) -> set[Any]:
        return {*_keys(self.after)} - {*_keys(self.before)}

    @property
    def gone(self) -> set[Any]:
        return {*_keys(self.before)} - {*_keys(self.after)}


@dataclass(frozen=True)
class RulePreview:
    """How many products a rule is about and stands beside, and what it does to some strips."""

    about: int
    beside: int
    tried: Sequence[StripPreview] = ()

    @property
    def changed(self) -> list[StripPreview]:
        return [tried for tried in self.tried if tried.is_changed]

    @property
    def emptied(self) -> list[StripPreview]:
        return [tried for tried in self.tried if tried.is_emptied]

    @property
    def shortened(self) -> list[StripPreview]:
        return [tried for tried in self.tried if tried.is_shortened]


def rule_preview(rule: Rule, *, sample: int = SAMPLE) -> RulePreview:
    """Try a rule, stored or not, as if its time had come; nothing is written.

    About thirteen queries per sampled product.
    """
    about = _shown(rule.product_id, rule.attribute, rule.value)
    anchors = _anchors(rule, sample=sample)
    tried = [one for product in anchors for one in _previews(product, rule)]
    return RulePreview(about.count(), _beside(rule).count(), tried)


def _previews(product: Any, rule: Rule) -> list[StripPreview]:
    question = question_about(product.pk)
    others = [other for other in question.rules if other.pk != rule.pk]
    candidate = replace(question, rules=[*others, *([rule] if rule.is_enabled else [])])
    strips = [rule.strip] if rule.strip else list(STRIPS)
    return [
        _preview(product, Rule.Strip(name), before=question, after=candidate) for name in strips
    ]


def _preview(product: Any, name: Rule.Strip, *, before: Question, after: Question) -> StripPreview:
    strip = STRIPS[name]
    return StripPreview(
        product, name, strip(product, question=before), strip(product, question=after)
    )


def _anchors(rule: Rule, *, sample: int) -> list[Any]:
    """Products whose strips the rule may change: its own, else those the target stands beside."""
    if rule.on_product_id:
        keys = [rule.on_product_id, *([rule.product_id] if rule.both_ways else [])]
        return list(catalog().products().filter(pk__in=keys)[:sample])
    pool = _beside(rule)
    near = _neighbours(rule.product_id) if rule.product_id else []
    found = pool.in_bulk(near)
    likely = [found[key] for key in dict.fromkeys(near) if key in found][:sample]
    seen = [product.pk for product in likely]
    newest = pool.exclude(pk__in=seen).alias(reco_novelty=product_columns.novelty())
    newest = newest.order_by(F("reco_novelty").desc())
    return [*likely, *newest[: sample - len(likely)]]


def _neighbours(product_pk: Any) -> list[Any]:
    """What stands beside a product: it likely stands beside them as well."""
    question = replace(question_about(product_pk), rules=())
    product = catalog().products().filter(pk=product_pk).first()
    if product is None:
        return []
    both = [*similar_products(product, question=question).items]
    return [item.product.pk for item in [*both, *goes_with(product, question=question).items]]


def _beside(rule: Rule) -> QuerySet[Any]:
    """The products whose strips the rule speaks about."""
    one = _shown(rule.on_product_id, rule.on_attribute, rule.on_value)
    if rule.kind != Rule.Kind.NEVER_TOGETHER:
        return one
    other = _having(rule.attribute, rule.value)
    names = {rule.attribute, rule.on_attribute}
    return _annotated(names).filter(_having(rule.on_attribute, rule.on_value) | other)


def _shown(product_pk: Any, attribute: str, value: str) -> QuerySet[Any]:
    """The visible products that a rule means by these three; nothing said means all."""
    if product_pk is not None:
        return catalog().products().filter(pk=product_pk)
    if attribute:
        return _annotated({attribute}).filter(_having(attribute, value))
    return catalog().products()


def _annotated(names: set[str]) -> QuerySet[Any]:
    known = {**product_columns.attributes(), SLOT: product_columns.slot()}
    columns = {f"reco_{name}": known[name] for name in names if name in known}
    annotated: QuerySet[Any] = catalog().products().annotate(**columns)
    return annotated


def _having(attribute: str, value: str) -> Q:
    known = {*catalog().attributes(), SLOT}
    return Q(**{f"reco_{attribute}": value}) if attribute in known else Q(pk__in=[])


def _keys(strip: Strip) -> list[Any]:
    return [item.product.pk for item in strip.items]
