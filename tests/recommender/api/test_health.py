"""Is it up, in tiers: a process, its pages, the work behind them."""

import pytest
from django.db import OperationalError

from recommender import broker
from recommender.models import EmbeddingJob

pytestmark = pytest.mark.django_db


@pytest.fixture
def statuses(client, monkeypatch):
    """What each tier answers; the reply of the last one besides."""
    monkeypatch.setattr(broker, "has_worker", lambda: True)

    def ask():
        tiers = [client.get(f"/healthz/{tier}") for tier in ("process", "app", "pipeline")]
        return [reply.status_code for reply in tiers], tiers[-1].json()

    return ask


def test_all_tiers_are_well_where_everything_answers(statuses):
    codes, said = statuses()

    assert codes == [200, 200, 200]
    assert (said["status"], said["late_seconds"], said["failed"]) == ("ok", 0, 0)


def test_without_a_worker_pages_are_served_and_somebody_is_woken(statuses, monkeypatch):
    monkeypatch.setattr(broker, "has_worker", lambda: False)

    assert statuses()[0] == [200, 200, 503]


def test_without_a_database_only_the_process_is_well(statuses, monkeypatch):
    def gone(*_):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("recommender.pipeline.health.connection.cursor", gone)

    assert statuses()[0] == [200, 503, 503]


def test_a_worker_that_answers_and_does_nothing_is_told_by_what_waits(
    statuses, blouse, make_picture, checkpoints, bells
):
    make_picture(blouse)
    EmbeddingJob.objects.update(due_at="2020-01-01T00:00Z")

    codes, said = statuses()

    assert codes == [200, 200, 503]
    assert said["late_seconds"] > 1e8


def test_the_process_asks_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/healthz/process")
