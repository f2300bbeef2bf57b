"""The few PostgreSQL and pgvector expressions that Django has no words for."""

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import FloatField, Func
from django.db.models.expressions import Combinable, Value
from django.db.models.functions import Cast
from pgvector import HalfVector
from pgvector.django import HalfVectorField

# pgvector: no index on halfvec goes beyond; such vectors are searched exactly.
WIDEST_INDEXED = 4_000


class InnerProduct(Func):
    """Inner product of two vectors: 1 for equal unit vectors. pgvector's `<#>` is its negative."""

    template = "(-(%(expressions)s))"
    arg_joiner = " <#> "
    output_field = FloatField()


class Part(Func):
    """The `width` numbers of a vector that start at number `first`, counted from 1."""

    function = "subvector"
    output_field = HalfVectorField()

    def __init__(self, vector: Combinable | str, *, first: int, width: int) -> None:
        super().__init__(vector, Value(first), Value(width))


def vector_value(numbers: Sequence[float]) -> Cast:
    """A vector that comes from outside the database, such as a shopper's photo."""
    value = Value(HalfVector(list(numbers)), output_field=HalfVectorField())
    return Cast(value, HalfVectorField())  # or PostgreSQL would not know which kind of vector it is


def closeness(parts: Sequence[tuple[str, int]], weights: Mapping[str, float]) -> str:
    """SQL: how alike `one.vector` and `other.vector` are, each part's cosine by its weight.

    `parts` are the names and widths of a vector's parts; without, the vectors are compared whole.
    """
    if not parts:
        return cosines(parts)[""]
    return " + ".join(
        f"{float(weights[name])!r}::float8 * {cosine}" for name, cosine in cosines(parts).items()
    )


def cosines(parts: Sequence[tuple[str, int]]) -> dict[str, str]:
    """SQL: the cosine of `one.vector` and `other.vector` in each part; without parts, "" names the whole."""
    if not parts:
        return {"": "-(one.vector <#> other.vector)"}
    first, found = 1, {}
    for name, width in parts:
        part = f"vector, {first:d}, {width:d})"
        found[name] = f"-(subvector(one.{part} <#> subvector(other.{part})"
        first += width
    return found


def vector_extension_version() -> tuple[int, ...] | None:
    """The installed version of pgvector, or None where it is not installed yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        row = cursor.fetchone()
    return tuple(int(part) for part in row[0].split(".")) if row else None
