"""A shop that may be broken."""

import io
import os

import pytest
from django.core.management import call_command

from recommender import broker
from recommender.models import WorkerReport
from recommender.switching.checkpoints import activate_checkpoint, shipped_checkpoints
from tests.chaos.shop import Shop, wait_until

QUICK_LEASE = 5  # seconds; a full run takes the product's own


@pytest.fixture
def job_count():
    """How many embeddings are at stake: `CHAOS_JOBS`, by default 200; two for each picture."""
    return int(os.environ.get("CHAOS_JOBS", "200"))


@pytest.fixture
def make_shop(transactional_db, tmp_path, settings, request):
    """Start Redis and let the shipped checkpoints serve; the rest is for the test to start."""
    for folder in shipped_checkpoints():
        activate_checkpoint(folder)

    def make(**recommender):
        shop = Shop(tmp_path, settings.MEDIA_ROOT, **recommender)
        request.addfinalizer(shop.stop)
        settings.RECOMMENDER = settings.RECOMMENDER | {"BROKER_URL": shop.environment["REDIS_URL"]}
        for kept in (broker._producer, broker.redis_connection):  # of another Redis
            kept.cache_clear()
            request.addfinalizer(kept.cache_clear)
        shop.start_redis()
        return shop

    return make


@pytest.fixture
def shop(make_shop):
    """A shop in which a silent worker's jobs are taken over after a few seconds."""
    return make_shop(LEASE_SECONDS=QUICK_LEASE, RETRY_SECONDS=1)


@pytest.fixture
def note(record_property):
    """Note what was seen; it stands below the results."""
    return lambda text: record_property("seen", text)


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            if name == "seen":
                test = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
                terminalreporter.write_line(f"{test}: {text}")


@pytest.fixture
def findings():
    """Call it for what `check_recommender --full` finds, once a worker has reported."""

    def check():
        wait_until(WorkerReport.objects.exists, seconds=25)
        output = io.StringIO()
        try:
            call_command("check_recommender", "--full", "--json", stdout=output)
        except SystemExit:
            return output.getvalue()
        return ""

    return check
