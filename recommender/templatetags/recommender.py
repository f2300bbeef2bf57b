"""Strips for the templates of a host shop.

    {% load recommender %}
    {% similar_strip product %}  {% goes_with_strip product limit=4 %}

draw a strip; `{% similar_products product as strip %}` and `{% goes_with_products product as strip %}`
only fetch it, for a page that draws it its own way. A strip never breaks the page it is on.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django import template
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext

from recommender.catalog import Card, catalog
from recommender.selectors.goes_with import goes_with
from recommender.selectors.similar import similar_products as products_that_look_like
from recommender.strips import Strip

log = logging.getLogger(__name__)
register = template.Library()


@register.inclusion_tag("recommender/strip.html")
def similar_strip(product: Any, *, limit: int | None = None, heading: str = "") -> dict[str, Any]:
    """Draw what looks like the product; nothing at all where nothing does."""
    return {
        "strip": similar_products(product, limit=limit),
        "heading": heading or gettext("More like this"),
    }


@register.inclusion_tag("recommender/strip.html")
def goes_with_strip(product: Any, *, limit: int | None = None, heading: str = "") -> dict[str, Any]:
    """Draw what goes well with the product; nothing at all where nothing does."""
    return {
        "strip": goes_with_products(product, limit=limit),
        "heading": heading or gettext("Goes well with"),
    }


@register.simple_tag
def similar_products(product: Any, *, limit: int | None = None) -> Strip:
    """Fetch what looks like the product, empty when the database cannot say."""
    return _unbroken(products_that_look_like, product, limit=limit)


@register.simple_tag
def goes_with_products(product: Any, *, limit: int | None = None) -> Strip:
    """Fetch what goes well with the product, empty when the database cannot say."""
    return _unbroken(goes_with, product, limit=limit)


@register.filter
def card(product: Any) -> Card:
    """What the host's catalog shows of a product."""
    return catalog().card(product)


def _unbroken(question: Callable[..., Strip], product: Any, *, limit: int | None) -> Strip:
    try:
        with _savepoint():
            return question(product, limit=limit)
    except DatabaseError as error:
        log.warning("No %s strip for product %s: %s", question.__name__, product.pk, error)
        return Strip()


def _savepoint() -> AbstractContextManager[Any]:
    """Keep a failed statement from poisoning the request's transaction, where there is one."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
