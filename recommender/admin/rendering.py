"""The small pieces the admin pages are made of: thumbnails, badges, rows of products."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from recommender.catalog import Card, PictureSource, catalog, product_model
from recommender.pipeline.status import PictureStatus, State
from recommender.strips.items import Strip


def thumbnail(picture: PictureSource | None) -> SafeString:
    """A small picture, or an empty frame of the same size; the smallest file that is sharp."""
    return render_to_string(
        "recommender/admin/thumbnail.html", {"picture": picture, "src": _smallest(picture)}
    )


def badge(status: PictureStatus, *, retry_form: str = "") -> SafeString:
    """A state with its reason; `retry_form` is the id of the form that its button sends."""
    return render_to_string(
        "recommender/admin/state.html",
        {"status": status, "is_failed": status.state == State.FAILED, "retry_form": retry_form},
    )


def product_row(cards: Iterable[Card]) -> SafeString:
    """Small pictures of products in a line."""
    row = [(card, thumbnail(card.picture)) for card in cards]
    return render_to_string("recommender/admin/product_row.html", {"row": row})


def marked_cards(strip: Strip, *, marked: set[Any]) -> list[tuple[Card, SafeString, bool]]:
    """A strip's cards with their pictures, and which of the products are `marked`."""
    cards = [(catalog().card(item.product), item.product.pk in marked) for item in strip.items]
    return [(card, thumbnail(card.picture), is_marked) for card, is_marked in cards]


def cards_of(primary_keys: Iterable[Any]) -> dict[Any, Card]:
    """The cards of these products, those hidden from shoppers by name alone.

    One query, and the host's own for cards; another one if any of them is hidden.
    """
    wanted = set(primary_keys)
    shop = catalog()
    cards = {product.pk: shop.card(product) for product in shop.products().filter(pk__in=wanted)}
    hidden = product_model()._default_manager.filter(pk__in=wanted - cards.keys())
    return cards | {
        product.pk: Card(id=str(product.pk), title=str(product), url="", is_available=False)
        for product in (hidden if wanted - cards.keys() else ())
    }


def can_search_products(site: AdminSite) -> bool:
    """Whether the host's product page finds products by name; else a look-up window has to do."""
    page = site._registry.get(product_model())
    return bool(page and page.search_fields)


def product_page(primary_key: Any) -> str:
    """Where the admin shows this product; "" where the host has no such page."""
    options = product_model()._meta
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[primary_key])
    except NoReverseMatch:
        return ""


def rule_page(number: int | None = None, **known: Any) -> str:
    """Where the admin shows a rule; without a number a new one, begun with what is known."""
    name = "change" if number else "add"
    try:
        page = reverse(f"admin:recommender_rule_{name}", args=[number] if number else [])
    except NoReverseMatch:
        return ""
    return f"{page}?{urlencode(known)}" if known else page


def _smallest(picture: PictureSource | None) -> str:
    if picture is None:
        return ""
    widths = next((files for files in picture.srcset.values() if files), None)
    return widths[min(widths)] if widths else picture.src
