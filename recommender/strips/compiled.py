"""The statement of a strip, written once for all products for which it is the same.

It takes Django longer to write the statement than PostgreSQL to answer it. What it says depends on
the slot, the categories, the wearer, the rules, the filters, what serves, and what the host's catalog says at the
moment: all of that is the key under which a process keeps it. The product's own key and design are
filled in when it runs. No answer is kept: stock, rules and prices count at the next request.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import lru_cache, partial
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db.models import Q

from recommender.catalog import catalog
from recommender.ranking.filters import Filters
from recommender.ranking.question import CHECKPOINT, Question
from recommender.ranking.rule_effects import Anchor
from recommender.ranking.statement import (
    Ladder,
    Length,
    Placeholder,
    RankedProduct,
    Statement,
    ladder_statement,
    ranked_rows,
)
from recommender.ranking.wearer import SHARED, wearer_demand

MOST_STATEMENTS = 256  # of some 20 kB each; without filters a shop has two for each slot and wearer


def rank_beside(
    question: Question,
    ladder: Callable[..., Ladder],
    length: Length,
    *,
    strip: str,
    filters: Filters,
    **asked: Hashable,
) -> list[RankedProduct]:
    """What the `ladder` of this question and these filters gives, `asked` so; one query.

    It may read nothing of the question but its slot, its categories, its checkpoints, the wearer and season of the
    product, and what the rules mean for this strip; key and design it hands on to the database.
    """
    general = _general(question, strip)
    key = _hashable((ladder, strip, length, asked, _facts(general, filters), _shop()))
    build = partial(ladder, general, filters=filters, **asked)
    wanted = _Wanted(key, lambda: ladder_statement(build(), length))
    statement = _written(wanted) if _has_hash(key) else wanted.write()
    product = {"pk": question.anchor.pk, "group": question.group, "design": question.design}
    return ranked_rows(statement, product)


@dataclass(frozen=True)
class _Wanted:
    """A statement by all that it depends on, and how to write it."""

    key: Hashable
    write: Callable[[], Statement] = field(compare=False)


@lru_cache(MOST_STATEMENTS)
def _written(wanted: _Wanted) -> Statement:
    return wanted.write()


def _general(question: Question, strip: str) -> Question:
    """The question of any product with the same slot, wearer and season, for which the rules mean the same."""
    settled = {strip: question.effects(strip)}
    if question.anchor.pk is None:  # of no product: nothing to fill in
        return replace(question, settled=settled)
    shared = {name: question.anchor.attributes.get(name) for name in SHARED}
    anchor = Anchor(Placeholder("pk"), shared)
    group, design = (cast("str", Placeholder(name)) for name in ("group", "design"))
    return replace(question, rules=(), anchor=anchor, group=group, design=design, settled=settled)


def _facts(general: Question, filters: Filters) -> list[Any]:
    """What a question and its filters put into a statement, as conditions: a host may change its mind about `fits`."""
    filters.check()
    demand = wearer_demand([general], filters)
    serving = [
        repr([getattr(checkpoint, name) for name in CHECKPOINT])
        for checkpoint in general.checkpoints.values()
    ]
    wishes = [filters, list(filters.conditions()), demand, demand.condition()]
    product = [general.slot, general.categories, general.anchor.pk is None, general.settled]
    return [*product, serving, *wishes]


def _shop() -> list[Any]:
    """What the host's catalog says now of products, stock and designs."""
    shop = catalog()
    try:
        products = shop.products().order_by().query.sql_with_params()
    except EmptyResultSet:
        products = ("", ())
    about = [shop.available(), shop.slot(), shop.group_key(), shop.novelty(), shop.categories()]
    return [type(shop), products, *about, shop.attributes(), shop.suits_all, settings.RECOMMENDER]


def _hashable(value: Any) -> Hashable:
    """The value as nested tuples, with the types of its leaves: True is not 1 in a statement."""
    if isinstance(value, Q):
        return (Q, value.connector, value.negated, *map(_hashable, value.children))
    if isinstance(value, Mapping):
        return tuple((key, _hashable(one)) for key, one in value.items())
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value), *(_hashable(getattr(value, each.name)) for each in fields(value)))
    if isinstance(value, list | tuple):
        return tuple(map(_hashable, value))
    return (type(value), value)


def _has_hash(key: Hashable) -> bool:
    """Whether all that was said can be told from all else."""
    try:
        hash(key)
    except TypeError:
        return False
    return True
