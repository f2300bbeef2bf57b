"""Which products count as one design, and which share a picture."""

from typing import Any

from django.db.models import CharField, F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from recommender import product_columns
from recommender.catalog import product_model
from recommender.models import Picture


def design() -> Combinable:
    """An expression equal for products that count as one: by the host's word, or by their pictures."""
    return Coalesce(F("recommender_duplicate__key"), hosts_design())


def hosts_design() -> Combinable:
    """An expression equal for products that count as one by the host's word."""
    return Cast(product_columns.group_key(), CharField())


def products_with_same_picture(product: Any) -> QuerySet[Any]:
    """Other products with a picture of exactly the same bytes, oldest first."""
    own = Picture.objects.filter(product=product.pk).exclude(sha256="").values("sha256")
    others = Picture.objects.filter(sha256__in=own).exclude(product=product.pk).values("product")
    return product_model()._default_manager.filter(pk__in=others).order_by("pk")
