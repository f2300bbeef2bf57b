"""The products worn in looks, with what a training may know of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.db.models import Q, QuerySet

from recommender import product_columns
from recommender.catalog import catalog, product_model
from recommender.models import LookItem, Picture, Rule
from recommender.pipeline.picture_files import field_of, stored_files

HELD_OUT_ONE_IN = 10
PRODUCTS_AT_ONCE = 200
KNOWN = ("category", "colour", "gender", "season")  # of `Catalog.attributes`, where it has them


@dataclass(frozen=True)
class LookProduct:
    """A product by a key that is safe in any file.

    Words a catalogue does not know are "", but for category and slot, which its pictures may tell.
    `pictures` come in the shoppers' order; those never noted have no `sha256` yet.
    """

    pk: Any
    key: str
    model: str = ""
    slot: str = ""
    category: str = ""
    colour: str = ""
    gender: str = ""
    season: str = ""
    pictures: tuple[Picture, ...] = ()


def is_held_out(look: Any) -> bool:
    """Whether a look is kept for measuring, one in ten; its id alone decides, today and for ever."""
    number = int.from_bytes(sha256(str(look).encode()).digest()[:8])
    return number % HELD_OUT_ONE_IN == 0


def look_keys() -> dict[Any, tuple[Any, ...]]:
    """Every look of at least two products: its id → their primary keys in order; one query."""
    looks: dict[Any, list[Any]] = defaultdict(list)
    items = LookItem.objects.order_by("look_id", "position", "id")
    for look, product in items.values_list("look_id", "product_id").iterator():
        looks[look].append(product)
    return {look: tuple(keys) for look, keys in looks.items() if len(keys) > 1}


def rejected_pairs() -> list[tuple[Any, Any]]:
    """The pairs a merchant gave a thumbs down beside each other, ascending; one query."""
    goes_with = Q(strip=Rule.Strip.GOES_WITH) | Q(strip=Rule.Strip.EVERYWHERE)
    parted = Rule.objects.in_force().filter(
        goes_with, is_feedback=True, product__isnull=False, on_product__isnull=False
    )
    pairs = parted.order_by("on_product_id", "product_id").values_list(
        "on_product_id", "product_id"
    )
    return list(pairs.distinct())


def look_products(keys: Collection[Any]) -> Iterator[LookProduct]:
    """These products in the order of their keys, those hidden from shoppers too.

    A few queries for every two hundred, in flat memory.
    """
    rest = iter(sorted(keys))
    while batch := list(islice(rest, PRODUCTS_AT_ONCE)):
        yield from _rows(batch)


def _rows(keys: Sequence[Any]) -> Iterator[LookProduct]:
    rows = {row.pk: row for row in _description(catalog().products().filter(pk__in=keys))}
    if hidden := set(keys) - rows.keys():
        others = product_model()._base_manager.filter(pk__in=hidden)
        rows |= {row.pk: row for row in _description(others)}
    noted: dict[Any, list[Picture]] = defaultdict(list)
    for picture in Picture.objects.filter(product__in=keys).order_by("position", "id"):
        noted[picture.product_id].append(picture)
    yield from (_look_product(rows[key], noted[key]) for key in keys if key in rows)


def _description(products: QuerySet[Any]) -> QuerySet[Any]:
    offered = product_columns.attributes()
    known = {name: offered[name] for name in KNOWN if name in offered}
    words = {"slot": product_columns.slot(), "model": product_columns.group_key(), **known}
    described: QuerySet[Any] = products.annotate(**{f"worn_{name}": words[name] for name in words})
    return described


def _look_product(row: Any, noted: Sequence[Picture]) -> LookProduct:
    seen = noted[0] if noted else Picture()
    return LookProduct(
        pk=row.pk,
        key=_safe(str(row.pk)),
        model=_word(row, "model"),
        slot=_word(row, "slot") or seen.slot,
        category=_word(row, "category") or seen.category,
        colour=_word(row, "colour"),
        gender=_word(row, "gender"),
        season=_word(row, "season"),
        pictures=_pictures(row, noted),
    )


def _pictures(row: Any, noted: Sequence[Picture]) -> tuple[Picture, ...]:
    """The files the host shows now, with the hashes of those noted."""
    hashes = {picture.name: picture.sha256 for picture in noted}
    return tuple(
        Picture(product_id=row.pk, name=name, field=field_of(file), sha256=hashes.get(name, ""))
        for name, file in stored_files(row).items()
    )


def _word(row: Any, name: str) -> str:
    value = getattr(row, f"worn_{name}", None)
    return "" if value is None else str(value)


def _safe(text: str) -> str:
    """Spell text without spaces, separators and signs that mean something in a path or a table."""
    return quote(text, safe="")
