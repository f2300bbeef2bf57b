"""Broken promises are counted, shown with an example, and mended where no person is needed."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db.models.functions import Now

from recommender.models import (
    Checkpoint,
    Embedding,
    EmbeddingJob,
    Pairing,
    PairingJob,
    Picture,
)
from recommender.pipeline.consistency import findings, progress, repair
from recommender.testing import photo, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(checkpoints, blouse, skirt, make_picture):
    """A blouse and a skirt with everything they must have."""
    make_picture(blouse, "crimson")
    make_picture(skirt, "navy")
    work_off()


def codes():
    return {finding.code: finding.count for finding in findings()}


def test_a_healthy_shop_has_no_findings(shop):
    assert findings() == []


def test_an_empty_shop_needs_only_a_checkpoint(db):
    assert [finding.code for finding in findings()] == ["no_checkpoint"]


def test_pictures_nobody_noted_are_found_and_repaired(shop):
    Picture.objects.all().delete()

    assert codes() == {"unseen": 2}
    assert repair() == 4
    work_off()
    assert findings() == []


def test_a_file_that_changed_its_name_unnoticed_is_found_and_repaired(shop, blouse):
    file = blouse.pictures.get().file
    name = file.storage.save("renamed.jpg", ContentFile(photo("crimson")))
    blouse.pictures.update(file=name)

    assert codes() == {"renamed": 1}
    repair()
    work_off()
    assert findings() == []
    assert Picture.objects.get(product=blouse).name == name


def test_what_is_hidden_for_a_while_is_kept_up(shop, blouse, make_picture):
    type(blouse).objects.filter(pk=blouse.pk).update(is_published=False)
    Picture.objects.filter(product=blouse).update(name="of-old.jpg")

    assert codes() == {"renamed": 1}
    repair()
    assert "renamed" not in codes()


def test_what_shoppers_never_saw_is_no_finding_and_no_work(shop, blouse):
    Picture.objects.filter(product=blouse).delete()
    type(blouse).objects.filter(pk=blouse.pk).update(is_published=False)

    assert findings() == []
    assert repair() == 0


def test_missing_vectors_are_found_and_repaired(shop, blouse):
    Embedding.objects.filter(picture__product=blouse, checkpoint__purpose="VISUAL").delete()

    assert codes() == {"missing": 1}
    assert repair() == 1
    work_off()
    assert findings() == []


def test_a_vector_missing_with_its_job_is_found_too(shop):
    Embedding.objects.all().delete()
    EmbeddingJob.objects.all().delete()

    assert codes() == {"missing": 2}


def test_pictures_that_wait_for_a_worker_are_found(shop, skirt, make_picture):
    make_picture(skirt, "green", position=1)

    assert codes() == {"waiting": 1}


def test_failed_pictures_are_found_and_left_to_the_merchant(shop, blouse):
    EmbeddingJob.objects.filter(picture__product=blouse).update(state="DEAD", error="Broken.")

    assert codes() == {"failed": 1}
    assert repair() == 0
    assert codes() == {"failed": 1}


def test_vectors_of_older_bytes_are_found_and_repaired(shop):
    Embedding.objects.filter(checkpoint__purpose="STYLE").update(sha256="f" * 64)

    assert codes() == {"stale": 2}
    assert repair() == 2
    work_off()
    assert findings() == []


@pytest.mark.parametrize("vector", [[0.0] * 19, [1.0] * 19, [1.0, *[0.0] * 18]])
def test_vectors_of_the_wrong_length_are_found(shop, blouse, vector):
    own = Embedding.objects.filter(picture__product=blouse, checkpoint__purpose="VISUAL")
    own.update(vector=vector)

    assert codes() == {"not_unit": 1}


def test_jobs_whose_worker_fell_silent_are_found(shop, blouse):
    EmbeddingJob.objects.filter(picture__product=blouse).update(
        state="LEASED", lease_until=Now() - timedelta(hours=1)
    )

    assert codes()["stuck"] == 2


def test_pairings_of_a_retired_scorer_are_found_and_dropped(shop):
    Checkpoint.objects.filter(purpose="PAIR").update(state=Checkpoint.State.RETIRED)

    assert codes() == {"mixed": 2}
    repair()
    assert not Pairing.objects.exists()


def test_products_whose_pairing_failed_are_found(shop, blouse):
    PairingJob.objects.filter(product=blouse).update(state="DEAD", error="Out of memory.")

    assert codes() == {"unpaired": 1}


def test_a_finding_names_an_example(shop, blouse):
    EmbeddingJob.objects.filter(picture__product=blouse).update(state="DEAD")

    (finding,) = findings()

    name = Picture.objects.get(product=blouse).name
    assert finding.example.startswith(f"{name} of product {blouse.pk} ")


def test_repairing_a_healthy_shop_queues_nothing(shop):
    assert repair() == 0


def test_progress_counts_jobs_by_state(shop, skirt, make_picture):
    make_picture(skirt, "green", position=1)

    assert progress() == {"PENDING": 2, "LEASED": 0, "DONE": 4, "DEAD": 0}


def test_checking_does_not_cost_a_query_per_product(
    shop, make_product, make_picture, django_assert_max_num_queries
):
    for number in range(6):
        make_picture(make_product(f"top {number}"))

    with django_assert_max_num_queries(24):
        findings()
