"""The one statement that ranks: down a ladder, and the next rung is asked only while the strip is not full.

The host's own query (published, in stock, in these slots) is compiled into a materialised common
table for each rung, so that filters and distance are one statement: what is sold out is never
ranked, and if k eligible products exist, k come back. It is exact; docs/decisions.md says up to what
size.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet

from recommender.ranking.diversity import ONLY_THE_BEST, Diversity
from recommender.ranking.kin import Kin
from recommender.ranking.rule_effects import NO_EFFECTS, RuleEffects, put_pins_in_place
from recommender.ranking.rung import Rung
from recommender.ranking.scoring import part_column
from recommender.ranking.tier import Tier

UNLIMITED = 2**31 - 1
COLUMNS = ("pk", "slot", "grp", "tier", "score", "boost", "recency", "kin", "preference")
_ORDER = "tier, rung, score + boost + preference DESC, recency, pk"

# What a rung's own query finds; PostgreSQL does not run it where `best` of the rung above is full.
_RUNG = """
rung{number} AS MATERIALIZED (
    SELECT *, {number} AS rung FROM ({query}) AS candidate ({columns}) WHERE {switch}
)"""
_SWITCH = "(SELECT count(*) FROM best{above}) < %s"
# The strip so far: one design once, from the highest rung that knows it, and so many of a slot.
# A score is NULL where the anchor has no vector: nothing is known.
_BEST = """
best{number} AS MATERIALIZED (
    {same}
    SELECT {columns}, rung FROM (
        SELECT *, row_number() OVER (PARTITION BY slot ORDER BY {order}) AS place FROM (
            SELECT DISTINCT ON (grp) * FROM ({rows}) AS found
            WHERE score IS NOT NULL AND EXISTS (SELECT FROM rung{number}) ORDER BY grp, {order}
        ) AS design
    ) AS placed
    WHERE place <= %s
)"""
# A rung that gave nothing leaves the strip as it was: nothing is sorted once more.
_SAME = "SELECT * FROM best{above} WHERE NOT EXISTS (SELECT FROM rung{number}) UNION ALL"
_FLOORED = "SELECT * FROM {rows} WHERE tier = {pinned} OR (score >= '{floor}'::float8 AND {alike})"
# The same category is never too unlike; what is of another must be about as alike as the best match.
_ALIKE = """tier = {suited} AND (kin = {same}
    OR kin = {near} AND score >= '{share}'::float8 * (SELECT max(score) FROM {rows}))"""
_POOL = """
WITH {tables}, pool AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY {order}) AS n FROM best{last} ORDER BY n LIMIT %s
)
"""
# What else of a design might stand in its place: all that was looked at.
_FAMILY = """
JOIN (
    SELECT grp, array_agg(DISTINCT pk ORDER BY pk) AS pks FROM ({rows}) AS looked_at
    WHERE grp IN (SELECT grp FROM pool) GROUP BY grp
) AS family USING (grp)"""
# The same order without an end: the strip itself, and where the design `grp` would stand.
_STANDINGS = """
WITH {tables}, placed AS (
    SELECT *, row_number() OVER (PARTITION BY slot ORDER BY {order}) AS place FROM best{last}
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY place <= %s ORDER BY {order}) AS rank FROM placed
)
SELECT {columns}, rung, place, rank FROM ranked
WHERE (place <= %s AND rank <= %s) OR grp = %s ORDER BY {order}
"""


@dataclass(frozen=True)
class Ladder:
    """What may fill a strip: the products that each rung offers, from the best-informed down.

    They are eligible ones annotated with `reco_score`. Of what scores below its rung's floor, only
    what is pinned counts; with `least_likeness`, a share of the best match's score, nor does what is
    for another wearer, or of another category and less like than that. `parts` names the cosines a score is made of, `reco_part_<name>`, where
    every rung has them.
    """

    rungs: Mapping[Rung, QuerySet[Any]] = field(default_factory=dict)
    floors: Mapping[Rung, float] = field(default_factory=dict)
    least_likeness: float = 0.0
    parts: Sequence[str] = ()
    effects: RuleEffects = NO_EFFECTS


EVERYTHING = Ladder()


class Placeholder(Expression):
    """A parameter that is filled in when a statement runs, by its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


