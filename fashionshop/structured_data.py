"""A product in the words of schema.org."""

from collections.abc import Callable
from typing import Any

from fashionshop.models import Product
from fashionshop.sizes import sizes_of
from recommender.catalog import Card, catalog
from recommender.strips.items import Strip

Address = Callable[[str], str]


def product_data(
    product: Product, *, similar: Strip, goes_with: Strip, address: Address
) -> dict[str, Any]:
    """Describe a product, what looks like it and what goes with it; costs no query.

    `address` makes a path absolute.
    """
    return {
        "@context": "https://schema.org",
        **_description(catalog().card(product), address),
        "sku": product.sku,
        "category": product.category.name,
        **({"color": product.colour} if product.colour else {}),
        **({"description": product.description} if product.description else {}),
        **({"size": sizes_of(product.sizes)} if product.sizes else {}),
        "isSimilarTo": _products(similar, address),
        "isRelatedTo": _products(goes_with, address),
    }


def _products(strip: Strip, address: Address) -> list[dict[str, Any]]:
    return [_description(item.card, address) for item in strip.items]


def _description(card: Card, address: Address) -> dict[str, Any]:
    state = "InStock" if card.is_available else "OutOfStock"
    return {
        "@type": "Product",
        "name": card.title,
        "url": address(card.url),
        **({"image": address(card.picture.src)} if card.picture else {}),
        "offers": {
            "@type": "Offer",
            "url": address(card.url),
            "price": f"{card.price:.2f}",
            "priceCurrency": card.currency,
            "availability": f"https://schema.org/{state}",
        },
    }
