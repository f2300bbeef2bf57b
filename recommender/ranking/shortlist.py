"""Which products are worth measuring: in a large slot an index says so, else all that may be shown.

An index only ever proposes. What it proposes is joined with the host's own query and measured
exactly; where too little of it may be shown, the same statement searches the slot exactly instead.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import Combinable, RawSQL
from pgvector import HalfVector
from pgvector.django import HalfVectorField

from recommender.models import Checkpoint
from recommender.models.pictures import Slot
from recommender.ranking.rule_effects import NO_EFFECTS, RuleEffects
from recommender.ranking.scoring import Search, scored_products

# An index is asked for so many neighbours, as thoroughly (`hnsw.ef_search`, at most 1,000). How many
# of the first pass the filters tells whether it pays to ask again: benchmarks/ranking.py.
EFFORTS = (200, 1_000)
# So many designs for every one shown must be left: recall falls the deeper one reads into what an
# index proposes (0.975 a tenth down, 1.00 a twentieth down), near-duplicates may collapse, and
# diversity chooses among the best few for each one shown.
SPARE = 15

_QUERY = """
asked_{effort} (vector) AS MATERIALIZED (
    SELECT CASE WHEN set_config('hnsw.ef_search', '{effort}', TRUE) <> '' THEN vector END
    FROM ({rows}) AS anchor (vector)
)"""
# Everything that an index is chosen by is a literal: the plan must not depend on a parameter.
_PROPOSALS = """
found_{slot}_{effort} (pk, grp) AS MATERIALIZED (
    WITH near AS MATERIALIZED (
        SELECT picture_id FROM recommender_embedding
        WHERE checkpoint_id = {checkpoint} AND slot = '{slot}' AND {switch}
        ORDER BY (vector::halfvec({width})) <#> (SELECT vector FROM asked_{effort}) LIMIT {effort}
    )
    {rows}
)"""
_NEAR = """
ARRAY(SELECT picture.product_id FROM near
      JOIN recommender_picture AS picture ON picture.id = near.picture_id)"""
# PostgreSQL does not run what stands behind a switch that is off.
_EXACT = """
exact_{slot} (pk) AS MATERIALIZED (
    SELECT pk FROM (
        SELECT pk, row_number() OVER (PARTITION BY slot ORDER BY score DESC, pk) AS place FROM (
            SELECT DISTINCT ON (grp) * FROM ({rows}) AS view (pk, slot, grp, score)
            WHERE score IS NOT NULL AND {switch} ORDER BY grp, score DESC, pk
        ) AS design
    ) AS placed
    WHERE place <= {needed}
)"""
_LEFT = "(SELECT count(DISTINCT grp) FROM found_{slot}_{effort})"
_KEYS = "SELECT pk FROM {name}"
_COUNT = "(SELECT count({of}) FROM {name})"
_PINNED = "pinned (pk) AS MATERIALIZED ({rows})"
_REST = "rest (pk) AS MATERIALIZED (SELECT pk FROM ({rows}) AS other (pk) WHERE {switch})"


EVERYTHING = Q()


def shortlist(
    candidates: QuerySet[Any],
    search: Search,
    *,
    wanted: int,
    spare: int | None = None,
    slots: Collection[str] = (),
    effects: RuleEffects = NO_EFFECTS,
    first: Q = EVERYTHING,
) -> QuerySet[Any]:
    """Narrow `eligible_products` to those near a vector, if an index serves one of the slots.

    At least the nearest `wanted` designs of every slot stay, if so many exist; without slots, of
    all slots. What is pinned stays. Where some come `first` in the order, the nearest of those stay, and
    all others only where those are few. No query of its own. Unchanged are small shops, whatever has
    no index, and what an index cannot know: long strips, and products that rules show earlier.
    With less to `spare` than `SPARE` an index may overlook a few of them.
    """
    indexed = sorted(_slots_with_index(search.checkpoint, slots))
    needed = wanted * (SPARE if spare is None else spare)
    if not indexed or effects.boosts or needed > max(EFFORTS):
        return candidates
    foremost = candidates.filter(first)
    try:
        tables = [_query_table(search, effort) for effort in _efforts(needed)]
        for slot in indexed:
            tables += _slot_tables(foremost, search, slot=slot, needed=needed)
        if not slots or set(slots) - set(indexed):
            others = foremost.exclude(reco_slot__in=indexed)
            tables.append(_exact_table(others, search, slot="others", needed=needed))
        if first:
            tables.append(_rest_table(candidates.exclude(first), tables, needed=needed))
        if effects.pins:
            pinned = candidates.filter(pk__in=list(effects.pins)).values_list("pk")
            tables.append(_table(_PINNED, pinned))
    except EmptyResultSet:  # a filter that nothing can pass
        return candidates
    return candidates.filter(_IsOneOf(F("pk"), _keys(tables)))


def _slots_with_index(checkpoint: Checkpoint, slots: Collection[str]) -> set[str]:
    """The slots that an index serves; only words of our own ever get into a statement."""
    known = set(checkpoint.indexes) & set(Slot.values)
    return known & set(slots) if slots else known


@dataclass(frozen=True)
class _Table:
    """A common table; the tables after it may read it."""

    sql: str
    params: list[Any]

    @property
    def name(self) -> str:
        return self.sql.split(maxsplit=1)[0]


def _efforts(needed: int) -> list[int]:
    """The efforts that may find as much."""
    return [effort for effort in EFFORTS if effort >= needed]


def _query_table(search: Search, effort: int) -> _Table:
    """The vector asked for; whoever reads it has set the effort before the index is opened."""
    known = Checkpoint.objects.filter(pk=search.checkpoint.pk)
    vector = known.annotate(reco_asked=_weighted_vector(search)).values_list("reco_asked")
    return _table(_QUERY, vector, effort=effort)


def _weighted_vector(search: Search) -> Combinable:
    """The vector whose inner product with another is the weighted sum of their parts' cosines."""
    parts = search.checkpoint.parts
    if not parts:
        return search.anchor
    factors = [search.weights[name] for name, width in parts for _number in range(width)]
    return _Times(search.anchor, Value(HalfVector(factors), output_field=HalfVectorField()))


