"""What a shopper has put in the basket: kept in the session, so no cookie is set before that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.sessions.backends.base import SessionBase

from fashionshop.models import Product
from fashionshop.sizes import sizes_of

KEY = "basket"  # in the session: {"12:M": 2}, a product's key and size, and how many of it
MOST_LINES, MOST_OF_A_LINE = 50, 20
LONGEST_KEY = 18  # digits; what is longer is no key of a product


@dataclass(frozen=True)
class BasketLine:
    product: Product
    size: str  # "" where none is chosen, or the product has none
    wanted: int
    quantity: int  # what can be had of it, at most `wanted`

    @property
    def key(self) -> str:
        return f"{self.product.pk}:{self.size}"

    @property
    def sizes(self) -> list[str]:
        return sizes_of(self.product.sizes)

    @property
    def lacks_size(self) -> bool:
        return bool(self.product.sizes.strip()) and not self.size

    @property
    def is_short(self) -> bool:
        return self.quantity < self.wanted

    @property
    def amount(self) -> Decimal:
        return self.product.price * self.quantity


@dataclass(frozen=True)
class Basket:
    """`lines` can be bought; what is `gone` is sold out or not sold any more."""

    lines: Sequence[BasketLine]
    gone: Sequence[BasketLine]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal())

    @property
    def lacks_size(self) -> bool:
        return any(line.lacks_size for line in self.lines)

    @property
    def pieces(self) -> dict[tuple[int, str], int]:
        return {(line.product.pk, line.size): line.quantity for line in self.lines}


def piece_count(session: SessionBase) -> int:
    """How many pieces are in; no query of the catalogue."""
    return sum(_stored(session).values())


def basket_of(session: SessionBase) -> Basket:
    """What is in, in the order in which it was put in, as far as it can be had; two queries.

    Sizes of one product share its stock: those put in first get it.
    """
    stored = _stored(session)
    products = Product.objects.for_cards().in_bulk({_read(key)[0] for key in stored})
    left = {pk: each.stock if each.is_published else 0 for pk, each in products.items()}
    lines = []
    for key, wanted in stored.items():
        pk, size = _read(key)
        if pk in products:
            quantity = min(wanted, left[pk])
            left[pk] -= quantity
            lines.append(BasketLine(products[pk], size, wanted, quantity))
    return Basket([line for line in lines if line.quantity], [o for o in lines if not o.quantity])


def put_in(session: SessionBase, pieces: Iterable[str]) -> list[Product]:
    """Put one of each piece in ("12:M"); gives those that are in stock, one query.

    A size that the product does not come in counts as none; what cannot be had is passed over.
    """
    asked = [_read(piece) for piece in pieces][:MOST_LINES]
    products = Product.objects.published().in_stock().in_bulk({pk for pk, _size in asked})
    found = [(products[pk], size) for pk, size in asked if pk in products]
    basket = _stored(session)
    for product, size in found:
        if size or not _is_chosen(basket, product):
            _count(basket, product, size, quantity=1)
    if found:
        session[KEY] = basket
    return [product for product, _size in found]


def change(session: SessionBase, choices: Mapping[str, tuple[str, str]]) -> None:
    """Set size and number of lines, by key; 0 takes a line out, and no number leaves it; one query."""
    stored = _stored(session)
    products = Product.objects.in_bulk({_read(key)[0] for key in stored})
    basket: dict[str, int] = {}
    for key, before in stored.items():
        (pk, size), (chosen, text) = _read(key), choices.get(key, ("", ""))
        if pk in products:
            quantity = int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else before
            _count(basket, products[pk], chosen or size, quantity=quantity)
    session[KEY] = basket


def take_out(session: SessionBase, key: str) -> None:
    session[KEY] = {other: count for other, count in _stored(session).items() if other != key}


def empty(session: SessionBase) -> None:
    session.pop(KEY, None)


def _stored(session: SessionBase) -> dict[str, int]:
    return dict(session.get(KEY, {}))


def _count(basket: dict[str, int], product: Product, size: str, *, quantity: int) -> None:
    """Add so many to the line of this size; a product of one size needs no choice."""
    sizes = sizes_of(product.sizes)
    known = sizes[0] if len(sizes) == 1 else size * (size in sizes)
    key = f"{product.pk}:{known}"
    total = min(basket.get(key, 0) + quantity, MOST_OF_A_LINE)
    if total and (key in basket or len(basket) < MOST_LINES):
        basket[key] = total


def _is_chosen(basket: Mapping[str, int], product: Product) -> bool:
    """Whether it is in already, in one of several sizes: a look with it needs no second one."""
    several = len(sizes_of(product.sizes)) > 1
    return several and any(_read(key)[0] == product.pk for key in basket)


def _read(piece: str) -> tuple[int, str]:
    """Read "12:M" as product 12 in M; what makes no sense is product 0, which nobody sells."""
    key, _colon, size = piece.partition(":")
    return (int(key) if key.isdecimal() and len(key) <= LONGEST_KEY else 0), size
