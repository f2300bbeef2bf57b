"""What each exclusion of a strip says of one product: published, sold out, filtered, ruled out, unseen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BooleanField, Case, Exists, Q, Value, When
from django.db.models.expressions import Combinable

from recommender import product_columns
from recommender.catalog import catalog
from recommender.models import Checkpoint, Embedding
from recommender.ranking.designs import design
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.question import Question
from recommender.ranking.rule_effects import RuleEffects, rule_effects


@dataclass(frozen=True)
class ConditionResults:
    """What is known of one product beside another; rules by their ids."""

    slot: str
    group: Any
    is_available: bool
    fails: Collection[str]  # filters that it does not pass, by name
    hidden_by: Collection[int]
    priced_out_by: Collection[int]
    moved_by: Collection[int]  # rules that pin it, or show it earlier or later
    is_seen: bool  # by the encoder
    is_asker_seen: bool


def condition_results(
    product_pk: Any, *, question: Question, strip: str, filters: Filters, encoder: Checkpoint | None
) -> ConditionResults | None:
    """What each exclusion says of a product; one query. None if no shopper may see it.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    filters.check()
    shop = catalog()
    alone = _each_alone(question, strip)
    conditions = {
        "is_available": shop.available(),
        **_of_filters(filters),
        **{f"hidden_{pk}": one.without for pk, one in alone.items() if one.without},
        **{f"priced_{pk}": _outside(one) for pk, one in alone.items() if _outside(one)},
        **{f"moved_{pk}": _moved(one) for pk, one in alone.items() if _moved(one)},
    }
    flags = {f"condition_{name}": _flag(condition) for name, condition in conditions.items()}
    known = {
        f"reco_{name}": expression for name, expression in product_columns.attributes().items()
    }
    rows = list(
        shop.products()
        .prefetch_related(None)
        .order_by()
        .filter(pk=product_pk)
        .annotate(reco_slot=product_columns.slot(), reco_group=design(), **known)
        .annotate(**flags)
        .annotate(condition_seen=_seen(product_pk, encoder))
        .annotate(condition_asker=_seen(question.anchor.pk, encoder))
        .values("reco_slot", "reco_group", *flags, "condition_seen", "condition_asker")
    )
    return _results(rows, filters) if rows else None


def _results(rows: list[dict[str, Any]], filters: Filters) -> ConditionResults:
    """Read the flags; a product that a join shows twice passes where either row does."""
    said = {name for row in rows for name, value in row.items() if value is True}
    first = rows[0]
    return ConditionResults(
        slot=first["reco_slot"],
        group=first["reco_group"],
        is_available="condition_is_available" in said,
        fails=[name for name in single_filters(filters) if f"condition_filter_{name}" not in said],
        hidden_by=_ids(said, "condition_hidden_"),
        priced_out_by=_ids(said, "condition_priced_"),
        moved_by=_ids(said, "condition_moved_"),
        is_seen="condition_seen" in said,
        is_asker_seen="condition_asker" in said,
    )


def single_filters(filters: Filters) -> dict[str, Filters]:
    """Each filter that asks for something, alone, by its name."""
    only = replace(ANYTHING, reads=filters.reads)
    singles = {
        "slot": replace(only, slots=filters.slots) if filters.slots else None,
        **{
            name: replace(only, attributes={name: values})
            for name, values in filters.attributes.items()
        },
        "price_min": filters.price_min is not None and replace(only, price_min=filters.price_min),
        "price_max": filters.price_max is not None and replace(only, price_max=filters.price_max),
        "also": replace(only, also=filters.also) if filters.also else None,
    }
    return {name: one for name, one in singles.items() if one}


def _of_filters(filters: Filters) -> dict[str, Q]:
    """Whether the product passes each filter, in the very words of the ranking."""
    products = catalog().products().order_by().annotate(reco_slot=product_columns.slot())
    return {
        f"filter_{name}": Q(pk__in=one.apply(products).values("pk"))
        for name, one in single_filters(filters).items()
    }


def _each_alone(question: Question, strip: str) -> Mapping[int, RuleEffects]:
    """What each rule would mean if it were the only one."""
    offered = catalog().attributes()
    return {
        rule.pk: rule_effects([rule], anchor=question.anchor, strip=strip, offered=offered)
        for rule in sorted(question.rules, key=lambda rule: rule.pk)
    }


def _outside(one: RuleEffects) -> Q:
    if one.price_min is None or one.price_max is None:
        return Q()
    return Q(reco_price__lt=one.price_min) | Q(reco_price__gt=one.price_max) | Q(reco_price=None)


def _moved(one: RuleEffects) -> Q:
    moved = Q(pk__in=list(one.pins)) if one.pins else Q()
    for condition, _height in one.lifts:
        moved |= condition
    return moved


def _flag(condition: Q) -> Case:
    """Whether a condition holds; an empty one does."""
    holds = condition & Q(pk__isnull=False)
    return Case(When(holds, then=Value(True)), default=False, output_field=BooleanField())


def _seen(product_pk: Any, encoder: Checkpoint | None) -> Combinable:
    if encoder is None:
        return Value(False, output_field=BooleanField())
    return Exists(Embedding.objects.filter(picture__product=product_pk, checkpoint=encoder))


def _ids(said: set[str], prefix: str) -> list[int]:
    return sorted(int(name.removeprefix(prefix)) for name in said if name.startswith(prefix))
