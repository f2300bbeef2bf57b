"""The one statement that ranks products against a vector.

The host's own query (published, in stock, in these slots) is compiled into a materialised common
table, so that filters and distance are one statement: what is sold out is never ranked, and if k
eligible products exist, k come back. It is exact; docs/decisions.md says up to what size.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.expressions import Combinable, Expression

from recommender import product_columns
from recommender.catalog import catalog
from recommender.models import Checkpoint, Embedding
from recommender.ranking.designs import design
from recommender.ranking.diversity import ONLY_THE_BEST, Diversity
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.rule_effects import NO_EFFECTS, PINNED, RuleEffects
from recommender.vectors import InnerProduct, Part

VECTOR = "recommender_pictures__embeddings__vector"
WHOLE = "whole"

# DISTINCT ON keeps the best view of the best product of each group (design); row_number then
# counts within each slot. A NULL score means that the anchor has no vector: nothing is known.
_RANK = """
WITH candidate (pk, slot, grp, score, lift{parts}) AS MATERIALIZED ({candidates}),
best AS (
    SELECT DISTINCT ON (grp) * FROM candidate
    WHERE score IS NOT NULL AND (score >= %s OR lift >= {pinned})
    ORDER BY grp, score + lift DESC, pk
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY slot ORDER BY score + lift DESC, pk) AS place
    FROM best
),
pool AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY score + lift DESC, pk) AS n FROM placed
    WHERE place <= %s ORDER BY n LIMIT %s
)
"""
# What else of a design might stand in its place: all that was looked at.
FAMILY = """
JOIN (
    SELECT grp, array_agg(DISTINCT pk ORDER BY pk) AS pks FROM {rows} AS looked_at
    WHERE grp IN (SELECT grp FROM pool) GROUP BY grp
) AS family USING (grp)"""
COLUMNS = ("one.pk", "slot", "grp", "score", "lift")
UNLIMITED = 2**31 - 1


@dataclass(frozen=True)
class Search:
    """An expression for a vector of a checkpoint's space, and how much each part of it counts."""

    anchor: Combinable
    checkpoint: Checkpoint
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Ranked:
    """One product's place; `parts` are the cosines its score is made of, by name.

    `lift` is what the merchant's rules add for its place in the order, `variants` are the keys of
    the other products of its design that might stand there instead, and `likeness` says how alike it
    is to each of the rows that were found before it.
    """

    pk: Any
    slot: str
    group: str
    score: float
    parts: Mapping[str, float]
    lift: float = 0.0
    variants: Sequence[Any] = ()
    likeness: Sequence[float | None] | None = None

    @property
    def worth(self) -> float:
        """What it is ordered by."""
        return self.score + self.lift

    @property
    def is_pinned(self) -> bool:
        return self.lift >= PINNED / 2


def eligible_products(
    filters: Filters = ANYTHING, *, effects: RuleEffects = NO_EFFECTS
) -> QuerySet[Any]:
    """The host's visible products that may be recommended, within filters and the merchant's rules.

    Annotated with `reco_slot`, `reco_group` and `reco_lift`.

    Raises:
        UnknownAttribute: the shop's catalog does not offer one of the filters' attributes.
    """
    shop = catalog()
    products: QuerySet[Any] = shop.products().filter(shop.available())
    if product_columns.repeats_products(products):
        products = shop.products().filter(pk__in=products.order_by().values("pk"))
    within = filters.within(effects.price_min, effects.price_max, reads=effects.attributes)
    known = products.annotate(reco_slot=product_columns.slot(), reco_group=design())
    eligible: QuerySet[Any] = within.apply(known).exclude(effects.without)
    lifted: QuerySet[Any] = eligible.annotate(reco_lift=effects.lift())
    return lifted


def rank_products(
    candidates: QuerySet[Any],
    search: Search,
    *,
    limit: int,
    per_slot: int = UNLIMITED,
    lowest: float = -math.inf,
    diversity: Diversity = ONLY_THE_BEST,
) -> list[Ranked]:
    """Rank `eligible_products`, narrowed as the caller likes, by closeness to a vector.

    One query, exact. Best first, ties by primary key, one product of each group, at most `per_slot`
    of a slot. Of what scores below `lowest`, only what is pinned. With `diversity`, the best may give
    way to what is more unlike those before it.
    """
    names = [name for name, _width in search.checkpoint.parts] or [WHOLE]
    columns = [f"reco_part_{name}" for name in names]
    rows = scored_products(candidates, search).values_list(
        *("pk", "reco_slot", "reco_group", "reco_score", "reco_lift"), *columns
    )
    bounds = [lowest, diversity.pool(per_slot), diversity.pool(limit)]
    pool = [
        Ranked(
            *(pk, slot, group, score),
            dict(zip(names, cosines, strict=True)),
            lift,
            variants_of(family, pk),
            likeness,
        )
        for pk, slot, group, score, lift, family, *cosines, likeness in _rows(
            rows, columns, bounds=bounds, diversity=diversity
        )
    ]
    tiers = [row.is_pinned for row in pool]
    return diversity.choose(pool, tiers=tiers, limit=limit, per_slot=per_slot)


def scored_products(candidates: QuerySet[Any], search: Search) -> QuerySet[Any]:
    """Annotate products with `reco_score`, their closeness to a vector, once per picture.

    And with the cosine of each part, `reco_part_<name>`.
    """
    parts = _cosines(search.anchor, search.checkpoint)
    looked_at = candidates.order_by().filter(
        recommender_pictures__embeddings__checkpoint=search.checkpoint
    )
    measured: QuerySet[Any] = looked_at.annotate(
        **{f"reco_part_{name}": cosine for name, cosine in parts.items()}
    ).annotate(reco_score=_weighted(list(parts), search.weights))
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


def variants_of(family: Sequence[Any], pk: Any) -> list[Any]:
    return [other for other in family if other != pk]


def _rows(
    rows: QuerySet[Any],
    columns: Sequence[str],
    *,
    bounds: Sequence[float],
    diversity: Diversity,
) -> list[Any]:
    try:
        candidates, params = rows.query.sql_with_params()
    except EmptyResultSet:  # a filter that nothing can pass
        return []
    names = "".join(f", {column}" for column in columns)
    ranked = _RANK.format(parts=names, candidates=candidates, pinned=PINNED / 2)
    family = FAMILY.format(rows="candidate")
    told = diversity.told([*COLUMNS, "family.pks", *columns], joined=family)
    with connection.cursor() as cursor:
        cursor.execute(ranked + told, [*params, *bounds])
        return list(cursor.fetchall())
