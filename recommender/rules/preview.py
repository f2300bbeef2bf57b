"""What a rule would do, tried out on sampled products without storing it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Q, QuerySet

from recommender import product_columns
from recommender.catalog import catalog
from recommender.models import Rule
from recommender.models.rules import ProductSet
from recommender.ranking.question import question_about
from recommender.strips.change import StripChange
from recommender.strips.goes_with import goes_with
from recommender.strips.items import Strip
from recommender.strips.similar import similar_products

SAMPLE = 4  # products whose strips are tried; each costs thirteen queries
STRIPS: dict[Rule.Strip, Callable[..., Strip]] = {
    Rule.Strip.SIMILAR: similar_products,
    Rule.Strip.GOES_WITH: goes_with,
}


@dataclass(frozen=True)
class RulePreview:
    """How many products a rule is about and stands beside, and what it does to some strips."""

    about: int
    beside: int
    tried: Sequence[StripChange] = ()

    @property
    def changed(self) -> list[StripChange]:
        return [tried for tried in self.tried if tried.is_changed]

    @property
    def emptied(self) -> list[StripChange]:
        return [tried for tried in self.tried if tried.before and not tried.after]

    @property
    def shortened(self) -> list[StripChange]:
        return [one for one in self.tried if 0 < len(one.after.items) < len(one.before.items)]


def rule_preview(rule: Rule, *, sample: int = SAMPLE) -> RulePreview:
    """Try a rule, stored or not, as if its time had come; nothing is written.

    About thirteen queries per sampled product.
    """
    directions = rule.directions()
    about, pool = _products(directions[0][0]), _products(*(beside for _about, beside in directions))
    tried = [one for product in _anchors(rule, pool, sample) for one in _changes(product, rule)]
    return RulePreview(about.count(), pool.count(), tried)


def _changes(product: Any, rule: Rule) -> list[StripChange]:
    now = question_about(product.pk)
    others = [other for other in now.rules if other.pk != rule.pk]
    then = replace(now, rules=[*others, rule] if rule.is_enabled else others)
    return [
        StripChange(
            product, strip(product, question=now), strip(product, question=then), str(name.label)
        )
        for name, strip in STRIPS.items()
        if rule.strip in {name, Rule.Strip.EVERYWHERE}
    ]


def _anchors(rule: Rule, pool: QuerySet[Any], sample: int) -> list[Any]:
    """Products whose strips the rule may change, those that its product stands beside first."""
    near = [] if rule.on_product_id else _neighbours(rule.product_id)
    found = pool.in_bulk(near)
    likely = [found[key] for key in dict.fromkeys(near) if key in found][:sample]
    others = pool.exclude(pk__in=[product.pk for product in likely])
    newest = others.alias(reco_novelty=product_columns.novelty()).order_by(F("reco_novelty").desc())
    return [*likely, *newest[: sample - len(likely)]]


def _neighbours(product_pk: Any) -> list[Any]:
    """What stands beside a product: it likely stands beside them as well."""
    product = catalog().products().filter(pk=product_pk).first() if product_pk else None
    if product is None:
        return []
    question = replace(question_about(product_pk), rules=())
    strips = [strip(product, question=question) for strip in STRIPS.values()]
    return [item.product.pk for strip in strips for item in strip.items]


def _products(*sets: ProductSet) -> QuerySet[Any]:
    """The visible products in any of the sets; an attribute that the shop lacks means none."""
    columns = product_columns.rule_columns()
    known = [one for one in sets if one.attribute in {*columns, ""}]
    read = {f"reco_{one.attribute}": columns[one.attribute] for one in known if one.attribute}
    conditions = Q(*(one.condition() for one in known), _connector=Q.OR) if known else Q(pk__in=[])
    products: QuerySet[Any] = catalog().products().annotate(**read).filter(conditions)
    return products
