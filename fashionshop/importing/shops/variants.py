"""Several lines, one product: sizes are joined, colours are products of one design."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import slugify

from fashionshop.importing.items import Item, if_new, with_sku
from fashionshop.importing.rows import Fault, Row
from fashionshop.sizes import sizes_of

PRICES_DIFFER = "Its variants cost from {low} to {high}; it is shown with the lowest price."


@dataclass(frozen=True)
class Line:
    """One line of an export, or a part of it: a variant, or what is said of the whole product."""

    item: Item
    product: str  # the key of the product it belongs to
    is_variant: bool = False


def products_of(
    lines: Iterable[Line], read: Callable[[Item], Row | Fault]
) -> Iterator[Row | Fault]:
    """Join lines to products, in the order in which products are first named.

    Holds all lines, for systems write those of one product anywhere. A line that cannot be read is
    a fault; the others of its product are joined without it.
    """
    products: dict[str, list[Line]] = {}
    for line in lines:
        products.setdefault(line.product, []).append(line)
    for key, of_product in products.items():
        yield from _products(key, of_product, read)


def _products(
    key: str, lines: list[Line], read: Callable[[Item], Row | Fault]
) -> Iterator[Row | Fault]:
    whole, variants = [], []
    for line in lines:
        row = read(line.item)
        if isinstance(row, Fault):
            yield replace(row, sku=row.sku or key)
        else:
            (variants if line.is_variant else whole).append(row)
    by_colour: dict[str, list[Row]] = {}
    for row in variants:
        by_colour.setdefault((row.colour or "").casefold(), []).append(row)
    for rows in by_colour.values() or ([[]] if whole else []):
        yield _checked(_product(key, whole, rows))


def _product(key: str, whole: Sequence[Row], variants: Sequence[Row]) -> Row:
    rows = (*whole, *variants)
    counting = variants or whole
    colour = _first("colour", variants)
    # A gallery shows all colours: a product of one colour takes the pictures of its variants.
    own = _pictures(variants) if colour else ()
    prices = {row.price for row in counting if row.price is not None} or {
        row.price for row in whole if row.price is not None
    }
    problems = [problem for row in rows for problem in row.problems]
    if len(prices) > 1:
        problems.append(PRICES_DIFFER.format(low=min(prices), high=max(prices)))
    sku = f"{key}-{slugify(colour, allow_unicode=True)}" if colour else key
    texts = ("category", "title", "description", "gender", "season", "is_published")
    return Row(
        number=rows[0].number,
        sku=sku,
        design=key if colour else _first("design", rows),
        pictures=own or _pictures(rows),
        slot=next((row.slot for row in rows if row.slot), ""),
        colour=colour or _first("colour", whole),
        sizes=_sizes(counting) or _sizes(whole),
        price=min(prices, default=None),
        stock=_stock(variants) if _stock(variants) is not None else _stock(whole),
        is_available=_is_available(variants or whole),
        if_new=if_new(sku),
        problems=tuple(dict.fromkeys(problems)),
        questions=tuple(dict.fromkeys(question for row in rows for question in row.questions)),
        **{name: _first(name, rows) for name in texts},
    )


def _first(name: str, rows: Sequence[Row]) -> Any:
    return next((value for row in rows if (value := getattr(row, name)) is not None), None)


def _pictures(rows: Sequence[Row]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(path for row in rows for path in row.pictures))


def _sizes(rows: Sequence[Row]) -> str | None:
    each = dict.fromkeys(size for row in rows for size in sizes_of(row.sizes or ""))
    return " ".join(each)[:120].strip() or None


def _stock(rows: Sequence[Row]) -> int | None:
    counts = [row.stock for row in rows if row.stock is not None]
    return sum(counts) if counts else None


def _is_available(rows: Sequence[Row]) -> bool | None:
    stated = [row.is_available for row in rows if row.is_available is not None]
    return any(stated) if stated else None


def _checked(row: Row) -> Row | Fault:
    return with_sku(Item(number=row.number, cells={"sku": row.sku})).fault or row
