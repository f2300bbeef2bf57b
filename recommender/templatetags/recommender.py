"""Strips for the templates of a host shop.

    {% load recommender %}
    {% similar_strip product %}  {% goes_with_strip product limit=4 %}  {% outfits product %}

draw a strip, and a whole look that a shopper can change piece by piece; `{% similar_products product as strip %}` and `{% goes_with_products product as strip %}`
only fetch it, for a page that draws it its own way. A strip never breaks the page it is on.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any, TypeVar

from django import template
from django.db import DatabaseError, connection, transaction
from django.template import Context
from django.utils.translation import gettext

from recommender.catalog import Card, catalog
from recommender.outfits.address import OutfitChoice, OutfitQuery, outfit_query, outfit_view
from recommender.outfits.answer import OUTFITS, OutfitOptions
from recommender.outfits.answer import outfits as outfits_of
from recommender.outfits.outfit import Outfits
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.visible_products import keys_of
from recommender.strips.goes_with import goes_with
from recommender.strips.items import Strip
from recommender.strips.query_items import QueryItems, query_items
from recommender.strips.similar import similar_products as products_that_look_like

log = logging.getLogger(__name__)
register = template.Library()
Answer = TypeVar("Answer")
QUERIES = "recommender.queries"  # by product, while a template is rendered


@register.inclusion_tag("recommender/strip.html", takes_context=True)
def similar_strip(
    context: Context, product: Any, *, limit: int | None = None, heading: str = ""
) -> dict[str, Any]:
    """Draw what looks like the product; nothing at all where nothing does."""
    return {
        "strip": similar_products(context, product, limit=limit),
        "heading": heading or gettext("More like this"),
    }


@register.inclusion_tag("recommender/strip.html", takes_context=True)
def goes_with_strip(
    context: Context, product: Any, *, limit: int | None = None, heading: str = ""
) -> dict[str, Any]:
    """Draw what goes well with the product; nothing at all where nothing does."""
    return {
        "strip": goes_with_products(context, product, limit=limit),
        "heading": heading or gettext("Goes well with"),
    }


@register.simple_tag(takes_context=True)
def similar_products(context: Context, product: Any, *, limit: int | None = None) -> Strip:
    """Fetch what looks like the product, empty when the database cannot say."""
    return _unbroken(products_that_look_like, context, product, otherwise=Strip(), limit=limit)


@register.simple_tag(takes_context=True)
def goes_with_products(context: Context, product: Any, *, limit: int | None = None) -> Strip:
    """Fetch what goes well with the product, empty when the database cannot say."""
    return _unbroken(goes_with, context, product, otherwise=Strip(), limit=limit)


@register.inclusion_tag("recommender/outfit.html", takes_context=True)
def outfits(
    context: Context,
    product: Any,
    *,
    heading: str = "",
    choices: Sequence[OutfitChoice] = (),
) -> dict[str, Any]:
    """Draw a look around the product, as far as the address of the page says: see `outfit_query`.

    `choices` are what shoppers may choose about its pieces besides the budget.
    """
    asked = outfit_query(context["request"].GET, choices) if "request" in context else OutfitQuery()
    look = product_outfits(
        context,
        product,
        limit=1,
        budget=asked.budget,
        keep=asked.keep,
        swap=asked.swap,
        without=asked.without,
        filters=asked.filters(choices),
    )
    drawn = outfit_view(look, asked, choices)
    return {"look": drawn, "heading": heading or gettext("Complete the look")}


@register.simple_tag(takes_context=True)
def product_outfits(  # noqa: PLR0913 -- what a template may say of them
    context: Context,
    product: Any,
    *,
    limit: int = OUTFITS,
    budget: Decimal | None = None,
    keep: Sequence[str] = (),
    swap: str = "",
    without: Sequence[str] = (),
    filters: Filters = ANYTHING,
) -> Outfits:
    """Fetch outfits that begin with the product, none when the database cannot say.

    `keep` and `without` are keys of products; the budget includes the product itself.
    """
    options = OutfitOptions(
        budget=budget,
        include_start=True,
        keep=[key for key in keys_of(keep) if key != product.pk],
        swap=swap,
        without=keys_of(without),
    )
    asked = {"limit": limit, "filters": filters, "options": options}
    return _unbroken(_outfits_of, context, product, otherwise=Outfits(), **asked)


@register.filter
def amount(price: Decimal) -> str:
    """A sum of prices as the shop writes it."""
    return catalog().amount(price)


@register.filter
def card(product: Any) -> Card:
    """What the host's catalog shows of a product."""
    return catalog().card(product)


def _outfits_of(product: Any, *, query: QueryItems, **asked: Any) -> Outfits:
    return outfits_of([product], query=query, **asked)


def _unbroken(
    selector: Callable[..., Answer],
    context: Context,
    product: Any,
    *,
    otherwise: Answer,
    **asked: Any,
) -> Answer:
    try:
        with _savepoint():
            query = _query(context, product)
            if selector is not _outfits_of and query.items:
                return selector(product, question=query.items[0].question, **asked)
            return selector(product, query=query, **asked) if query.items else otherwise
    except DatabaseError as error:
        name = selector.__name__.lstrip("_")
        log.warning("No %s for product %s: %s", name, product.pk, error)
        return otherwise


def _query(context: Context, product: Any) -> QueryItems:
    """What is known of the product, asked once for all that this page draws beside it; one query."""
    notes: Any = context.render_context
    known: dict[Any, QueryItems] = notes.setdefault(QUERIES, {})
    if product.pk not in known:
        known[product.pk] = query_items([product])
    return known[product.pk]


def _savepoint() -> AbstractContextManager[Any]:
    """Keep a failed statement from poisoning the request's transaction, where there is one."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
