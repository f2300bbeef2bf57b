"""Which products look like this one, or like this photo."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet, Subquery
from django.db.models.expressions import Combinable

from recommender import conf
from recommender.catalog import catalog, product_model
from recommender.database import vector_value
from recommender.filters import ANYTHING, Filters
from recommender.models import Checkpoint, Purpose
from recommender.selectors.checkpoints import active_checkpoint
from recommender.selectors.ranking import (
    WHOLE,
    Ranked,
    cover_vector,
    eligible_products,
    rank_products,
)
from recommender.strips import Item, Reason, Rung, Strip

# From this cosine on, a part of the score is worth telling a shopper about.
TELLING = 0.6
TEXTS = {"shape": "Similar in shape", "colour": "Similar in colour", WHOLE: "Looks alike"}


def similar_products(
    product: Any,
    *,
    limit: int | None = None,
    colour_weight: float | None = None,
    filters: Filters = ANYTHING,
) -> Strip:
    """Products that look like this one: same slot, in stock, one of each design, best first.

    Three queries, and whatever the host's cards prefetch; no vector leaves the database. The
    product's own design is left out. Empty while the product has no vector.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    checkpoint = active_checkpoint(Purpose.VISUAL)
    if checkpoint is None:
        return Strip()
    candidates = (
        eligible_products(filters)
        .filter(reco_slot=_own(product, reco=catalog().slot()))
        .exclude(pk=product.pk)
        .exclude(reco_group=_own(product, reco=catalog().group_key()))
    )
    anchor = Subquery(cover_vector(product.pk, checkpoint))
    return _strip(candidates, anchor, checkpoint, limit=limit, colour_weight=colour_weight)


def products_like_vector(
    vector: Sequence[float],
    *,
    checkpoint: Checkpoint,
    filters: Filters = ANYTHING,
    limit: int | None = None,
    colour_weight: float | None = None,
) -> Strip:
    """Products that look like a photo that is in no catalogue, given its visual vector."""
    return _strip(
        eligible_products(filters),
        vector_value(vector),
        checkpoint,
        limit=limit,
        colour_weight=colour_weight,
    )


def products_in_order(ranked: Sequence[Ranked]) -> list[tuple[Ranked, Any]]:
    """Fetch the host's objects in one query, keeping the order of the ranking."""
    found = catalog().products().in_bulk([row.pk for row in ranked])
    return [(row, found[row.pk]) for row in ranked if row.pk in found]


def _own(product: Any, *, reco: Any) -> Subquery:
    """What an expression of the host's gives for this product, as part of the same statement."""
    me = product_model()._default_manager.filter(pk=product.pk).order_by()
    return Subquery(me.annotate(reco_own=reco).values("reco_own"))


def _strip(
    candidates: QuerySet[Any],
    anchor: Combinable,
    checkpoint: Checkpoint,
    *,
    limit: int | None,
    colour_weight: float | None,
) -> Strip:
    ranked = rank_products(
        candidates,
        anchor=anchor,
        checkpoint=checkpoint,
        weights=_weights(checkpoint, colour_weight),
        limit=conf.get("STRIP_LENGTH") if limit is None else limit,
    )
    items = [
        Item(product, round(row.score, 4), rank, Rung.VISUAL, tuple(_reasons(row.parts)))
        for rank, (row, product) in enumerate(products_in_order(ranked), start=1)
    ]
    return Strip(tuple(items), versions=(checkpoint.label,))


def _weights(checkpoint: Checkpoint, colour_weight: float | None) -> Mapping[str, float]:
    weights = checkpoint.part_weights or {WHOLE: 1.0}
    if colour_weight is None or "colour" not in weights:
        return weights
    return {"shape": 1 - colour_weight, "colour": colour_weight}


def _reasons(parts: Mapping[str, float]) -> list[Reason]:
    telling = sorted((-cosine, name) for name, cosine in parts.items() if cosine >= TELLING)
    return [Reason(name, TEXTS.get(name, name), round(-cosine, 4)) for cosine, name in telling]
