"""Strips for the templates of a host shop.

    {% load recommender %}
    {% similar_strip product %}  {% goes_with_strip product limit=4 %}  {% outfits product %}

draw a strip, and a whole look that a shopper can change piece by piece; `{% similar_products product as strip %}` and `{% goes_with_products product as strip %}`
only fetch it, for a page that draws it its own way. A page with both asks first what both must know,
`{% question_about product as question %}`, and hands it to each: `question=question`. A strip never
breaks the page it is on.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any, TypeVar

from django import template
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext

from recommender.catalog import Card, catalog
from recommender.outfits.address import OutfitChoice, OutfitQuery, outfit_query, outfit_view
from recommender.outfits.answer import OUTFITS, OutfitOptions
from recommender.outfits.answer import outfits as outfits_of
from recommender.outfits.outfit import Outfits
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.question import Question
from recommender.ranking.question import question_about as question_of_product
from recommender.ranking.visible_products import keys_of
from recommender.strips.goes_with import goes_with
from recommender.strips.items import Strip
from recommender.strips.similar import similar_products as products_that_look_like

log = logging.getLogger(__name__)
register = template.Library()
Answer = TypeVar("Answer")


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
def question_about(product: Any) -> Question | None:
    """Fetch what both strips beside a product must know; one query. None when the database cannot say."""
    return _unbroken(_question, product, otherwise=None)


@register.simple_tag
def similar_products(
    product: Any, *, limit: int | None = None, question: Question | None = None
) -> Strip:
    """Fetch what looks like the product, empty when the database cannot say."""
    asked = {"limit": limit, "question": question}
    return _unbroken(products_that_look_like, product, otherwise=Strip(), **asked)


@register.simple_tag
def goes_with_products(
    product: Any, *, limit: int | None = None, question: Question | None = None
) -> Strip:
    """Fetch what goes well with the product, empty when the database cannot say."""
    asked = {"limit": limit, "question": question}
    return _unbroken(goes_with, product, otherwise=Strip(), **asked)


@register.inclusion_tag("recommender/outfit.html", takes_context=True)
def outfits(
    context: Mapping[str, Any],
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


@register.simple_tag
def product_outfits(
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
    return _unbroken(outfits_of, [product], otherwise=Outfits(), **asked)


@register.filter
def amount(price: Decimal) -> str:
    """A sum of prices as the shop writes it."""
    return catalog().amount(price)


@register.filter
def card(product: Any) -> Card:
    """What the host's catalog shows of a product."""
    return catalog().card(product)


def _question(product: Any) -> Question:
    return question_of_product(product.pk)


def _unbroken(
    question: Callable[..., Answer], about: Any, /, *, otherwise: Answer, **asked: Any
) -> Answer:
    try:
        with _savepoint():
            return question(about, **asked)
    except DatabaseError as error:
        log.warning("No %s for product %s: %s", question.__name__, _keys(about), error)
        return otherwise


def _keys(about: Any) -> str:
    products = about if isinstance(about, list) else [about]
    return ", ".join(str(product.pk) for product in products)


def _savepoint() -> AbstractContextManager[Any]:
    """Keep a failed statement from poisoning the request's transaction, where there is one."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
