"""An index that is broken, or finds too little, is seen and built anew."""

import random

import pytest
from django.db import connection

from recommender.models import Checkpoint, Embedding, Picture
from recommender.pipeline import index_audit, indexes
from recommender.pipeline.consistency import findings, repair
from recommender.pipeline.index_audit import broken_indexes, forgetful_indexes
from recommender.testing import SHAPE

pytestmark = pytest.mark.django_db


@pytest.fixture
def indexed(checkpoints, blouse, monkeypatch):
    """Sixty pictures of tops, whose visual vectors have an index."""
    monkeypatch.setattr(indexes, "INDEXED_FROM", 10)
    monkeypatch.setattr(indexes, "DROPPED_BELOW", 5)
    monkeypatch.setattr("recommender.pipeline.consistency.kept_products", lambda: iter(()))
    Checkpoint.objects.exclude(purpose="VISUAL").delete()
    draw = random.Random(0)  # noqa: S311 -- no secret
    pictures = Picture.objects.bulk_create(
        Picture(product=blouse, name=f"{n}.jpg", sha256="") for n in range(60)
    )
    Embedding.objects.bulk_create(
        Embedding(
            picture=one,
            checkpoint=checkpoints["VISUAL"],
            slot="TOP",
            vector=[draw.gauss(0, 1) for _ in range(SHAPE + 3)],
        )
        for one in pictures
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as after a commit
    indexes.tend_indexes()
    return index_audit.index_name(checkpoints["VISUAL"].pk, "TOP")


def codes(**options):
    return {finding.code for finding in findings(**options)}


def test_an_index_that_finds_its_neighbours_is_no_finding(indexed):
    assert forgetful_indexes() == broken_indexes() == []


def test_half_an_index_is_seen_and_built_anew(indexed):
    with connection.cursor() as cursor:  # as a build leaves it that was killed
        cursor.execute(
            "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = %s::regclass", [indexed]
        )

    assert "broken_index" in codes()
    for _twice in range(2):
        repair()
        assert "broken_index" not in codes()
    assert indexes.existing_indexes() == {indexed: True}


def test_an_index_that_forgets_is_seen_when_everything_is_looked_at_and_built_anew(
    indexed, monkeypatch
):
    rebuilt = []
    monkeypatch.setattr(index_audit, "_recall", lambda *_about: 1.0 if rebuilt else 0.9)
    monkeypatch.setattr("recommender.pipeline.consistency.rebuild", rebuilt.append)

    assert "forgetful" in codes(full=True)
    for _twice in range(2):
        repair(full=True)
        assert "forgetful" not in codes(full=True)
    assert rebuilt == [indexed]


def test_recall_is_the_share_of_the_nearest_ten_that_the_index_finds(indexed, monkeypatch):
    visual = Checkpoint.objects.get()
    assert index_audit._recall(visual, "TOP") == 1.0

    exact = index_audit._distances

    def half(*about, by_index):
        return exact(*about, by_index=by_index)[: 5 if by_index else 10]

    monkeypatch.setattr(index_audit, "_distances", half)
    assert index_audit._recall(visual, "TOP") == 0.5


def test_the_audit_reads_through_the_index_and_past_it(indexed, django_assert_num_queries):
    visual, pk = Checkpoint.objects.get(), Embedding.objects.first().pk

    with django_assert_num_queries(6) as asked:
        index_audit._distances(visual, "TOP", pk, by_index=True)
    query = asked.captured_queries[-2]["sql"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {query}")
        assert indexed in str(cursor.fetchall())
        cursor.execute("SET LOCAL enable_sort = on")
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute(f"EXPLAIN {query}")
        assert indexed not in str(cursor.fetchall())


def test_an_index_is_rebuilt_under_its_own_name(indexed):
    index_audit.rebuild(indexed)

    assert indexes.existing_indexes() == {indexed: True}
