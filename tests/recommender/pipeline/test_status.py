"""What a merchant is told about the pictures."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender import worklist
from recommender.models import Checkpoint, EmbeddingJob, Job, WorkerReport
from recommender.pipeline.attendance import Attendance, attendance
from recommender.pipeline.retries import retry_failed_pictures, retry_jobs
from recommender.pipeline.status import (
    NOT_QUEUED,
    State,
    Workload,
    failed_pictures,
    picture_statuses,
    product_state,
    unrecommended_products,
    workload,
)
from recommender.testing import activate_fake_checkpoints, photo, work_off

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TWO = datetime(2026, 5, 4, 14, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def encoders(redis_url):
    return activate_fake_checkpoints()


@pytest.fixture
def dress():
    category = Category.objects.create(name="Dresses", slug="dresses", slot="DRESS")
    return Product.objects.create(sku="D1", title="Dress", category=category, price=1, stock=1)


def picture_of(product, colour="red"):
    return ProductPicture.objects.create(product=product, file=clean_picture(photo(colour)))


def only_status(product):
    (status,) = picture_statuses(product).values()
    return status


def state_of(product):
    return Product.objects.annotate(state=product_state()).get(pk=product.pk).state


def test_a_product_without_a_picture_says_so(dress):
    assert state_of(dress) == State.NONE
    assert picture_statuses(dress) == {}


def test_an_uploaded_picture_is_queued(dress):
    picture_of(dress)

    assert only_status(dress).state == State.QUEUED
    assert only_status(dress).reason == ""
    assert state_of(dress) == State.QUEUED


def test_a_claimed_picture_is_running(dress):
    picture_of(dress)

    worklist.claim_embedding_jobs(limit=10)

    assert only_status(dress).state == State.RUNNING
    assert state_of(dress) == State.RUNNING


def test_a_picture_every_encoder_has_seen_is_ready(dress):
    picture_of(dress)

    work_off()

    assert only_status(dress).state == State.READY
    assert state_of(dress) == State.READY


def test_a_picture_one_encoder_has_not_seen_is_not_ready(dress, encoders):
    picture_of(dress)
    work_off()

    EmbeddingJob.objects.filter(checkpoint=encoders["STYLE"]).update(state=Job.State.PENDING)

    assert only_status(dress).state == State.QUEUED
    assert state_of(dress) == State.QUEUED


def test_a_failed_attempt_says_why_and_when_the_next_one_is(dress):
    picture_of(dress)
    claim = worklist.claim_embedding_jobs(limit=10)
    ids = [job.pk for job in claim.jobs]

    worklist.fail(EmbeddingJob, ids=ids, token=claim.token, code="x", reason="Storage is away.")

    status = only_status(dress)
    assert status.state == State.QUEUED
    assert status.reason == "Attempt 1 of 3 failed: Storage is away."
    assert status.next_attempt_at > timezone.now()


def fail_for_good(product):
    jobs = EmbeddingJob.objects.filter(picture__product=product)
    jobs.update(state=Job.State.DEAD, attempts=3, error="The file is gone.", error_code="gone")


def test_a_picture_that_failed_for_good_says_why(dress):
    picture_of(dress)
    fail_for_good(dress)

    status = only_status(dress)
    assert (status.state, status.reason, status.attempts) == (State.FAILED, "The file is gone.", 3)


def test_one_failed_picture_makes_a_failed_product(dress):
    picture_of(dress, "red")
    fail_for_good(dress)
    picture_of(dress, "blue")

    states = {status.state for status in picture_statuses(dress).values()}
    assert states == {State.FAILED, State.QUEUED}
    assert state_of(dress) == State.FAILED


def test_without_an_encoder_a_picture_waits_and_says_for_what(dress):
    Checkpoint.objects.all().delete()
    picture_of(dress)

    assert only_status(dress).state == State.QUEUED
    assert only_status(dress).reason == NOT_QUEUED
    assert state_of(dress) == State.QUEUED


def test_an_encoder_built_in_the_shadow_does_not_make_a_picture_wait(dress, encoders):
    picture_of(dress)
    work_off()
    Checkpoint.objects.filter(pk=encoders["STYLE"].pk).update(state="BUILDING")

    EmbeddingJob.objects.filter(checkpoint=encoders["STYLE"]).update(state=Job.State.DEAD)

    assert state_of(dress) == State.READY


def test_statuses_cost_two_queries(dress, django_assert_num_queries):
    picture_of(dress, "red")
    picture_of(dress, "blue")

    with django_assert_num_queries(2):
        assert len(picture_statuses(dress)) == 2


def test_retrying_touches_only_failed_pictures(dress):
    picture_of(dress, "red")
    fail_for_good(dress)
    picture_of(dress, "blue")
    work_off()

    assert retry_failed_pictures(Product.objects.all()) == 1
    assert sorted(EmbeddingJob.objects.values_list("state", flat=True)) == [
        *("DONE", "DONE"),
        *("PENDING", "PENDING"),
    ]


def test_retrying_where_nothing_failed_does_nothing(dress):
    picture_of(dress)

    assert retry_failed_pictures(Product.objects.all()) == 0
    assert retry_jobs(EmbeddingJob.objects.all()) == 0


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        (Attendance(is_silent=False, last_at=NOW), ""),
        (Attendance(is_silent=True), "No worker has been here yet. The shop goes on"),
        (Attendance(is_silent=True, last_at=TWO), "No worker since 14:02. The shop goes on"),
        (
            Attendance(is_silent=True, last_at=TWO - timedelta(days=1)),
            "No worker since 03/05/2026 14:02. The shop goes on",
        ),
    ],
)
def test_it_is_told_since_when_no_worker_is_there(there, sentence):
    with timezone.override("UTC"):
        assert there.sentence(now=TWO + timedelta(hours=1)).startswith(sentence)


def test_a_worker_is_there_while_it_sweeps_or_works(dress):
    picture_of(dress)
    assert attendance().is_silent

    worklist.sweep(worker="w1")
    assert (attendance().is_silent, attendance().worker) == (False, "w1")

    WorkerReport.objects.update(swept_at=TWO)
    assert attendance().is_silent
    worklist.claim_embedding_jobs(limit=1)
    assert not attendance().is_silent


def test_products_that_no_encoder_has_seen_have_no_recommendations(dress):
    picture_of(dress)

    assert unrecommended_products() == 1


def test_failed_pictures_are_those_of_the_products_asked_for(dress):
    picture_of(dress)
    fail_for_good(dress)

    assert failed_pictures(Product.objects.filter(pk=dress.pk)).count() == 1
    assert failed_pictures(Product.objects.exclude(pk=dress.pk)).count() == 0


def test_the_workload_counts_every_picture_once(dress, django_assert_num_queries):
    picture_of(dress, "red")
    fail_for_good(dress)
    picture_of(dress, "blue")

    with django_assert_num_queries(2):
        load = workload()

    assert (load.queued, load.running, load.ready, load.failed) == (1, 0, 0, 1)
    assert load.sentence(now=timezone.now()) == "1 picture waiting, 1 failed."


@pytest.mark.parametrize(
    ("load", "sentence"),
    [
        (Workload(0, 0, 0, 0), "No pictures yet."),
        (Workload(0, 0, 1, 0), "1 picture ready."),
        (Workload(8, 4, 9, 1), "12 pictures waiting, 1 failed."),
        (Workload(0, 0, 9, 2), "2 pictures failed."),
        (Workload(2, 0, 0, 0, NOW - timedelta(seconds=50)), "2 pictures waiting."),
        (
            Workload(2, 0, 0, 0, NOW - timedelta(minutes=3)),
            "2 pictures waiting. The queue is 3\xa0minutes behind.",
        ),
    ],
)
def test_the_workload_is_told_in_a_sentence(load, sentence):
    assert load.sentence(now=NOW) == sentence