NOTHING_GIVEN: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Length:
    """How many products a strip shows, how many of a slot, and how unlike each other they are to be."""

    limit: int
    per_slot: int = UNLIMITED
    diversity: Diversity = ONLY_THE_BEST


@dataclass(frozen=True)
class Statement:
    """What finds the rows of a ladder, and what they are read with; the ladder has no rungs any more."""

    ladder: Ladder
    length: Length
    rungs: Sequence[Rung] = ()
    sql: str = ""
    params: Sequence[Any] = ()


@dataclass(frozen=True)
class RankedProduct:
    """One product's place; `parts` are the cosines its score is made of, by name.

    `boost` is what the merchant's rules add to its score for its place in the order, `preference`
    what it is preferred for, of which `kin` is a part; `variants` are
    the keys of the other products of its design that might stand there instead, and `likeness` says
    how alike it is to each of the rows that were found before it.
    """

    pk: Any
    slot: str
    group: str
    rung: Rung
    score: float
    tier: Tier = Tier.SUITED
    boost: float = 0.0
    kin: Kin = Kin.NEAR
    preference: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict)
    variants: Sequence[Any] = ()
    likeness: Sequence[float | None] | None = None

    @property
    def worth(self) -> float:
        """What it is ordered by within its tier and rung."""
        return self.score + self.boost + self.preference


@dataclass(frozen=True)
class Standing:
    """A product's place in the whole order: `place` within its slot, `rank` within the strip.

    Of a product that is crowded out, its slot having used up its share, `rank` counts among those
    like it.
    """

    row: RankedProduct
    place: int
    rank: int
    is_shown: bool = False
    is_crowded_out: bool = False


def rank_ladder(
    ladder: Ladder,
    *,
    limit: int,
    per_slot: int = UNLIMITED,
    diversity: Diversity = ONLY_THE_BEST,
) -> list[RankedProduct]:
    """Fill a strip from the first rung down; one query, exact.

    Within a rung best first, ties by key; one product of each design, at most `per_slot` of a slot.
    What is pinned is asked for in any case, and stands where its rule says. With `diversity`, the
    best of a rung may give way to what is more unlike those before it.
    """
    return ranked_rows(ladder_statement(ladder, Length(limit, per_slot, diversity)))


def ranked_rows(
    statement: Statement, given: Mapping[str, Any] = NOTHING_GIVEN
) -> list[RankedProduct]:
    """Run a ladder's statement with what is `given` filled in; one query."""
    length, pool = statement.length, _pool(statement, given)
    tiers = [(row.tier, row.rung) for row in pool]
    strip = length.diversity.choose_rows(
        pool, tiers=tiers, limit=length.limit, per_slot=length.per_slot
    )
    return put_pins_in_place({row.pk: row for row in strip}, statement.ladder.effects.pins)


def standings(ladder: Ladder, *, group: str, limit: int, per_slot: int) -> list[Standing]:
    """The rows that `rank_ladder` would show for their worth alone, and the one of this design; one query.

    All rungs are asked to their end, so this is slower than `rank_ladder`: for questions, not for pages.
    """
    tables, params, asked = _tables(ladder, limit=UNLIMITED, per_slot=UNLIMITED)
    if not asked:
        return []
    names = _names(ladder)
    words = {"tables": ", ".join(tables), "last": len(asked) - 1, "order": _ORDER}
    sql = _STANDINGS.format(columns=", ".join(names), **words)
    rows = _fetch_rows(sql, [*params, per_slot, per_slot, limit, group])
    return [
        Standing(
            _row(ladder, values, rung=asked[rung]), place, rank, is_crowded_out=place > per_slot
        )
        for *values, rung, place, rank in rows
    ]


