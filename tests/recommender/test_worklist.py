"""Workers share the jobs in the database: each is done, none twice, none for ever."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from recommender import worklist
from recommender.locks import advisory_lock
from recommender.models import EmbeddingJob, Job, PairingJob, Picture, WorkerReport
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_jobs(checkpoints, blouse):
    """Queue so many pictures of the blouse under one encoder; returns the jobs, oldest first."""

    def make(count, **fields):
        return [
            EmbeddingJob.objects.create(
                picture=Picture.objects.create(product=blouse, name=f"{uuid.uuid4()}.jpg"),
                checkpoint=checkpoints["VISUAL"],
                **fields,
            )
            for _ in range(count)
        ]

    return make


def run_out(claim):
    """Let the lease of a claim run out, as if its worker had died."""
    ids = [job.pk for job in claim.jobs]
    EmbeddingJob.objects.filter(pk__in=ids).update(lease_until=Now() - timedelta(seconds=1))


def test_a_claim_takes_the_newest_pictures_up_to_the_limit(make_jobs):
    oldest, middle, newest = make_jobs(3)

    claim = worklist.claim_embedding_jobs(limit=2)

    assert {job.pk for job in claim.jobs} == {middle.pk, newest.pk}
    assert set(EmbeddingJob.objects.filter(state="PENDING")) == {oldest}


def test_a_claim_of_nothing_is_false(db):
    assert not worklist.claim_embedding_jobs(limit=10)
    assert not worklist.claim_pairing_jobs(limit=10)


def test_a_claim_needs_no_further_query_for_picture_and_checkpoint(
    make_jobs, django_assert_num_queries
):
    make_jobs(3)
    claim = worklist.claim_embedding_jobs(limit=10)

    with django_assert_num_queries(0):
        seen = [(job.picture.name, job.checkpoint.label) for job in claim.jobs]

    assert len(seen) == 3


def test_a_claimed_job_is_not_claimed_again_while_the_lease_lasts(make_jobs):
    make_jobs(1)

    assert worklist.claim_embedding_jobs(limit=10)
    assert not worklist.claim_embedding_jobs(limit=10)


def test_the_attempt_is_counted_when_claimed_and_not_when_finished(make_jobs):
    (job,) = make_jobs(1)

    worklist.claim_embedding_jobs(limit=1)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.LEASED, 1)


def test_a_job_that_is_not_due_yet_is_left_alone(make_jobs):
    make_jobs(1, due_at=Now() + timedelta(seconds=60))

    assert not worklist.claim_embedding_jobs(limit=1)


def test_a_job_whose_worker_fell_silent_is_taken_over(make_jobs):
    (job,) = make_jobs(1)
    first = worklist.claim_embedding_jobs(limit=1)
    run_out(first)

    second = worklist.claim_embedding_jobs(limit=1)

    assert [claimed.pk for claimed in second.jobs] == [job.pk]
    assert second.token != first.token


def test_leases_run_on_the_database_clock_alone(make_jobs, monkeypatch):
    def no_clock():
        raise AssertionError("the worker's own clock was asked")

    make_jobs(1)
    monkeypatch.setattr("django.utils.timezone.now", no_clock)
    monkeypatch.setattr("time.time", no_clock)
    claim = worklist.claim_embedding_jobs(limit=1)
    monkeypatch.undo()

    job = EmbeddingJob.objects.annotate(now=Now()).get(pk=claim.jobs[0].pk)
    assert timedelta(seconds=170) < job.lease_until - job.now <= timedelta(seconds=180)


def claimed(limit=1_000):
    return [job.picture_id for job in worklist.claim_embedding_jobs(limit=limit).jobs]


def test_what_failed_before_goes_after_what_is_new(make_jobs):
    retried = make_jobs(2, attempts=1)
    fresh = make_jobs(2)

    batches = [set(claimed(limit=2)) for _ in range(2)]

    assert batches == [{job.picture_id for job in batch} for batch in (fresh, retried)]


def test_what_crashed_together_is_tried_again_in_eighths_after_what_is_new(make_jobs):
    make_jobs(64)
    run_out(worklist.claim_embedding_jobs(limit=64))
    fresh = make_jobs(1)

    assert claimed() == [fresh[0].picture_id]
    assert [len(claimed()) for _ in range(9)] == [8] * 8 + [0]


def test_the_jobs_of_one_picture_stay_together_when_a_crash_is_narrowed_down(make_jobs, rival):
    encoder = rival()
    for job in make_jobs(3):
        EmbeddingJob.objects.create(picture=job.picture, checkpoint=encoder)
    run_out(worklist.claim_embedding_jobs(limit=10))

    batches = [claimed() for _ in range(3)]

    assert [len(batch) for batch in batches] == [2, 2, 2]
    assert all(len(set(batch)) == 1 for batch in batches)


def test_kills_of_many_batches_leave_every_innocent_job_its_attempts(make_jobs):
    make_jobs(64)
    for _ in range(6):  # the whole batch, then each time another eighth of it
        run_out(worklist.claim_embedding_jobs(limit=64))
    worklist.sweep()

    assert not EmbeddingJob.objects.filter(state=Job.State.DEAD).exists()
    while claim := worklist.claim_embedding_jobs(limit=64):
        worklist.finish(EmbeddingJob, ids=[job.pk for job in claim.jobs], token=claim.token)
    assert EmbeddingJob.objects.filter(state=Job.State.DONE, attempts__lt=3).count() == 64


def test_a_poison_picture_is_found_within_four_runs_and_its_neighbours_are_done(make_jobs):
    poison = make_jobs(32)[13]
    runs = 0
    while claim := worklist.claim_embedding_jobs(limit=64):
        if poison.pk in {job.pk for job in claim.jobs}:
            runs += 1
            run_out(claim)
            worklist.sweep()
        else:
            worklist.finish(EmbeddingJob, ids=[job.pk for job in claim.jobs], token=claim.token)

    states = EmbeddingJob.objects.exclude(state=Job.State.DONE)
    assert [(job.pk, job.state, job.attempts) for job in states] == [(poison.pk, Job.State.DEAD, 3)]
    assert runs == 4


def test_nothing_is_buried_that_did_not_crash_alone(make_jobs, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"MAX_ATTEMPTS": 1}
    make_jobs(2)
    run_out(worklist.claim_embedding_jobs(limit=10))

    worklist.sweep()

    assert [len(claimed()) for _ in range(3)] == [1, 1, 0]


def test_a_worker_leaves_the_jobs_of_encoders_it_does_not_have_to_others(make_jobs, rival):
    (job,) = make_jobs(1)
    other = EmbeddingJob.objects.create(picture=job.picture, checkpoint=rival())

    claim = worklist.claim_embedding_jobs(limit=10, encoders=[other.checkpoint])

    assert [one.pk for one in claim.jobs] == [other.pk]
    assert EmbeddingJob.objects.get(pk=job.pk).attempts == 0


def test_finishing_needs_the_token_of_the_claim(make_jobs):
    make_jobs(1)
    claim = worklist.claim_embedding_jobs(limit=1)
    ids = [job.pk for job in claim.jobs]

    assert worklist.finish(EmbeddingJob, ids=ids, token=uuid.uuid4()) == 0
    assert worklist.finish(EmbeddingJob, ids=ids, token=claim.token) == 1
    assert EmbeddingJob.objects.get().state == Job.State.DONE


def test_a_late_worker_can_do_nothing_to_what_another_took_over(make_jobs):
    make_jobs(1)
    late = worklist.claim_embedding_jobs(limit=1)
    run_out(late)
    worklist.claim_embedding_jobs(limit=1)
    mine = {"ids": [late.jobs[0].pk], "token": late.token}
    why = {"code": "x", "reason": "y"}

    assert worklist.finish(EmbeddingJob, **mine) == 0
    assert worklist.fail(EmbeddingJob, **mine, **why) == 0
    assert worklist.give_up(EmbeddingJob, **mine, **why) == 0
    assert worklist.hand_back(EmbeddingJob, late) == 0


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 30), (1, 60)])
def test_a_failed_job_waits_longer_after_every_attempt(make_jobs, attempts, seconds):
    make_jobs(1, attempts=attempts)
    claim = worklist.claim_embedding_jobs(limit=1)
    ids = [claim.jobs[0].pk]

    worklist.fail(EmbeddingJob, ids=ids, token=claim.token, code="storage_failed", reason="away")

    job = EmbeddingJob.objects.annotate(now=Now()).get()
    assert (job.state, job.error_code, job.error) == ("PENDING", "storage_failed", "away")
    assert seconds - 5 < (job.due_at - job.now).total_seconds() <= seconds


def test_a_job_rests_after_its_last_attempt(make_jobs):
    make_jobs(1, attempts=2)
    claim = worklist.claim_embedding_jobs(limit=1)

    worklist.fail(
        EmbeddingJob, ids=[claim.jobs[0].pk], token=claim.token, code="x", reason="r" * 999
    )

    job = EmbeddingJob.objects.get()
    assert (job.state, job.lease_token, len(job.error)) == ("DEAD", None, 300)


def test_giving_up_puts_a_job_to_rest_at_once(make_jobs):
    make_jobs(1)
    claim = worklist.claim_embedding_jobs(limit=1)

    worklist.give_up(
        EmbeddingJob, ids=[claim.jobs[0].pk], token=claim.token, code="empty", reason="E" * 999
    )

    job = EmbeddingJob.objects.get()
    assert (job.state, job.attempts, job.error) == ("DEAD", 1, "E" * 300)


def test_a_retry_gives_only_dead_jobs_a_new_life(make_jobs):
    make_jobs(1, state=Job.State.DEAD, attempts=3, error_code="crashed", error="Crashed.")
    make_jobs(1, state=Job.State.DONE, attempts=1)

    assert worklist.retry(EmbeddingJob.objects.all()) == 1

    claim = worklist.claim_embedding_jobs(limit=10)
    assert [(job.attempts, job.error) for job in claim.jobs] == [(1, "")]


def test_a_picture_that_kills_every_worker_is_buried_after_three(make_jobs):
    make_jobs(1)
    for _ in range(3):
        run_out(worklist.claim_embedding_jobs(limit=10))

    worklist.sweep()

    job = EmbeddingJob.objects.get()
    assert (job.state, job.attempts, job.error_code) == ("DEAD", 3, worklist.CRASHED)
    assert not worklist.claim_embedding_jobs(limit=10)


def test_a_job_that_ran_out_of_attempts_is_not_claimed_before_the_sweep(make_jobs):
    make_jobs(1)
    for _ in range(3):
        run_out(worklist.claim_embedding_jobs(limit=10))

    assert not worklist.claim_embedding_jobs(limit=10)


def test_a_sweep_says_for_which_kinds_work_is_due(make_jobs, blouse):
    make_jobs(1)

    assert worklist.sweep() == {"embed": True, "pair": False}
    PairingJob.objects.create(product=blouse)
    assert worklist.sweep() == {"embed": True, "pair": True}


def test_a_sweep_notes_its_worker_and_forgets_who_was_silent_for_a_day(db):
    for hours in (23, 25):
        swept_at = Now() - timedelta(hours=hours)
        WorkerReport.objects.create(worker=f"silent for {hours} h", swept_at=swept_at)

    worklist.sweep(worker="here", complaint="no encoder")

    reports = dict(WorkerReport.objects.values_list("worker", "complaint"))
    assert reports == {"silent for 23 h": "", "here": "no encoder"}


def test_pairing_jobs_are_claimed_and_finished_the_same_way(checkpoints, blouse, skirt):
    PairingJob.objects.create(product=blouse)
    PairingJob.objects.create(product=skirt)

    claim = worklist.claim_pairing_jobs(limit=1)
    worklist.finish(PairingJob, ids=[job.pk for job in claim.jobs], token=claim.token)

    assert [job.product_id for job in claim.jobs] == [skirt.pk]
    assert PairingJob.objects.get(state="PENDING").product_id == blouse.pk


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_the_same_instant_never_share_a_job(make_jobs):
    jobs = make_jobs(60)

    claims = in_threads(6, lambda: worklist.claim_embedding_jobs(limit=20))

    claimed = [job.pk for claim in claims for job in claim.jobs]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) <= {job.pk for job in jobs}


@pytest.mark.django_db(transaction=True)
def test_workers_that_go_on_until_nothing_is_left_do_every_job_once(make_jobs):
    jobs = make_jobs(60)

    def work():
        done = []
        while claim := worklist.claim_embedding_jobs(limit=7):
            done += [job.pk for job in claim.jobs]
            worklist.finish(EmbeddingJob, ids=[j.pk for j in claim.jobs], token=claim.token)
        return done

    done = [pk for part in in_threads(4, work) for pk in part]

    assert sorted(done) == [job.pk for job in jobs]
    assert EmbeddingJob.objects.filter(state="DONE", attempts=1).count() == 60


def test_what_a_stopping_worker_hands_back_is_as_if_it_had_never_been_claimed(make_jobs):
    make_jobs(3)

    worklist.hand_back(EmbeddingJob, worklist.claim_embedding_jobs(limit=2))

    jobs = EmbeddingJob.objects.all()
    assert {(job.state, job.attempts, job.lease_token) for job in jobs} == {("PENDING", 0, None)}
    assert len(worklist.claim_embedding_jobs(limit=5).jobs) == 3


def test_suspects_that_are_handed_back_go_no_less_narrow_than_before(make_jobs):
    make_jobs(32)
    run_out(worklist.claim_embedding_jobs(limit=32))
    suspects = worklist.claim_embedding_jobs(limit=32)

    worklist.hand_back(EmbeddingJob, suspects)
    EmbeddingJob.objects.update(lease_until=F("lease_until") - timedelta(seconds=1))

    assert len(suspects.jobs) == 4
    assert {job.attempts for job in EmbeddingJob.objects.all()} == {1}
    assert len(worklist.claim_embedding_jobs(limit=32).jobs) == 4


@pytest.mark.django_db(transaction=True)
def test_a_locked_job_is_passed_over_without_waiting(make_jobs):
    first, second = make_jobs(2)

    with transaction.atomic():
        EmbeddingJob.objects.select_for_update().get(pk=second.pk)
        (claim,) = in_threads(1, lambda: worklist.claim_embedding_jobs(limit=10))

    assert [job.pk for job in claim.jobs] == [first.pk]


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_sweeps_at_once_finds_work(make_jobs):
    make_jobs(1)

    with transaction.atomic():
        advisory_lock("recommender.sweep")
        (other,) = in_threads(1, worklist.sweep)

    assert other == {"embed": False, "pair": False}
    assert worklist.sweep()["embed"]
