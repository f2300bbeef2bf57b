"""The few PostgreSQL and pgvector expressions that Django has no words for."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import FloatField, Func
from django.db.models.expressions import Combinable, Value
from django.db.models.functions import Cast
from pgvector import HalfVector
from pgvector.django import HalfVectorField


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
        return "-(one.vector <#> other.vector)"
    first, terms = 1, []
    for name, width in parts:
        part = f"vector, {first:d}, {width:d})"
        cosine = f"-(subvector(one.{part} <#> subvector(other.{part})"
        terms.append(f"{float(weights[name])!r}::float8 * {cosine}")
        first += width
    return " + ".join(terms)


def vector_extension_version() -> tuple[int, ...] | None:
    """The installed version of pgvector, or None where it is not installed yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        row = cursor.fetchone()
    return tuple(int(part) for part in row[0].split(".")) if row else None


def try_advisory_lock(name: str) -> bool:
    """Take the named lock until the transaction ends; False when somebody else holds it."""
    return bool(_one("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [name]))


def advisory_lock(name: str) -> None:
    """Wait for the named lock and keep it until the transaction ends."""
    _one("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


@contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Hold the named lock while the block runs, across transactions; gives False if another does.

    It goes with the connection: a process that is killed leaves nothing locked.
    """
    is_ours = bool(_one("SELECT pg_try_advisory_lock(hashtext(%s))", [name]))
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(DatabaseError):  # a lost or broken connection holds no lock any more
                _one("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def is_locked(name: str) -> bool:
    """Whether any connection to this database holds the named lock."""
    return bool(
        _one(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND ((classid::bigint << 32) | objid::bigint) = hashtext(%s)::bigint)",
            [name],
        )
    )


def _one(sql: str, params: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]