def ladder_statement(ladder: Ladder, length: Length) -> Statement:
    """The statement that finds what a strip is chosen from, best first; no query."""
    diversity = length.diversity
    deep = diversity.pool(length.limit)
    tables, params, asked = _tables(ladder, limit=deep, per_slot=diversity.pool(length.per_slot))
    kept = replace(ladder, rungs={})
    if not asked:
        return Statement(kept, length)
    last = len(asked) - 1
    pool = _POOL.format(tables=", ".join(tables), last=last, order=_ORDER)
    columns = ["one.pk", *_names(ladder)[1:], "rung", "family.pks"]
    end = diversity.pool_query(columns, joined=_FAMILY.format(rows=_down_to(last)))
    return Statement(kept, length, asked, pool + end, [*params, deep])


def _pool(statement: Statement, given: Mapping[str, Any]) -> list[RankedProduct]:
    """What a strip is chosen from, best first."""
    if not statement.rungs:
        return []
    params = [given[one.name] if isinstance(one, Placeholder) else one for one in statement.params]
    return [
        _row(statement.ladder, values, rung=statement.rungs[rung], family=family, likeness=likeness)
        for *values, rung, family, likeness in _fetch_rows(statement.sql, params)
    ]


def _tables(
    ladder: Ladder, *, limit: int, per_slot: int
) -> tuple[list[str], list[Any], list[Rung]]:
    """The common tables, their parameters, and the rungs that have any row to give."""
    tables: list[str] = []
    params: list[Any] = []
    asked: list[Rung] = []
    columns = ", ".join(_names(ladder))
    for rung, products in ladder.rungs.items():
        try:
            query, own = _columns(products, ladder).query.sql_with_params()
        except EmptyResultSet:  # a filter that nothing can pass
            continue
        number = len(asked)
        asked.append(rung)
        is_switched = number > 0 and rung != Rung.PINNED
        switch = _SWITCH.format(above=number - 1) if is_switched else "TRUE"
        tables.append(_RUNG.format(number=number, query=query, switch=switch, columns=columns))
        same = _SAME.format(above=number - 1, number=number) if number else ""
        rows = _down_to(number, ladder=ladder, asked=asked)
        words = {"columns": columns, "rows": rows, "order": _ORDER}
        tables.append(_BEST.format(number=number, same=same, **words))
        params += [*own, *([limit] if is_switched else []), per_slot]
    return tables, params, asked


def _down_to(number: int, *, ladder: Ladder = EVERYTHING, asked: Sequence[Rung] = ()) -> str:
    """What all rungs down to this one have found, above the floors of those asked if any are given."""
    tables = [f"TABLE rung{above}" for above in range(number + 1)]
    for above, rung in enumerate(asked):
        tables[above] = _floored(f"rung{above}", ladder, floor=ladder.floors.get(rung, -math.inf))
    return " UNION ALL ".join(tables)


def _floored(rows: str, ladder: Ladder, *, floor: float) -> str:
    if floor == -math.inf and not ladder.least_likeness:
        return f"TABLE {rows}"
    words = {"same": Kin.SAME.value, "near": Kin.NEAR.value, "suited": Tier.SUITED.value}
    alike = _ALIKE.format(rows=rows, share=ladder.least_likeness, **words)
    return _FLOORED.format(
        rows=rows,
        floor=floor,
        pinned=Tier.PINNED.value,
        alike=alike if ladder.least_likeness else "TRUE",
    )


def _names(ladder: Ladder) -> list[str]:
    return [*COLUMNS, *(part_column(name) for name in ladder.parts)]


def _columns(products: QuerySet[Any], ladder: Ladder) -> QuerySet[Any, Any]:
    about = ["pk", "reco_slot", "reco_group", *(f"reco_{name}" for name in COLUMNS[3:])]
    return products.order_by().values_list(*about, *(part_column(name) for name in ladder.parts))


def _fetch_rows(sql: str, params: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _row(
    ladder: Ladder,
    values: Sequence[Any],
    *,
    rung: Rung,
    family: Sequence[Any] = (),
    likeness: Sequence[float | None] | None = None,
) -> RankedProduct:
    pk, slot, group, tier, score, boost, _recency, kin, preference, *cosines = values
    return RankedProduct(
        pk,
        slot,
        group,
        rung,
        score,
        Tier(tier),
        boost,
        Kin(kin),
        preference,
        parts=dict(zip(ladder.parts, cosines, strict=True)),
        variants=[other for other in family if other != pk],
        likeness=likeness,
    )
