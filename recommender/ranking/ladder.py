"""One statement that climbs down a ladder: the next rung is asked only while the strip is not full."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from recommender.ranking.diversity import ONLY_THE_BEST, Diversity
from recommender.ranking.rule_effects import PINNED
from recommender.ranking.rung import Rung
from recommender.ranking.statement import COLUMNS, FAMILY, UNLIMITED, Ranked, variants_of

# What a rung's own query finds; PostgreSQL does not run it where `best` of the rung above is full.
_RUNG = """
rung{number} AS MATERIALIZED (
    SELECT *, {number} AS rung FROM ({query}) AS candidate (pk, slot, grp, score, lift)
    WHERE {switch}
)"""
_SWITCH = "(SELECT count(*) FROM best{above}) < %s"
# The strip so far: one design once, from the highest rung that knows it, and so many of a slot.
_BEST = """
best{number} AS MATERIALIZED (
    {same}
    SELECT pk, slot, grp, score, lift, rung FROM (
        SELECT *, row_number() OVER (PARTITION BY slot ORDER BY {order}) AS place FROM (
            SELECT DISTINCT ON (grp) * FROM ({rows}) AS found
            WHERE score IS NOT NULL AND EXISTS (SELECT FROM rung{number}) ORDER BY grp, {order}
        ) AS design
    ) AS placed
    WHERE place <= %s
)"""
# A rung that gave nothing leaves the strip as it was: nothing is sorted once more.
_SAME = "SELECT * FROM best{above} WHERE NOT EXISTS (SELECT FROM rung{number}) UNION ALL"
_POOL = """
WITH {tables}, pool AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY {order}) AS n FROM best{last} ORDER BY n LIMIT %s
)
"""
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
    is_shown: bool = False


def rank_ladder(
    rungs: Mapping[Rung, QuerySet[Any]],
    *,
    limit: int,
    per_slot: int,
    diversity: Diversity = ONLY_THE_BEST,
) -> list[tuple[Rung, Ranked]]:
    """Fill a strip from the first rung down; one query.

    Each rung is a queryset of eligible products annotated with `reco_score`. Within a rung best
    first, ties by key; at most `per_slot` of a slot. What is pinned is asked for in any case. With
    `diversity`, the best of a rung may give way to what is more unlike those before it.
    """
    rows = _pool(
        rungs,
        limit=diversity.pool(limit),
        per_slot=diversity.pool(per_slot),
        diversity=diversity,
    )
    rung_of = {row.pk: rung for rung, row in rows}
    strip = diversity.choose(
        [row for _rung, row in rows],
        tiers=[(row.is_pinned, rung) for rung, row in rows],
        limit=limit,
        per_slot=per_slot,
    )
    return [(rung_of[row.pk], row) for row in strip]


def _pool(
    rungs: Mapping[Rung, QuerySet[Any]], *, limit: int, per_slot: int, diversity: Diversity
) -> list[tuple[Rung, Ranked]]:
    """What a strip is chosen from, best first."""
    tables, params, asked = _tables(rungs, limit=limit, per_slot=per_slot)
    if not asked:
        return []
    pool = _POOL.format(tables=", ".join(tables), last=len(asked) - 1, order=_ORDER)
    family = FAMILY.format(rows=f"({_down_to(len(asked) - 1)})")
    told = diversity.told([*COLUMNS, "rung", "family.pks"], joined=family)
    with connection.cursor() as cursor:
        cursor.execute(pool + told, [*params, limit])
        return [
            (
                asked[rung],
                Ranked(pk, slot, group, score, {}, lift, variants_of(family, pk), likeness),
            )
            for pk, slot, group, score, lift, rung, family, likeness in cursor.fetchall()
        ]


def standings(
    rungs: Mapping[Rung, QuerySet[Any]], *, group: Any, limit: int, per_slot: int
) -> list[Standing]:
    """The rows that `rank_ladder` would show for their worth alone, and the one of this design; one query.

    All rungs are asked to their end, so this is slower than `rank_ladder`: for questions, not for pages.
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
        is_switched = number > 0 and rung != Rung.PINNED
        switch = _SWITCH.format(above=number - 1) if is_switched else "TRUE"
        tables.append(_RUNG.format(number=number, query=query, switch=switch))
        same = _SAME.format(above=number - 1, number=number) if number else ""
        rows_so_far = _down_to(number)
        tables.append(_BEST.format(number=number, same=same, rows=rows_so_far, order=_ORDER))
        params += [*own, *([limit] if is_switched else []), per_slot]
        asked.append(rung)
    return tables, params, asked


def _down_to(number: int) -> str:
    """What all rungs down to this one have found."""
    return " UNION ALL ".join(f"TABLE rung{above}" for above in range(number + 1))


def _columns(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    return rows.order_by().values_list("pk", "reco_slot", "reco_group", "reco_score", "reco_lift")
