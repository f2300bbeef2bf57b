"""One statement that climbs down a ladder: the next rung is asked only while the strip is not full."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from recommender.selectors.ranking import UNLIMITED, Ranked
from recommender.steering import PINNED
from recommender.strips import Rung

# What a rung's own query finds; PostgreSQL does not run it where `best` of the rung above is full.
_RUNG = """
rung{number} AS MATERIALIZED (
    SELECT *, {number} AS rung FROM ({query}) AS candidate (pk, slot, grp, score, lift)
    WHERE {gate}
)"""
_GATE = "(SELECT count(*) FROM best{above}) < %s"
# The strip so far: one design once, from the highest rung that knows it, and so many of a slot.
_BEST = """
best{number} AS MATERIALIZED (
    SELECT pk, slot, grp, score, lift, rung FROM (
        SELECT *, row_number() OVER (PARTITION BY slot ORDER BY {order}) AS place FROM (
            SELECT DISTINCT ON (grp) * FROM ({rows}) AS found
            WHERE score IS NOT NULL ORDER BY grp, {order}
        ) AS design
    ) AS placed
    WHERE place <= %s
)"""
_STRIP = "WITH {tables} SELECT * FROM best{last} ORDER BY {order} LIMIT %s"
# The same order without an end: the strip itself, and where the design `grp` would stand.
_STANDING = """
WITH {tables}, placed AS (
    SELECT *, row_number() OVER (PARTITION BY slot ORDER BY {order}) AS place FROM best{last}
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY place <= %s ORDER BY {order}) AS rank FROM placed
)
SELECT pk, slot, grp, score, lift, rung, place, rank FROM ranked
WHERE (place <= %s AND rank <= %s) OR grp = %s ORDER BY {order}
"""
_ORDER = f"lift < {PINNED / 2}, rung, score + lift DESC, pk"  # what is pinned before all else


@dataclass(frozen=True)
class Standing:
    """A product's place in the whole order: `place` within its slot, `rank` within the strip.

    Of a product whose slot has used up its share, `rank` counts among those like it.
    """

    row: Ranked
    rung: Rung
    place: int
    rank: int


def climb(
    rungs: Mapping[Rung, QuerySet[Any]], *, limit: int, per_slot: int
) -> list[tuple[Rung, Ranked]]:
    """Fill a strip from the first rung down; one query.

    Each rung is a queryset of eligible products annotated with `reco_score`. Within a rung best
    first, ties by key; at most `per_slot` of a slot. What is pinned is asked for in any case.
    """
    tables, params, asked = _tables(rungs, limit=limit, per_slot=per_slot)
    if not asked:
        return []
    strip = _STRIP.format(tables=", ".join(tables), last=len(asked) - 1, order=_ORDER)
    with connection.cursor() as cursor:
        cursor.execute(strip, [*params, limit])
        return [
            (asked[rung], Ranked(pk, slot, group, score, {}, lift))
            for pk, slot, group, score, lift, rung in cursor.fetchall()
        ]


def standing(
    rungs: Mapping[Rung, QuerySet[Any]], *, group: Any, limit: int, per_slot: int
) -> list[Standing]:
    """The rows of the strip that `climb` fills, and the one of this design; one query.

    All rungs are asked to their end, so this is slower than `climb`: for questions, not for pages.
    """
    tables, params, asked = _tables(rungs, limit=UNLIMITED, per_slot=UNLIMITED)
    if not asked:
        return []
    rows = _STANDING.format(tables=", ".join(tables), last=len(asked) - 1, order=_ORDER)
    with connection.cursor() as cursor:
        cursor.execute(rows, [*params, per_slot, per_slot, limit, group])
        return [
            Standing(Ranked(pk, slot, grp, score, {}, lift), asked[rung], place, rank)
            for pk, slot, grp, score, lift, rung, place, rank in cursor.fetchall()
        ]


def _tables(
    rungs: Mapping[Rung, QuerySet[Any]], *, limit: int, per_slot: int
) -> tuple[list[str], list[Any], list[Rung]]:
    """The common tables, their parameters, and the rungs that have any row to give."""
    tables: list[str] = []
    params: list[Any] = []
    asked: list[Rung] = []
    for rung, rows in rungs.items():
        try:
            query, own = _columns(rows).query.sql_with_params()
        except EmptyResultSet:  # a filter that nothing can pass
            continue
        number = len(asked)
        is_gated = number > 0 and rung != Rung.PINNED
        gate = _GATE.format(above=number - 1) if is_gated else "TRUE"
        found = " UNION ALL ".join(f"TABLE rung{above}" for above in range(number + 1))
        tables.append(_RUNG.format(number=number, query=query, gate=gate))
        tables.append(_BEST.format(number=number, rows=found, order=_ORDER))
        params += [*own, *([limit] if is_gated else []), per_slot]
        asked.append(rung)
    return tables, params, asked


def _columns(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    return rows.order_by().values_list("pk", "reco_slot", "reco_group", "reco_score", "reco_lift")
