"""Which products a shopper may see, recommended or not."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import QuerySet

from recommender import product_columns
from recommender.catalog import catalog, product_model


def visible_products(*, slot: str | None = None, is_available: bool | None = None) -> QuerySet[Any]:
    """The host's visible products, of one slot or availability where asked, in no order yet."""
    shop = catalog()
    products = shop.products().order_by()
    if slot is not None:
        products = products.annotate(reco_slot=product_columns.slot()).filter(reco_slot=slot)
    if is_available is None:
        return products
    # As a subquery, so that neither a join of the host's nor an empty condition changes the list.
    available = shop.products().order_by().filter(shop.available()).values("pk")
    return products.filter(pk__in=available) if is_available else products.exclude(pk__in=available)


def visible_product(key: str, *, with_card: bool = False) -> Any:
    """The product a stranger's text names by its primary key; one query.

    What its card reads is fetched `with_card` alone, in the host's own prefetches.

    Raises:
        ObjectDoesNotExist: no shopper may see such a product, or the text is no key at all.
    """
    products = catalog().products()
    if not with_card:
        products = products.prefetch_related(None)
    try:
        if "\0" in key:  # which PostgreSQL refuses in a text, aborting the transaction
            raise ObjectDoesNotExist(key)
        return products.get(pk=key)
    except (ValueError, ValidationError) as error:
        raise ObjectDoesNotExist(key) from error


def keys_of(texts: Iterable[str]) -> list[Any]:
    """The texts that can be a product's primary key, as such, each once; no query."""
    found: dict[Any, None] = {}
    for text in texts:
        with suppress(ValidationError):
            if "\0" not in text:
                found[product_model()._meta.pk.to_python(text)] = None
    return list(found)
