"""How close products are to a vector, part by part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable

from recommender.models import Checkpoint, Embedding
from recommender.vectors import WHOLE, cosines, part_spans, weighted_sum

VECTOR = "recommender_pictures__embeddings__vector"


@dataclass(frozen=True)
class Search:
    """An expression for a vector of a checkpoint's space, and how much each part of it counts."""

    anchor: Combinable
    checkpoint: Checkpoint
    weights: Mapping[str, float]

    @property
    def parts(self) -> list[str]:
        """The names of the cosines that a score is made of."""
        return [name for name, _span in part_spans(self.checkpoint.parts)]


def scored_products(candidates: QuerySet[Any], search: Search) -> QuerySet[Any]:
    """Annotate products with `reco_score`, their closeness to a vector, once per picture.

    And with the cosine of each part, `reco_part_<name>`.
    """
    parts = cosines(search.anchor, F(VECTOR), search.checkpoint.parts)
    measured = embedded_products(candidates, search.checkpoint).annotate(
        **{part_column(name): cosine for name, cosine in parts.items()}
    )
    columns = {name: F(part_column(name)) for name in parts}
    scored: QuerySet[Any] = measured.annotate(reco_score=weighted_sum(columns, search.weights))
    return scored


def embedded_products(candidates: QuerySet[Any], checkpoint: Checkpoint) -> QuerySet[Any]:
    """Those of which a picture has a vector, once per picture."""
    embedded: QuerySet[Any] = candidates.order_by().filter(
        recommender_pictures__embeddings__checkpoint=checkpoint
    )
    return embedded


def part_column(name: str) -> str:
    return f"reco_part_{name}"


def part_weights(checkpoint: Checkpoint, colour_weight: float | None = None) -> Mapping[str, float]:
    """How much each part of a vector counts, given the asker's own weight of colour if any."""
    weights = checkpoint.part_weights or {WHOLE: 1.0}
    if colour_weight is None or "colour" not in weights:
        return weights
    return {"shape": 1 - colour_weight, "colour": colour_weight}


def cover_vector(product_pk: Any, checkpoint: Checkpoint) -> QuerySet[Embedding, Any]:
    """The vector of the product's first picture that has one, for use in a `Subquery`."""
    rows = Embedding.objects.filter(picture__product=product_pk, checkpoint=checkpoint)
    return rows.order_by("picture__position", "picture").values("vector")[:1]
