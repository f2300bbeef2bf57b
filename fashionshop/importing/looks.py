"""Stores the looks of a catalogue: those of which the shop has at least two products."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from fashionshop.importing.rows import LookRow
from fashionshop.models import Product
from recommender.models import Look, LookItem

BATCH_LOOKS = 200
FEWEST_PRODUCTS = 2


def store_looks(looks: Iterable[LookRow], *, kind: str) -> Iterator[int]:
    """Store looks batch by batch; yields how many of a batch were new or changed.

    A look is known again by its source, `<kind>:<name>`; one that lost products loses them here too.
    """
    waiting = iter(looks)
    while batch := list(islice(waiting, BATCH_LOOKS)):
        yield _store_batch(batch, kind=kind)


@transaction.atomic
def _store_batch(batch: list[LookRow], *, kind: str) -> int:
    """Write what differs; four queries and one per changed look."""
    wanted = _known_products(batch, kind=kind)
    titles = {f"{kind}:{row.name}": row.title for row in batch}
    looks = Look.objects.filter(source__in=wanted).prefetch_related("items")
    stored = {look.source: look for look in looks}
    new = [Look(source=source, title=titles[source]) for source in wanted if source not in stored]
    Look.objects.bulk_create(new)
    LookItem.objects.bulk_create(item for look in new for item in _items(look, wanted[look.source]))
    changed = [
        look
        for source, look in stored.items()
        if look.title != titles[source]
        or [item.product_id for item in look.items.all()] != wanted[source]
    ]
    for look in changed:
        _rewrite(look, title=titles[look.source], products=wanted[look.source])
    return len(new) + len(changed)


def _known_products(batch: list[LookRow], *, kind: str) -> dict[str, list[int]]:
    """Source → primary keys of the products the shop has, for looks that have enough of them."""
    skus = {sku for row in batch for sku in row.skus}
    pks = dict(Product.objects.filter(sku__in=skus).values_list("sku", "pk"))
    known = {
        f"{kind}:{row.name}"[:120]: [pks[sku] for sku in row.skus if sku in pks] for row in batch
    }
    return {source: found for source, found in known.items() if len(found) >= FEWEST_PRODUCTS}


def _items(look: Look, products: list[int]) -> list[LookItem]:
    return [LookItem(look=look, product_id=pk, position=i) for i, pk in enumerate(products)]


def _rewrite(look: Look, *, title: str, products: list[int]) -> None:
    look.title = title
    look.save(update_fields=["title"])
    look.items.all().delete()
    LookItem.objects.bulk_create(_items(look, products))
