"""The one statement that ranks products against a vector.

The host's own query (published, in stock, in these slots) is compiled into a materialised common
table, so that filters and distance are one statement: what is sold out is never ranked, and if k
eligible products exist, k come back. It is exact; docs/decisions.md says up to what size.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.expressions import Combinable, Expression

from recommender.catalog import catalog
from recommender.database import InnerProduct, Part
from recommender.filters import ANYTHING, Filters
from recommender.models import Checkpoint, Embedding
from recommender.selectors.duplicates import design
from recommender.steering import PINNED, UNSTEERED, Steering

VECTOR = "recommender_pictures__embeddings__vector"
WHOLE = "whole"

# DISTINCT ON keeps the best view of the best product of each group (design); row_number then
# counts within each slot. A NULL score means that the anchor has no vector: nothing is known.
_RANK = """
WITH candidate (pk, slot, grp, score, lift{columns}) AS MATERIALIZED ({candidates}),
best AS (
    SELECT DISTINCT ON (grp) * FROM candidate
    WHERE score IS NOT NULL AND (score >= %s OR lift >= {pinned})
    ORDER BY grp, score + lift DESC, pk
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY slot ORDER BY score + lift DESC, pk) AS place
    FROM best
)
SELECT pk, slot, grp, score, lift{columns} FROM placed
WHERE place <= %s ORDER BY score + lift DESC, pk LIMIT %s
"""
UNLIMITED = 2**31 - 1


@dataclass(frozen=True)
class Ranked:
    """One product's place; `parts` are the cosines its score is made of, by name.

    `lift` is what the merchant's rules add for its place in the order.
    """

    pk: Any
    slot: str
    group: str
    score: float
    parts: Mapping[str, float]
    lift: float = 0.0


def eligible_products(
    filters: Filters = ANYTHING, *, steered: Steering = UNSTEERED
) -> QuerySet[Any]:
    """The host's visible products that may be recommended, within filters and the merchant's rules.

    Annotated with `reco_slot`, `reco_group` and `reco_lift`.

    Raises:
        UnknownAttribute: the shop's catalog does not offer one of the filters' attributes.
    """
    shop = catalog()
    products: QuerySet[Any] = shop.products().filter(shop.available())
    within = filters.within(steered.price_min, steered.price_max, reads=steered.attributes)
    known = products.annotate(reco_slot=shop.slot(), reco_group=design())
    eligible: QuerySet[Any] = within.apply(known).exclude(steered.without)
    lifted: QuerySet[Any] = eligible.annotate(reco_lift=steered.lift())
    return lifted


def rank_products(
    candidates: QuerySet[Any],
    *,
    anchor: Combinable,
    checkpoint: Checkpoint,
    weights: Mapping[str, float],
    limit: int,
    per_slot: int = UNLIMITED,
    lowest: float = -math.inf,
) -> list[Ranked]:
    """Rank `eligible_products`, narrowed as the caller likes, by closeness to a vector.

    One query, exact. `anchor` is an expression giving a vector of the checkpoint's space; `weights`
    says how much each part of the vector counts. Best first, ties by primary key, one product of
    each group, at most `per_slot` of a slot. Of what scores below `lowest`, only what is pinned.
    """
    names = [name for name, _width in checkpoint.parts] or [WHOLE]
    scored = scored_products(candidates, anchor=anchor, checkpoint=checkpoint, weights=weights)
    rows = scored.values_list(
        *("pk", "reco_slot", "reco_group", "reco_score", "reco_lift"), *_columns(names)
    )
    return [
        Ranked(pk, slot, group, score, dict(zip(names, cosines, strict=True)), lift)
        for pk, slot, group, score, lift, *cosines in _rows(
            rows, _columns(names), per_slot=per_slot, limit=limit, lowest=lowest
        )
    ]


def scored_products(
    candidates: QuerySet[Any],
    *,
    anchor: Combinable,
    checkpoint: Checkpoint,
    weights: Mapping[str, float],
) -> QuerySet[Any]:
    """Annotate products with `reco_score`, their closeness to a vector, once per picture.

    And with the cosine of each part, `reco_part_<name>`.
    """
    parts = _cosines(anchor, checkpoint)
    looked_at = candidates.order_by().filter(
        recommender_pictures__embeddings__checkpoint=checkpoint
    )
    measured: QuerySet[Any] = looked_at.annotate(
        **{f"reco_part_{name}": cosine for name, cosine in parts.items()}
    ).annotate(reco_score=_weighted(list(parts), weights))
    return measured


def cover_vector(product_pk: Any, checkpoint: Checkpoint) -> QuerySet[Embedding, Any]:
    """The vector of the product's first picture that has one, for use in a `Subquery`."""
    rows = Embedding.objects.filter(picture__product=product_pk, checkpoint=checkpoint)
    return rows.order_by("picture__position", "picture").values("vector")[:1]


def _cosines(anchor: Combinable, checkpoint: Checkpoint) -> dict[str, Expression]:
    """The cosine of each part of two vectors; the parts are unit vectors of their own."""
    if not checkpoint.parts:
        return {WHOLE: InnerProduct(anchor, F(VECTOR))}
    cosines: dict[str, Expression] = {}
    first = 1
    for name, width in checkpoint.parts:
        here = {"first": first, "width": width}
        cosines[name] = InnerProduct(Part(anchor, **here), Part(F(VECTOR), **here))
        first += width
    return cosines


def _weighted(names: list[str], weights: Mapping[str, float]) -> Combinable:
    counting = [name for name in names if weights[name]] or names
    terms = [Value(weights[name]) * F(f"reco_part_{name}") for name in counting]
    total: Combinable = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _columns(names: list[str]) -> list[str]:
    return [f"reco_part_{name}" for name in names]


def _rows(
    rows: QuerySet[Any], columns: list[str], *, per_slot: int, limit: int, lowest: float
) -> list[Any]:
    try:
        candidates, params = rows.query.sql_with_params()
    except EmptyResultSet:  # a filter that nothing can pass
        return []
    names = "".join(f", {column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            _RANK.format(columns=names, candidates=candidates, pinned=PINNED / 2),
            [*params, lowest, per_slot, limit],
        )
        return list(cursor.fetchall())
