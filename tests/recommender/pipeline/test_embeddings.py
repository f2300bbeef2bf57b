"""A result is stored when it is still true, and thrown away when it is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from fashionshop.models import clean_picture
from recommender import worklist
from recommender.models import Embedding, EmbeddingJob, PairingJob, Picture
from recommender.pipeline.embeddings import store_embeddings
from recommender.testing import fake_features, photo, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(checkpoints, blouse, make_picture):
    """A worker's claim of the blouse's one picture, under both encoders."""
    make_picture(blouse)
    return worklist.claim_embedding_jobs(limit=10)


def store(claim, sight=None):
    sights = {job.picture_id: sight or fake_features(photo()) for job in claim.jobs}
    return store_embeddings(sights, jobs=claim.jobs, token=claim.token)


def test_a_sight_is_stored_with_its_predictions(claim):
    assert store(claim) == 2

    picture = Picture.objects.get()
    assert (picture.slot, picture.category, picture.slot_confidence) == ("TOP", "t-shirt", 0.95)
    assert picture.palette == [{"hex": "#aa0000", "share": 1.0}]
    assert {job.state for job in EmbeddingJob.objects.all()} == {"DONE"}
    assert {e.sha256 for e in Embedding.objects.all()} == {picture.sha256}


def test_an_encoder_without_categories_blanks_nothing_that_is_known(claim):
    store(claim)
    EmbeddingJob.objects.update(state="PENDING")
    silent = replace(
        fake_features(photo("navy")), category="", category_confidence=0.0, slot="", palette=[]
    )

    store(worklist.claim_embedding_jobs(limit=10), silent)

    picture = Picture.objects.get()
    assert (picture.category, picture.slot, picture.slot_confidence) == ("t-shirt", "TOP", 0.95)
    assert picture.palette == []


def test_storing_twice_stores_once(claim):
    store(claim)

    assert store(claim) == 0
    assert Embedding.objects.count() == 2


def test_a_vector_is_replaced_and_not_added(claim, blouse):
    store(claim)
    EmbeddingJob.objects.update(state="PENDING")

    store(worklist.claim_embedding_jobs(limit=10), fake_features(photo("navy")))

    assert Embedding.objects.count() == 2


def test_a_worker_whose_lease_ran_out_stores_nothing(claim):
    EmbeddingJob.objects.update(lease_until=Now() - timedelta(seconds=1), attempts=0)
    second = worklist.claim_embedding_jobs(limit=10)

    assert store(claim) == 0
    assert not Embedding.objects.exists()
    assert store(second) == 2


def test_what_was_seen_of_a_replaced_photo_is_thrown_away(claim, blouse):
    picture = blouse.pictures.get()
    picture.file = clean_picture(photo("navy"))
    picture.save()

    assert store(claim) == 0
    assert work_off() == 1
    assert Embedding.objects.filter(sha256=Picture.objects.get().sha256).count() == 2


def test_what_was_seen_of_bytes_that_changed_since_is_thrown_away(claim):
    Picture.objects.update(sha256="f" * 64)

    assert store(claim) == 0


def test_a_product_deleted_meanwhile_is_not_resurrected(claim, blouse):
    blouse.delete()

    assert store(claim) == 0
    assert not Picture.objects.exists()


def test_only_a_new_style_makes_pairings_stale(claim, blouse):
    visual = [job for job in claim.jobs if job.checkpoint.purpose == "VISUAL"]
    sights = {job.picture_id: fake_features(photo()) for job in visual}

    store_embeddings(sights, jobs=visual, token=claim.token)
    assert not PairingJob.objects.exists()

    store(claim)
    assert PairingJob.objects.get().product == blouse


def test_a_new_style_makes_a_running_pairing_start_again(claim, blouse):
    PairingJob.objects.create(product=blouse, attempts=2)
    running = worklist.claim_pairing_jobs(limit=1)

    store(claim)

    assert worklist.finish(PairingJob, ids=[running.jobs[0].pk], token=running.token) == 0
    assert PairingJob.objects.get().attempts == 0


def test_storing_nothing_is_fine(db):
    assert store_embeddings({}, jobs=[], token=EmbeddingJob.new_token()) == 0


def test_a_batch_is_stored_in_a_handful_of_queries(
    checkpoints, make_product, make_picture, django_assert_max_num_queries
):
    for number in range(8):
        make_picture(make_product(f"top {number}"))
    claim = worklist.claim_embedding_jobs(limit=100)

    with django_assert_max_num_queries(14):
        assert store(claim) == 16


def test_delivering_every_bell_twice_changes_nothing(checkpoints, blouse, make_picture):
    make_picture(blouse)
    work_off()
    before = list(Embedding.objects.order_by("pk").values("pk", "sha256", "created_at"))

    assert work_off() == 0
    assert list(Embedding.objects.order_by("pk").values("pk", "sha256", "created_at")) == before
