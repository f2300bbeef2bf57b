"""Stores what readers read: products, pictures, categories and looks, a batch per transaction.

A batch is stored whole, with the jobs of its pictures, or not at all. Whatever a killed import has
stored stays; the next run passes over it quickly and goes on.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice

from django.db import transaction

from fashionshop.importing.categories import Categories
from fashionshop.importing.gallery import Gallery, store_galleries
from fashionshop.importing.mapping import CATEGORY
from fashionshop.importing.pictures import Fetched, fetch_picture
from fashionshop.importing.products import FIELDS, has_price, new_product, update_product
from fashionshop.importing.rows import Fault, Question, Row
from fashionshop.models import Product, ProductPicture
from recommender.pipeline.picture_sync import sync_products

BATCH_ROWS = 64  # as many as the CPU worker takes at once
# Pillow works outside the interpreter's lock; beyond this the disk is the limit, not the cores.
THREADS = min(8, (os.cpu_count() or 2))

NO_PICTURE = "The row has no picture."
NO_PRICE = "The product has no price: it is kept as a draft, which shoppers do not see."


@dataclass(frozen=True)
class Outcome:
    """What became of one batch."""

    new: int
    changed: int
    unchanged: int
    faults: tuple[Fault, ...]
    questions: tuple[Question, ...] = ()

    @property
    def rows(self) -> int:
        skipped = sum(not fault.is_imported for fault in self.faults)
        return self.new + self.changed + self.unchanged + skipped


@dataclass
class _Entry:
    """A row on its way into the shop."""

    row: Row
    product: Product | None
    stored: list[ProductPicture]
    fetching: list[Future[Fetched]]

    @property
    def fetched(self) -> list[Fetched]:
        """The row's usable pictures, the same bytes once; waits until they are all read."""
        usable = {
            each.source_sha256: each
            for each in (future.result() for future in self.fetching)
            if not each.problem
        }
        return list(usable.values())

    @property
    def problems(self) -> list[str]:
        price = () if has_price(self.row, self.product) else (NO_PRICE,)
        return [*self.picture_problems, *price]

    @property
    def picture_problems(self) -> list[str]:
        found = [future.result().problem for future in self.fetching]
        return [*self.row.problems, *filter(None, found)]


def store_products(entries: Iterable[Row | Fault]) -> Iterator[Outcome]:
    """Store rows batch by batch, as fast as they are asked for; the next batch is read meanwhile."""
    categories = Categories()
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: list[_Entry | Fault] | None = None
        for batch in _batches(_without_repeats(entries)):
            started = _start(batch, pool)
            if waiting is not None:
                yield _store_batch(waiting, categories)
            waiting = started
        if waiting is not None:
            yield _store_batch(waiting, categories)


def _batches(entries: Iterator[Row | Fault]) -> Iterator[list[Row | Fault]]:
    while batch := list(islice(entries, BATCH_ROWS)):
        yield batch


def _without_repeats(entries: Iterable[Row | Fault]) -> Iterator[Row | Fault]:
    """Turn rows whose sku came before into faults. The skus seen are all that grows in memory."""
    first_rows: dict[str, int] = {}
    for entry in entries:
        number = entry.number
        if isinstance(entry, Row) and first_rows.setdefault(entry.sku, number) != number:
            reason = f"The sku is already in row {first_rows[entry.sku]}."
            yield Fault(number=number, sku=entry.sku, reason=reason)
        else:
            yield entry


def _start(batch: list[Row | Fault], pool: ThreadPoolExecutor) -> list[_Entry | Fault]:
    """Look the batch up in the shop and let the threads read its pictures; three queries."""
    skus = [entry.sku for entry in batch if isinstance(entry, Row)]
    products = {
        product.sku: product for product in Product.objects.filter(sku__in=skus).for_cards()
    }
    return [
        _entry(entry, products.get(entry.sku), pool) if isinstance(entry, Row) else entry
        for entry in batch
    ]


def _entry(row: Row, product: Product | None, pool: ThreadPoolExecutor) -> _Entry:
    stored = list(product.pictures.all()) if product else []
    fetch = partial(pool.submit, fetch_picture, known={each.source_sha256 for each in stored})
    fetching = [fetch(path) for path in row.pictures]
    return _Entry(row=row, product=product, stored=stored, fetching=fetching)


@transaction.atomic
def _store_batch(batch: list[_Entry | Fault], categories: Categories) -> Outcome:
    faults = tuple(fault for entry in batch for fault in _faults(entry))
    entries = [entry for entry in batch if isinstance(entry, _Entry) and entry.fetched]
    known = {entry.product.pk for entry in entries if entry.product}
    changed = _store_fields(entries, categories)
    galleries = [
        Gallery(
            product=entry.product,
            stored=entry.stored,
            fetched=entry.fetched,
            is_whole=not entry.picture_problems,
        )
        for entry in entries
    ]
    redrawn = store_galleries(galleries)
    sync_products(
        Product.objects.filter(pk__in=redrawn)
        .order_by("pk")
        .prefetch_related("pictures", "recommender_pictures"),
        changed=(),  # files are named by their bytes
    )
    changed = (changed | redrawn) & known
    return Outcome(
        new=len(entries) - len(known),
        changed=len(changed),
        unchanged=len(known - changed),
        faults=faults,
        questions=tuple(_questions(entries, faults)),
    )


def _questions(entries: list[_Entry], faults: Iterable[Fault]) -> Iterator[Question]:
    """What nobody knows of these rows, a category of the shop without a slot included."""
    yield from (fault.question for fault in faults if fault.question)
    for entry in entries:
        yield from entry.row.questions
        if entry.product and not entry.product.category.slot and entry.row.category:
            yield Question(CATEGORY, entry.product.category.name)


def _store_fields(entries: list[_Entry], categories: Categories) -> set[int]:
    """Create and update the products themselves; returns the keys of those that changed."""
    new, changed = [], []
    for entry in entries:
        if entry.product is None:
            entry.product = new_product(entry.row, categories)
            new.append(entry.product)
        elif update_product(entry.product, entry.row, categories):
            changed.append(entry.product)
    Product.objects.bulk_create(new)
    Product.objects.bulk_update(changed, FIELDS)
    return {product.pk for product in changed}


def _faults(entry: _Entry | Fault) -> list[Fault]:
    if isinstance(entry, Fault):
        return [entry]
    row, is_imported = entry.row, bool(entry.fetched)
    problems = entry.problems if is_imported else entry.picture_problems or [NO_PICTURE]
    return [
        Fault(number=row.number, sku=row.sku, reason=reason, is_imported=is_imported)
        for reason in problems
    ]
