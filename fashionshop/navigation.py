"""What every page of the shop shows in its header."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from fashionshop.models import Category, Product


def categories(_request: HttpRequest) -> dict[str, object]:
    """Offer templates `categories`: those with something published; costs a query when used."""
    published = Product.objects.published().filter(category=OuterRef("pk"))
    return {"categories": Category.objects.filter(Exists(published))}
