"""The few PostgreSQL and pgvector expressions that Django has no words for."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

from django.db import connection
from django.db.models import FloatField, Func
from django.db.models.expressions import Combinable, Expression, Value
from django.db.models.functions import Cast
from pgvector import HalfVector
from pgvector.django import HalfVectorField

# pgvector: no index on halfvec goes beyond; such vectors are searched exactly.
WIDEST_INDEXED = 4_000
WHOLE = "whole"  # the one part of a vector that has no parts
Span = tuple[int, int]  # the number a part starts at, counted from 1, and its width


def part_spans(parts: Sequence[tuple[str, int]]) -> Iterator[tuple[str, Span | None]]:
    """Where each part of a vector lies, from their names and widths; no span is the whole."""
    if not parts:
        yield WHOLE, None
    first = 1
    for name, width in parts:
        yield name, (first, width)
        first += width


def inner_product_sql(one: str, other: str, span: Span | None = None) -> str:
    """SQL: the inner product of two vectors, or of one part of them: the cosine of unit vectors.

    pgvector's `<#>` is its negative.
    """
    if span is not None:
        first, width = span
        one, other = (f"subvector({vector}, {first:d}, {width:d})" for vector in (one, other))
    return f"(-({one} <#> {other}))"


def closeness_sql(parts: Sequence[tuple[str, int]], weights: Mapping[str, float]) -> str:
    """SQL: how alike `one.vector` and `other.vector` are, each part's cosine by its weight."""
    spans = list(part_spans(parts))
    shares = {weights.get(name, 1.0) for name, _span in spans}
    if len(shares) == 1:  # then the whole vectors need not be taken apart
        return f"{float(shares.pop())!r}::float8 * {inner_product_sql('one.vector', 'other.vector', None)}"
    terms = [
        f"{float(weights.get(name, 1.0))!r}::float8 * {inner_product_sql('one.vector', 'other.vector', span)}"
        for name, span in spans
    ]
    return " + ".join(terms)


class InnerProduct(Func):
    """The same as an expression."""

    output_field = FloatField()

    def __init__(
        self, one: Combinable | str, other: Combinable | str, *, span: Span | None = None
    ) -> None:
        super().__init__(one, other)
        self.span = span

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (one, params), (other, more) = (
            compiler.compile(vector) for vector in self.get_source_expressions()
        )
        return inner_product_sql(one, other, self.span), [*params, *more]


def cosines(
    one: Combinable | str, other: Combinable | str, parts: Sequence[tuple[str, int]]
) -> dict[str, Expression]:
    """The cosine of each part of two vectors, by the part's name."""
    return {name: InnerProduct(one, other, span=span) for name, span in part_spans(parts)}


def weighted_sum(terms: Mapping[str, Combinable], weights: Mapping[str, float]) -> Combinable:
    """The sum of the terms, each by the weight of its name; what weighs nothing is not computed."""
    counted = [name for name in terms if weights[name]] or list(terms)
    return reduce(add, (Value(weights[name]) * terms[name] for name in counted))


def vector_value(numbers: Sequence[float]) -> Cast:
    """A vector that comes from outside the database, such as a shopper's photo."""
    value = Value(HalfVector(list(numbers)), output_field=HalfVectorField())
    return Cast(value, HalfVectorField())  # or PostgreSQL would not know which kind of vector it is


def vector_extension_version() -> tuple[int, ...] | None:
    """The installed version of pgvector, or None where it is not installed yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        row = cursor.fetchone()
    return tuple(int(part) for part in row[0].split(".")) if row else None
