"""Titles, prices and stock for catalogues that state none: made up, but always the same."""

from decimal import Decimal
from hashlib import sha256

# Whole euros from … to …, before the ending; a shop of ordinary prices.
PRICES = {
    "TOP": (20, 60),
    "BOTTOM": (30, 80),
    "DRESS": (40, 120),
    "OUTERWEAR": (70, 220),
    "SHOES": (45, 140),
    "BAG": (30, 130),
    "JEWELLERY": (10, 40),
    "ACCESSORY": (12, 50),
    "": (10, 50),
}
ENDING = Decimal("0.99")
FAMILY_SHARE = 4  # products of a family spread over a quarter of their slot's range
STOCK_LIMIT = 25  # of each product 0 … 24 pieces, so that one in 25 is sold out


def price(*, slot: str, family: str, design: str) -> Decimal:
    """Invent a price: one level per family, a little more or less per design, ending in .99."""
    low, high = PRICES[slot]
    spread = (high - low) // FAMILY_SHARE
    level = low + _number(family) % (high - low - spread)
    return level + _number(design) % (spread + 1) + ENDING


def stock(sku: str) -> int:
    """Invent how many pieces there are."""
    return _number(sku) % STOCK_LIMIT


def if_new(*, title: str, sku: str, slot: str, family: str, design: str = "") -> dict[str, object]:
    """What a product without title, price and stock starts with in the shop."""
    return {
        "title": title,
        "price": price(slot=slot, family=family, design=design or sku),
        "stock": stock(sku),
    }


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:6])
