"""Does every index exist, and does it find what an exact search finds?"""

from collections.abc import Iterator

from django.db import connection, transaction

from recommender.models import Checkpoint, Embedding
from recommender.pipeline.indexes import existing_indexes, index_name

SAMPLE = 100
NEIGHBOURS = 10
LEAST_RECALL = 0.95
SEARCHED = 200  # as a strip does: hnsw.ef_search
ALIKE = 1e-3  # half precision

# The vector is a constant to the planner, so both ways of finding its neighbours are open to it.
_NEIGHBOURS = """
SELECT vector::halfvec({width}) <#> (SELECT vector::halfvec({width}) FROM recommender_embedding WHERE id = %s)
FROM recommender_embedding WHERE checkpoint_id = {checkpoint} AND slot = '{slot}' ORDER BY 1 LIMIT {count}
"""


def broken_indexes() -> list[str]:
    """Indexes that searches believe in and that are not there, or were never built to their end."""
    there = existing_indexes()
    expected = [index_name(one.pk, slot) for one, slot in _indexed()]
    absent = [name for name in expected if name not in there]
    return sorted({*absent, *(name for name, is_valid in there.items() if not is_valid)})


def forgetful_indexes() -> list[str]:
    """Indexes that find less than 95 % of the nearest ten of a sample; a second or two for each."""
    there = existing_indexes()
    valid = [(one, slot) for one, slot in _indexed() if there.get(index_name(one.pk, slot))]
    return [index_name(one.pk, slot) for one, slot in valid if _recall(one, slot) < LEAST_RECALL]


def rebuild(name: str) -> None:
    """Build an index anew, beside the shop where no transaction is open."""
    how = "" if connection.in_atomic_block else "CONCURRENTLY"
    with connection.cursor() as cursor:
        cursor.execute(f"REINDEX INDEX {how} {name}")


def _indexed() -> Iterator[tuple[Checkpoint, str]]:
    for checkpoint in Checkpoint.objects.exclude(indexes={}):
        for slot in checkpoint.indexes:
            yield checkpoint, slot


def _recall(checkpoint: Checkpoint, slot: str) -> float:
    own = Embedding.objects.filter(checkpoint=checkpoint, slot=slot)
    sample = list(own.order_by("?").values_list("pk", flat=True)[:SAMPLE])
    found = wanted = 0
    for pk in sample:
        exact = _distances(checkpoint, slot, pk, by_index=False)
        near = _distances(checkpoint, slot, pk, by_index=True)
        found += sum(distance <= exact[-1] + ALIKE for distance in near)
        wanted += len(exact)
    return found / wanted if wanted else 1.0


@transaction.atomic
def _distances(checkpoint: Checkpoint, slot: str, pk: int, *, by_index: bool) -> list[float]:
    """The distances of a vector's nearest, itself among them, nearest first."""
    words = {"width": checkpoint.dimension, "checkpoint": checkpoint.pk, "slot": slot}
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {SEARCHED}")
        cursor.execute(f"SET LOCAL enable_indexscan = {'on' if by_index else 'off'}")
        cursor.execute(f"SET LOCAL enable_sort = {'off' if by_index else 'on'}")
        cursor.execute(_NEIGHBOURS.format(count=NEIGHBOURS, **words), [pk])
        return [distance for (distance,) in cursor.fetchall()]
