"""What every page of the shop shows in its header."""

from functools import partial

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from fashionshop.basket import piece_count
from fashionshop.models import Category, Product


def header(request: HttpRequest) -> dict[str, object]:
    """Offer templates `categories`, those with something published, and `basket_count`.

    The first costs a query when used, the second one for whoever has a session.
    """
    published = Product.objects.published().filter(category=OuterRef("pk"))
    return {
        "categories": Category.objects.filter(Exists(published)),
        "basket_count": partial(piece_count, request.session),
    }