def _slot_tables(
    candidates: QuerySet[Any], search: Search, *, slot: str, needed: int
) -> list[_Table]:
    """What is left of an index's proposals, and the slot's nearest where that is too little."""
    here = candidates.filter(reco_slot=slot)
    near = RawSQL(_NEAR, [])  # noqa: S611 - a constant
    found = here.filter(_IsOneOf(F("pk"), near)).values_list("pk", "reco_group")
    words = {"slot": slot, "checkpoint": search.checkpoint.pk, "width": search.checkpoint.dimension}
    tables, switch, hope = [], "TRUE", "TRUE"
    for effort in _efforts(needed):
        tables.append(
            _table(_PROPOSALS, found, effort=effort, switch=f"{switch} AND {hope}", **words)
        )
        left = _LEFT.format(slot=slot, effort=effort)
        switch = f"{switch} AND {left} < {needed}"  # on while all efforts before left too little
        hope = f"{left} >= {needed * effort // max(EFFORTS)}"  # as many again of those further away
    return [*tables, _exact_table(here, search, slot=slot, needed=needed, switch=switch)]


def _rest_table(others: QuerySet[Any], tables: list[_Table], *, needed: int) -> _Table:
    """What follows where none of the tables holds so many designs; the exact one has each once."""
    counts = [
        _COUNT.format(name=table.name, of="*" if table.name.startswith("exact") else "DISTINCT grp")
        for table in tables
        if not table.name.startswith("asked")
    ]
    switch = f"GREATEST({', '.join(counts)}) < {needed}"
    return _table(_REST, others.values_list("pk"), switch=switch)


def _exact_table(
    candidates: QuerySet[Any], search: Search, *, slot: str, needed: int, switch: str = "TRUE"
) -> _Table:
    scored = scored_products(candidates, search)
    rows = scored.values_list("pk", "reco_slot", "reco_group", "reco_score")
    return _table(_EXACT, rows, slot=slot, switch=switch, needed=needed)


def _table(template: str, rows: QuerySet[Any], **words: Any) -> _Table:
    sql, params = rows.order_by().query.sql_with_params()
    return _Table(template.format(rows=sql, **words), list(params))


def _keys(tables: list[_Table]) -> RawSQL:
    """An array of the keys in all tables that have keys."""
    names = [table.name for table in tables if not table.name.startswith("asked")]
    keys = " UNION ALL ".join(_KEYS.format(name=name) for name in names)
    sql = f"ARRAY(WITH {', '.join(table.sql for table in tables)} {keys})"
    params = [param for table in tables for param in table.params]
    return RawSQL(sql, params)  # noqa: S611 - compiled from querysets and words of our own


class _IsOneOf(Func):
    """Whether a value is in an array; the array is made once, and its rows are fetched by key."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class _Times(Func):
    """Two vectors multiplied number by number."""

    template = "(%(expressions)s)"
    arg_joiner = " * "
    output_field = HalfVectorField()
