"""The same picture and weights give the same vector, or the worker says that they do not."""

import pytest

from recommender.models import Embedding, WorkerReport
from workers import recheck, tasks
from workers.embedding import embed_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checkpoints")]


@pytest.fixture(autouse=True)
def no_doubts():
    recheck._doubts.clear()
    yield
    recheck._doubts.clear()


def test_what_was_stored_is_seen_again(upload):
    upload("red", "red")
    embed_due()

    tasks.tend_indexes()

    assert recheck.doubt() == ""


def test_a_worker_that_sees_otherwise_says_so_until_it_sees_the_same_again(upload, redis_url):
    upload("red", "red")
    embed_due()
    stored = Embedding.objects.get(checkpoint__name="visual")
    Embedding.objects.filter(pk=stored.pk).update(vector=stored.vector[7:] + stored.vector[:7])

    tasks.tend_indexes()
    tasks.sweep()

    assert "look otherwise to visual@" in WorkerReport.objects.get().complaint

    Embedding.objects.filter(pk=stored.pk).update(vector=stored.vector)
    tasks.tend_indexes()
    tasks.sweep()

    assert WorkerReport.objects.get().complaint == ""


def test_a_shop_without_pictures_gives_nothing_to_doubt():
    recheck.look_again()

    assert recheck.doubt() == ""
