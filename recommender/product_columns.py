"""What the host's catalog says of products in SQL, as columns that hold one value for each product.

A host may say a slot or an attribute through a relation that has several rows for a product, like
the categories of a shop in which a product lies in many. A plain join would then rank and list the
product several times; a column takes the greatest of its values instead, "" being the least.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.sql.datastructures import Join

from recommender.catalog import Catalog, catalog, product_model

SLOT, GROUP, NOVELTY = "()slot", "()group", "()novelty"  # beside attributes, whatever their names
CATEGORY = "()category"


def slot() -> Combinable:
    return _column(SLOT, catalog().slot())


def group_key() -> Combinable:
    return _column(GROUP, catalog().group_key())


def novelty() -> Combinable:
    return _column(NOVELTY, catalog().novelty())


def attributes() -> Mapping[str, Combinable]:
    return {name: _column(name, given) for name, given in catalog().attributes().items()}


def categories() -> list[Combinable]:
    """The product's category, then what it lies in; none where it may lie in several and the host chooses none."""
    is_chosen = _shop().categories is not Catalog.categories
    if not is_chosen and "category" in catalog().attributes() and has_several("category"):
        return []
    return [_column(f"{CATEGORY}{at}", given) for at, given in enumerate(catalog().categories())]


def tells_slots() -> bool:
    """Whether the host says what part of an outfit a product plays."""
    return _shop().slot is not Catalog.slot


def rule_columns() -> Mapping[str, Combinable]:
    """What the merchant's rules may tell products apart by: the slot and every attribute."""
    return {"slot": slot(), **attributes()}


def has_several(name: str) -> bool:
    """Whether a product may have several values of an attribute."""
    return _has_several(_shop(), name)


def repeats_products(rows: QuerySet[Any]) -> bool:
    """Whether a join of this query may show a product more than once; no query."""
    return any(
        isinstance(join, Join)
        and isinstance(join.join_field, ForeignObjectRel)
        and not join.join_field.field.unique
        for join in rows.query.alias_map.values()
    )


def _column(name: str, given: Combinable) -> Combinable:
    if not _has_several(_shop(), name):
        return given
    greatest = F("reco_value").desc(nulls_last=True)
    values = _rows(given).filter(pk=OuterRef("pk")).order_by(greatest)
    return Subquery(values.values("reco_value")[:1])


def _shop() -> Any:
    """The host's class, for what it answers once holds as long as the process lives."""
    return type(catalog())


@lru_cache
def _has_several(_shop: Any, name: str) -> bool:
    given = {
        SLOT: catalog().slot,
        GROUP: catalog().group_key,
        NOVELTY: catalog().novelty,
    }
    if name.startswith(CATEGORY):
        expression = catalog().categories()[int(name.removeprefix(CATEGORY))]
    else:
        expression = given[name]() if name in given else catalog().attributes()[name]
    rows = _rows(expression)
    return rows.query.group_by is not None or repeats_products(rows)


def _rows(given: Combinable) -> QuerySet[Any]:
    rows: QuerySet[Any] = product_model()._base_manager.order_by().annotate(reco_value=given)
    return rows
