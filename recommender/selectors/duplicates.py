"""Which products share a picture."""

from typing import Any

from django.db.models import QuerySet

from recommender.catalog import product_model
from recommender.models import Picture


def products_with_the_same_picture(product: Any) -> QuerySet[Any]:
    """Other products with a picture of exactly the same bytes, oldest first."""
    own = Picture.objects.filter(product=product.pk).exclude(sha256="").values("sha256")
    twins = Picture.objects.filter(sha256__in=own).exclude(product=product.pk).values("product")
    return product_model()._default_manager.filter(pk__in=twins).order_by("pk")
