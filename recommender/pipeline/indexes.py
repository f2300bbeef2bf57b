"""Keeps an index of the vectors for every slot that is large enough to need one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from recommender import product_columns
from recommender.catalog import product_model
from recommender.locks import exclusive
from recommender.models import Checkpoint, Embedding, Slot
from recommender.pipeline.picture_sync import serving_encoders
from recommender.vectors import WIDEST_INDEXED

INDEXED_FROM = 10_000  # vectors of a slot; docs/benchmarks.md: from there an index is twice as fast
# pgvector's 64 builds in a third of the time; at 1,000,000 vectors it then finds 8 of the nearest 10.
THOROUGHNESS = 200
DROPPED_BELOW = INDEXED_FROM // 2  # so that a slot at the edge is not indexed every other day
NAME = "reco_near_"
HIGHEST_MEMORY_MB = 2_048
NEIGHBOURS_BYTES = 400  # of a row in the graph while it is built: pgvector's m = 16

# Only rows that changed are written: a vector is a large row, and its index entry with it.
_NOTE = """
UPDATE recommender_embedding AS embedding SET slot = product.slot
FROM recommender_picture AS picture JOIN ({products}) AS product (pk, slot)
  ON product.pk = picture.product_id
WHERE picture.id = embedding.picture_id AND embedding.checkpoint_id = ANY(%s)
  AND (%s::bigint[] IS NULL OR picture.id = ANY(%s))
  AND embedding.slot <> left(coalesce(product.slot, ''), 10)
"""
_THERE = """
SELECT name.relname, entry.indisvalid FROM pg_index AS entry
JOIN pg_class AS name ON name.oid = entry.indexrelid
WHERE entry.indrelid = 'recommender_embedding'::regclass AND starts_with(name.relname, %s)
"""
_BUILD = """
CREATE INDEX {concurrently} {name} ON recommender_embedding
USING hnsw ((vector::halfvec({width})) halfvec_ip_ops) WITH (ef_construction = {thoroughness})
WHERE checkpoint_id = {checkpoint} AND slot = '{slot}'
"""


@dataclass(frozen=True)
class MaintenanceReport:
    """The names of the indexes that were built and dropped."""

    built: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def tend_indexes() -> MaintenanceReport:
    """Build the indexes that large slots need, and drop those that nobody needs any more.

    For workers and commands: building takes minutes, while the shop goes on. One at a time; a
    second caller returns at once. A small shop pays one count per encoder.
    """
    with exclusive("recommender.indexes") as is_ours:
        return _maintain() if is_ours else MaintenanceReport()


def existing_indexes() -> dict[str, bool]:
    """The indexes of ours that exist, and whether each was built to its end."""
    with connection.cursor() as cursor:
        cursor.execute(_THERE, [NAME])
        return dict(cursor.fetchall())


def index_name(checkpoint_pk: int, slot: str) -> str:
    return f"{NAME}{checkpoint_pk}_{slot.lower()}"


def note_slots(checkpoints: Iterable[Checkpoint], *, pictures: Iterable[int] | None = None) -> int:
    """Write the products' slots beside their vectors, where they differ; returns how many did.

    Of all pictures, or of these (by key). A slot that is out of date hides a vector from its index and
    from nothing else: what an index proposes is always joined with the host's own slot.
    """
    products = (
        product_model()._default_manager.order_by().annotate(reco_slot=product_columns.slot())
    )
    sql, params = products.values_list("pk", "reco_slot").query.sql_with_params()
    ids = None if pictures is None else list(pictures)
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE.format(products=sql),
            [*params, [checkpoint.pk for checkpoint in checkpoints], ids, ids],
        )
        return int(cursor.rowcount)


def _maintain() -> MaintenanceReport:
    indexable = [one for one in serving_encoders() if 0 < one.dimension <= WIDEST_INDEXED]
    large = [one for one in indexable if one.indexes or _rows(one) >= INDEXED_FROM]
    if large:
        note_slots(large)
    wanted = [index for one in large for index in _large_slots(one)]
    names = {index.name for index in wanted}
    there = existing_indexes()
    unwanted = [name for name, is_valid in there.items() if name not in names or not is_valid]
    _register([index for index in wanted if there.get(index.name)])  # before one is dropped
    for name in unwanted:
        _run(f"DROP INDEX {_concurrently()} IF EXISTS {name}")
    missing = [index for index in wanted if not there.get(index.name)]
    for index in missing:
        _build(index)
    _register(wanted)
    return MaintenanceReport(tuple(index.name for index in missing), tuple(unwanted))


@dataclass(frozen=True)
class _Index:
    checkpoint: Checkpoint
    slot: str
    rows: int

    @property
    def name(self) -> str:
        return index_name(self.checkpoint.pk, self.slot)


def _rows(checkpoint: Checkpoint) -> int:
    return Embedding.objects.filter(checkpoint=checkpoint).count()


def _large_slots(checkpoint: Checkpoint) -> list[_Index]:
    """The slots that should have an index; one that has keeps it until it is far too small."""
    vectors = Embedding.objects.filter(checkpoint=checkpoint, slot__in=Slot.values)
    counted = vectors.values_list("slot").annotate(rows=Count("pk")).order_by("slot")
    return [
        _Index(checkpoint, slot, rows)
        for slot, rows in counted
        if rows >= (DROPPED_BELOW if slot in checkpoint.indexes else INDEXED_FROM)
    ]


def _register(indexes: Iterable[_Index]) -> None:
    """Tell the readers which indexes they may use."""
    slots: dict[int, dict[str, int]] = {}
    for index in indexes:
        slots.setdefault(index.checkpoint.pk, {})[index.slot] = index.rows
    for pk, rows in slots.items():
        Checkpoint.objects.filter(pk=pk).update(indexes=rows)
    Checkpoint.objects.exclude(pk__in=slots).exclude(indexes={}).update(indexes={})


def _build(index: _Index) -> None:
    """Build one index; the graph must fit into memory, or it takes ten times as long."""
    row_bytes = 2 * index.checkpoint.dimension + NEIGHBOURS_BYTES
    memory_mb = min(HIGHEST_MEMORY_MB, 64 + 2 * index.rows * row_bytes // 2**20)
    _run(f"SET maintenance_work_mem = '{memory_mb}MB'")
    _run(
        _BUILD.format(
            concurrently=_concurrently(),
            name=index.name,
            width=index.checkpoint.dimension,
            checkpoint=index.checkpoint.pk,
            slot=index.slot,
            thoroughness=THOROUGHNESS,
        )
    )
    _run("RESET maintenance_work_mem")


def _concurrently() -> str:
    """Within a transaction PostgreSQL builds and drops only while the writers wait."""
    return "" if connection.in_atomic_block else "CONCURRENTLY"


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
