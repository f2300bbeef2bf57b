"""Promises that the database itself keeps, looked at again in case its constraints were dropped."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Exists, ForeignKey, OuterRef, QuerySet

from recommender.models import Embedding, EmbeddingJob, Pairing, PairingJob, Picture
from recommender.pipeline.findings import Finding

UNIQUE = {"embedding_is_unique": Embedding, "embedding_job_is_unique": EmbeddingJob}


def rows_astray() -> list[Finding]:
    """Rows that belong to nothing, and rows that are there twice."""
    orphans = sum(rows.count() for rows in _orphans())
    doubled = sum(_repetitions(model).count() for model in UNIQUE.values())
    dropped = _dropped_constraints()
    return [
        Finding("orphaned", "rows whose picture or product is gone", orphans),
        Finding("doubled", "vectors or jobs that a picture has twice", doubled),
        Finding("unguarded", "constraints that somebody dropped", len(dropped), ", ".join(dropped)),
    ]


def mend_rows() -> None:
    """Delete what belongs to nothing and what is there twice, but the newest; put constraints back."""
    for rows in _orphans():
        rows._raw_delete(rows.db)  # what hangs on them is among the orphans itself
    for model in UNIQUE.values():
        _repetitions(model).delete()
    for name in _dropped_constraints():
        (constraint,) = (one for one in UNIQUE[name]._meta.constraints if one.name == name)
        with connection.schema_editor() as editor:
            editor.add_constraint(UNIQUE[name], constraint)


def _orphans() -> Iterator[QuerySet[Any]]:
    for model in (Picture, Embedding, EmbeddingJob, Pairing, PairingJob):
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey):
                owners = field.related_model._base_manager.filter(pk=OuterRef(field.attname))
                yield model._base_manager.filter(~Exists(owners)).order_by()


def _repetitions(model: Any) -> QuerySet[Any]:
    newer = model.objects.filter(
        picture=OuterRef("picture"), checkpoint=OuterRef("checkpoint"), pk__gt=OuterRef("pk")
    )
    older: QuerySet[Any] = model.objects.filter(Exists(newer))
    return older


def _dropped_constraints() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname = ANY(%s)", [list(UNIQUE)])
        there = {name for (name,) in cursor.fetchall()}
    return [name for name in UNIQUE if name not in there]
