"""A real worker on a real broker."""

import logging
import time

import pytest
from celery.contrib.testing.worker import start_worker

from recommender import broker
from recommender.models import EmbeddingJob, PairingJob
from recommender.switching.checkpoints import activate_checkpoint, shipped_checkpoints
from workers.celery import app


@pytest.fixture
def shipped(transactional_db):
    """The shipped checkpoints, serving."""
    return [activate_checkpoint(folder) for folder in shipped_checkpoints()]


@pytest.fixture
def worker(redis_url, shipped):
    """A Celery worker in threads of this process, listening to every queue."""
    queues = list(broker.QUEUES.values())
    root = logging.getLogger()
    level = root.level
    with start_worker(
        app,
        pool="threads",
        concurrency=4,
        perform_ping_check=False,
        queues=queues,
        loglevel="ERROR",
    ) as running:
        yield running
    root.setLevel(level)  # the worker has set its own


@pytest.fixture
def wait_for_work(worker):
    """Call it to wait until the worker has done everything that is due."""

    def wait(*, seconds=30):
        deadline = time.monotonic() + seconds
        while (
            EmbeddingJob.objects.unfinished().exists() or PairingJob.objects.unfinished().exists()
        ):
            assert time.monotonic() < deadline, "the worker did not finish in time"
            time.sleep(0.05)

    return wait
