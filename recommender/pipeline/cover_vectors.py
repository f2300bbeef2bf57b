"""What judges of stored vectors read: of each product the first picture that has one."""

from collections.abc import Collection
from typing import Any

from recommender.models import Checkpoint, Embedding


def encoder_read_by(scorer: Checkpoint) -> Checkpoint:
    """The encoder whose vectors the scorer reads.

    Raises:
        Checkpoint.DoesNotExist: it was never registered here.
    """
    name, version = scorer.encoder_label.split("@")
    return Checkpoint.objects.get(name=name, version=version)


def cover_vectors(product_pks: Collection[Any], encoder: Checkpoint) -> dict[Any, list[float]]:
    """The vectors of the products that have one, by key; one query. For workers: pages need none."""
    rows = (
        Embedding.objects.filter(picture__product__in=product_pks, checkpoint=encoder)
        .order_by("picture__product", "picture__position", "picture")
        .distinct("picture__product")
        .values_list("picture__product", "vector")
    )
    return dict(rows)
