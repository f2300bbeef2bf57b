"""Placing an order: all of it or nothing, and never more than there is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from fashionshop.models import Order, OrderLine, Product


class BasketChanged(Exception):  # noqa: N818 -- reads as what happened
    """Something has just sold out or changed its price; nothing was ordered."""


@dataclass(frozen=True)
class Buyer:
    name: str
    email: str
    address: str
    user: AbstractBaseUser | None = None


@transaction.atomic
def place_order(
    token: UUID, pieces: Mapping[tuple[int, str], int], *, total: Decimal, buyer: Buyer
) -> Order:
    """Order so many of each product and size, and take them from the stock.

    The same token gives the same order, also where two requests carry it at once. `total` is what
    the buyer saw and agreed to.

    Raises:
        BasketChanged: there is less than was asked for, or it costs something else now.
    """
    order, is_new = Order.objects.get_or_create(token=token, defaults=vars(buyer))
    if not is_new:
        return order
    products = _locked({pk for pk, _size in pieces})
    _check(pieces, products, total)
    for (pk, _size), quantity in pieces.items():
        Product.objects.filter(pk=pk).update(stock=F("stock") - quantity)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, size=size, quantity=quantity, **_as_bought(products[pk]))
        for (pk, size), quantity in pieces.items()
    )
    return order


def _locked(keys: set[int]) -> dict[int, Product]:
    """The products that are sold, by key; always locked in one order, so that buyers only queue."""
    sold = Product.objects.published().select_for_update(no_key=True)
    return {product.pk: product for product in sold.filter(pk__in=keys).order_by("pk")}


def _check(
    pieces: Mapping[tuple[int, str], int], products: Mapping[int, Product], total: Decimal
) -> None:
    wanted: Counter[int] = Counter()
    for (pk, _size), quantity in pieces.items():
        wanted[pk] += quantity
    is_had = all(pk in products and products[pk].stock >= n for pk, n in wanted.items())
    if not (wanted and is_had and total == sum(products[pk].price * n for pk, n in wanted.items())):
        raise BasketChanged


def _as_bought(product: Product) -> dict[str, object]:
    return {"product": product} | {
        name: getattr(product, name) for name in ("sku", "title", "price")
    }
