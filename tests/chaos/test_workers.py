"""Workers that are killed, stopped, doubled, poisoned, or live in another time."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from django.db.models import Count, Max

from recommender import broker
from recommender.models import Embedding, EmbeddingJob, Picture
from tests.chaos.conftest import QUICK_LEASE
from tests.chaos.shop import done_count, is_done, kill, sell, shopper, wait_until

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
POISON = Path(__file__).parent / "poison"
FULL = 1_000  # jobs, from which on the product's own lease is kept


def assert_each_once(pictures):
    """One vector per picture and encoder, all jobs done."""
    assert Embedding.objects.count() == EmbeddingJob.objects.count() == 2 * pictures
    doubled = Embedding.objects.values("picture", "checkpoint").annotate(n=Count("pk"))
    assert not doubled.filter(n__gt=1).exists()
    assert not EmbeddingJob.objects.exclude(state=EmbeddingJob.State.DONE).exists()


def kill_at_random(shop, *, kills, rng):
    """Start workers and kill them, each some moments after it has begun something."""
    for _ in range(kills):
        before = done_count(), set(tokens())
        worker = shop.start_worker()
        wait_until(lambda before=before: is_done() or has_begun(*before), seconds=240)
        time.sleep(rng.uniform(0, 0.6))
        kill(worker)


def has_begun(done, leases):
    return done_count() > done or bool(set(tokens()) - leases)


def tokens():
    leased = EmbeddingJob.objects.filter(state=EmbeddingJob.State.LEASED)
    return leased.values_list("lease_token", flat=True)


def test_workers_killed_at_random_lose_and_double_nothing(make_shop, job_count, findings, note):
    kills = 30 if (is_full := job_count >= FULL) else 8
    shop = make_shop(**({} if is_full else {"LEASE_SECONDS": QUICK_LEASE}))
    port = shop.start_web()
    sell(job_count // 2)
    path = f"/product/{Picture.objects.first().product_id}/"

    with shopper(port, path) as answers:
        kill_at_random(shop, kills=kills, rng=random.Random(1))  # noqa: S311 -- no secret
        left = 2 * (job_count // 2) - done_count()
        shop.start_worker()
        seconds = wait_until(is_done, seconds=900)

    note(f"{kills} kills, {job_count} jobs: the last {left} were done {seconds:.0f} s later.")
    assert_each_once(job_count // 2)
    assert set(answers) == {200}
    assert findings() == ""


def test_without_the_sweep_what_a_killed_worker_held_stays_undone(shop):
    """So the test above would notice if the sweep did nothing."""
    sell(40)
    worker = shop.start_worker(app="tests.chaos.sweepless")
    leased = EmbeddingJob.objects.filter(state=EmbeddingJob.State.LEASED)
    wait_until(leased.exists, seconds=30)
    kill(worker)

    shop.start_worker(app="tests.chaos.sweepless")
    time.sleep(3 * QUICK_LEASE + 5)

    assert not is_done()


def test_a_rolling_restart_hands_back_what_is_not_begun(shop, findings, note):
    sell(200)
    stops = []
    for _ in range(4):
        before = done_count()
        worker = shop.start_worker()
        wait_until(lambda before=before: done_count() > before, seconds=30)
        start = time.monotonic()
        kill(worker, signal.SIGTERM)
        worker.wait(30)
        stops.append(time.monotonic() - start)
        assert not is_done()
        assert not EmbeddingJob.objects.filter(state=EmbeddingJob.State.LEASED).exists()
    note("stopped within " + ", ".join(f"{each:.1f} s" for each in stops))

    shop.start_worker()
    wait_until(is_done, seconds=60)

    assert max(stops) < 15
    assert_each_once(200)
    assert EmbeddingJob.objects.aggregate(most=Max("attempts"))["most"] == 1
    assert findings() == ""


def test_a_picture_that_kills_its_worker_rests_and_its_neighbours_are_done(shop, note):
    sell(40)
    sell(1, size=(97, 89), first=40)
    deaths = 0
    path = os.pathsep.join([str(POISON), shop.environment["PYTHONPATH"]])

    def keep_alive():
        nonlocal deaths
        worker = shop.start_worker(PYTHONPATH=path)
        while worker.poll() is None and not is_done():
            time.sleep(0.1)
        deaths += worker.poll() is not None
        kill(worker)

    wait_until(lambda: is_done() or keep_alive(), seconds=180)

    poisoned = EmbeddingJob.objects.filter(state=EmbeddingJob.State.DEAD)
    assert {job.error_code for job in poisoned} == {"too_costly"}
    assert poisoned.values("picture").distinct().count() == 1
    assert done_count() == 80
    note(f"given up after {deaths} death of a worker")
    assert deaths == 1


def test_a_frozen_worker_that_thaws_doubles_nothing(shop, findings):
    sell(60)
    frozen = shop.start_worker()
    leased = EmbeddingJob.objects.filter(state=EmbeddingJob.State.LEASED)
    wait_until(leased.exists, seconds=30)
    kill(frozen, signal.SIGSTOP)

    shop.start_worker()
    wait_until(is_done, seconds=60)
    kill(frozen, signal.SIGCONT)
    time.sleep(3)

    assert_each_once(60)
    assert findings() == ""


def test_two_workers_and_fifty_bells_do_each_job_once(shop, findings):
    sell(100)
    for _ in range(50):
        broker._send(broker.EMBED)

    shop.start_worker()
    shop.start_worker()
    wait_until(is_done, seconds=60)

    assert_each_once(100)
    assert EmbeddingJob.objects.aggregate(most=Max("attempts"))["most"] == 1
    assert findings() == ""


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
@pytest.mark.parametrize("offset", ["+2h", "-2h"])
def test_a_worker_whose_clock_is_wrong_works_like_any_other(shop, offset, findings, note):
    sell(20)
    clock = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    shop.start_worker(prefix=["faketime", "-f", offset], **clock)
    wait_until(is_done, seconds=60)
    sell(20, first=20)

    seconds = wait_until(is_done, seconds=60)

    note(f"twenty pictures after {seconds:.1f} s")
    assert seconds < 15  # the bell was heard; a sweep comes every twenty seconds
    assert_each_once(40)
    assert findings() == ""
