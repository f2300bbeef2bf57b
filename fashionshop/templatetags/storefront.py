"""What the shop's pages need beyond Django's own tags."""

import json
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from fashionshop.catalog import picture_source
from fashionshop.look_sizes import size_choices, size_chosen
from fashionshop.models import Product, ProductPicture
from fashionshop.sizes import sizes_of
from fashionshop.structured_data import product_data
from recommender.catalog import PictureSource
from recommender.outfits.address import ChoiceView, OutfitChoice
from recommender.strips.items import Strip

register = template.Library()
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
