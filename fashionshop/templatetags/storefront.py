"""What the shop's pages need beyond Django's own tags."""

import json
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from fashionshop.catalog import picture_source
from fashionshop.look_sizes import size_choices, size_chosen
from fashionshop.models import Product, ProductPicture
from fashionshop.sizes import sizes_of
from fashionshop.structured_data import product_data
from recommender.catalog import PictureSource
from recommender.outfits.address import ChoiceView, OutfitChoice
from recommender.strips.items import Strip

register = template.Library()
TO_BASKET = '{}<span class="hidden"> {}</span>'
ADD = f'<button class="quick" type="submit" form="add" name="piece" value="{{}}:">{TO_BASKET}</button>'
ADD_SIZE = '<button type="submit" form="add" name="piece" value="{}:{}">{}</button>'
CHOOSE_SIZE = f'<details class="quick"><summary>{TO_BASKET}</summary>{{}}</details>'
# The same three that Django's json_script escapes: none of them may end or open an element.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.filter
def source(picture: ProductPicture) -> PictureSource:
    """A stored picture as `recommender/picture.html` draws it."""
    return picture_source(picture, alt="")


@register.filter
def sizes(product: Product) -> list[str]:
    """The sizes of a product, one by one."""
    return sizes_of(product.sizes)


@register.simple_tag
def quick_add(product: Product) -> str:
    """The button under a card that puts it in the basket, or one for each size."""
    # Not a template: a page has some forty cards.
    if not product.stock:
        return ""
    sizes = sizes_of(product.sizes)
    words = (gettext("Add to basket"), product.title)
    if len(sizes) < 2:
        return format_html(ADD, product.pk, *words)
    buttons = format_html_join("", ADD_SIZE, ((product.pk, size, size) for size in sizes))
    return format_html(CHOOSE_SIZE, *words, buttons)


@register.filter
def size_in_look(product: Product, choices: Sequence[ChoiceView]) -> str:
    """The size chosen for the pieces of a look, where this one comes in it; else ""."""
    return size_chosen(product, {each.choice.name: each.chosen for each in choices})


@register.simple_tag
def look_choices(product: Product) -> list[OutfitChoice]:
    """What shoppers may choose about a look around the product; one query."""
    return size_choices(product)


@register.simple_tag(takes_context=True)
def product_json_ld(
    context: dict[str, Any], product: Product, *, similar: Strip, goes_with: Strip
) -> SafeString:
    """Tell crawlers and assistants what a page sells and what it recommends."""
    data = product_data(
        product,
        similar=similar,
        goes_with=goes_with,
        address=context["request"].build_absolute_uri,
    )
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 -- escaped above
