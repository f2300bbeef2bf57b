"""What Prometheus and the logs are told: each stage, what waits, and one id from a request to its work."""

import json
import logging
import re
from logging.config import dictConfig
from pathlib import Path
from types import SimpleNamespace

import pytest
from celery.signals import before_task_publish, task_prerun
from django_guid import clear_guid, get_guid
from prometheus_client import REGISTRY

from recommender import broker, worklist
from recommender.models import EmbeddingJob
from recommender.testing import activate_fake_checkpoints, work_off
from recommender.timing import STAGES, timed

DASHBOARD = Path(__file__).parents[2] / "ops/grafana.json"
REQUEST = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def metrics(admin_client, monkeypatch):
    """The lines that Prometheus reads."""
    monkeypatch.setattr(broker, "has_worker", lambda: True)
    return lambda: admin_client.get("/metrics").content.decode()  # noqa: PLW0108 -- asks anew


def test_strangers_are_told_nothing(client, db):
    assert client.get("/metrics").status_code == 401


def test_jobs_are_counted_by_state_as_the_database_has_them(metrics, sell):
    activate_fake_checkpoints()
    sell("Blouse")
    assert 'recommender_jobs{kind="embedding",state="pending"} 2.0' in metrics()

    work_off()

    assert 'recommender_jobs{kind="embedding",state="pending"} 0.0' in metrics()
    assert 'recommender_jobs{kind="embedding",state="done"} 2.0' in metrics()
    assert "recommender_worker_up 1.0" in metrics()


def test_how_long_the_oldest_job_has_been_due_is_told(metrics, sell):
    activate_fake_checkpoints()
    sell("Blouse")
    EmbeddingJob.objects.update(due_at="2020-01-01T00:00Z")

    late = re.search(r'recommender_due_seconds{kind="embedding"} (\S+)', metrics())[1]

    assert float(late) > 1e8


def test_a_page_is_timed_by_the_name_of_its_address(client, metrics, db):
    client.get("/")

    assert 'shop_page_seconds_count{page="home",status="200"}' in metrics()


def test_a_stage_is_timed_whether_it_ends_well_or_not():
    def count(outcome):
        labels = {"stage": "pair", "outcome": outcome}
        return REGISTRY.get_sample_value("recommender_stage_seconds_count", labels) or 0

    before = count("done"), count("failed")
    timed("pair")(lambda: None)()
    with pytest.raises(ZeroDivisionError):
        timed("pair")(lambda: 1 / 0)()

    assert (count("done"), count("failed")) == (before[0] + 1, before[1] + 1)


def test_a_claim_is_a_stage(db):
    labels = {"stage": "claim", "outcome": "done"}
    before = REGISTRY.get_sample_value("recommender_stage_seconds_count", labels) or 0

    worklist.claim_embedding_jobs(limit=1)

    assert REGISTRY.get_sample_value("recommender_stage_seconds_count", labels) == before + 1


def test_every_metric_and_stage_of_the_dashboard_exists(metrics, client, db):
    client.get("/")
    told = set(re.findall(r"^# TYPE (\S+)", metrics(), re.M))
    queries = re.findall(r'"expr": "((?:[^"\\]|\\.)*)"', DASHBOARD.read_text())
    named = {name for query in queries for name in re.findall(r"\b(?:recommender|shop)_\w+", query)}

    assert len(queries) > 5
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in named} <= told
    stages = {stage for query in queries for stage in re.findall(r'stage=\\"(\w+)', query)}
    assert stages <= set(STAGES)


def test_an_answer_says_by_which_id_the_logs_know_its_request(client, db):
    assert client.get("/", headers={"X-Request-ID": REQUEST})["X-Request-ID"] == REQUEST
    assert client.get("/", headers={"X-Request-ID": "x\n{forged}"})["X-Request-ID"] != "x\n{forged}"


def test_a_worker_hears_by_whose_request_it_was_woken(client, db, monkeypatch):
    sent = []

    def note(headers=None, **_message):
        sent.append(headers)

    # What a commit within the request would do; the test's own transaction never commits.
    monkeypatch.setattr(
        "fashionshop.views.storefront.looks", lambda _: broker._send(broker.EMBED) or []
    )
    before_task_publish.connect(note)
    client.get("/", headers={"X-Request-ID": REQUEST})
    before_task_publish.disconnect(note)
    assert [headers["X-Request-ID"] for headers in sent] == [REQUEST]

    task_prerun.send(sender=None, task=SimpleNamespace(request=sent[0]))

    assert get_guid() == REQUEST
    clear_guid()


def test_a_line_of_the_log_as_json_names_its_request(settings, capsys):
    kept = json.loads(json.dumps(settings.LOGGING))
    kept["handlers"]["console"]["formatter"] = "json"
    kept["root"]["handlers"] = []
    kept["loggers"]["shop.test"] = {"handlers": ["console"], "level": "INFO"}
    dictConfig(kept)

    logging.getLogger("shop.test").info("sold")

    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["level"], line["logger"], line["message"]) == ("INFO", "shop.test", "sold")
    assert {"request", "timestamp", "process"} <= line.keys()
    dictConfig(settings.LOGGING)
