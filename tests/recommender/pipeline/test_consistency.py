"""Broken promises are counted, shown with an example, and mended where no person is needed."""

import os
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from recommender import worklist
from recommender.models import (
    Checkpoint,
    Embedding,
    EmbeddingJob,
    Pairing,
    PairingJob,
    Picture,
    WorkerReport,
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

    assert codes() == {"unseen": 2, "unfounded": 2}
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

    assert codes() == {"renamed": 1, "altered": 1}
    repair()
    assert "renamed" not in codes()


def test_what_shoppers_never_saw_is_no_finding_and_no_work(shop, blouse):
    Picture.objects.filter(product=blouse).delete()
    Pairing.objects.all().delete()
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


def test_checking_does_not_cost_a_query_per_product(shop, make_product, make_picture):
    with CaptureQueriesContext(connection) as before:
        findings()
    for number in range(6):
        make_picture(make_product(f"top {number}"))

    with CaptureQueriesContext(connection) as after:
        findings()

    assert len(after) - len(before) < 6


def spoil(sql, *params):
    """Do what the constraints of the database forbid."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def file_lost(blouse):
    blouse.pictures.get().file.storage.delete(blouse.pictures.get().file.name)


def file_replaced(blouse):
    file = blouse.pictures.get().file
    file.storage.save(file.name, ContentFile(photo("olive")))


def vector_of_another_width(blouse):
    own = Embedding.objects.filter(picture__product=blouse, checkpoint__purpose="STYLE")
    own.update(vector=[1.0, *[0.0] * 6])


def vector_of_wrong_length(blouse):
    own = Embedding.objects.filter(picture__product=blouse, checkpoint__purpose="VISUAL")
    own.update(vector=[0.0] * 19)


def vector_twice(_blouse):
    spoil("DROP INDEX embedding_is_unique")
    rows = list(Embedding.objects.all())
    for row in rows:
        row.pk = None
    Embedding.objects.bulk_create(rows)
    spoil("SET CONSTRAINTS ALL IMMEDIATE")  # as after a commit


def picture_torn_out(blouse):
    spoil("DELETE FROM recommender_picture WHERE product_id = %s", blouse.pk)


def job_of_a_retired_encoder(blouse):
    retired = Checkpoint.objects.create(name="old", version="0", purpose="STYLE", state="RETIRED")
    EmbeddingJob.objects.create(picture=Picture.objects.get(product=blouse), checkpoint=retired)


def worker_silent_for_an_hour(blouse):
    jobs = EmbeddingJob.objects.filter(picture__product=blouse)
    jobs.update(state="LEASED", company=2, lease_until=Now() - timedelta(hours=1))


def index_gone(_blouse):
    Checkpoint.objects.filter(purpose="VISUAL").update(indexes={"TOP": 20_000})


def no_sweep(_blouse):
    WorkerReport.objects.update(swept_at=Now() - timedelta(minutes=4))


def a_worker_complains(_blouse):
    worklist.sweep(worker="old", complaint="visual@1 is not here.")


SPOILT = {
    file_replaced: {"altered"},
    vector_of_another_width: {"wrong_width"},
    vector_of_wrong_length: {"not_unit"},
    vector_twice: {"doubled", "unguarded"},
    picture_torn_out: {"orphaned", "unseen", "unfounded"},
    job_of_a_retired_encoder: {"unneeded", "waiting"},
    worker_silent_for_an_hour: {"stuck", "waiting"},
    index_gone: {"broken_index"},
    no_sweep: {"no_sweep"},
}


@pytest.mark.parametrize("damage", SPOILT, ids=lambda damage: damage.__name__)
def test_each_broken_promise_is_seen_mended_and_mended_again_without_harm(shop, blouse, damage):
    damage(blouse)

    assert set(codes()) == SPOILT[damage]
    for _twice in range(2):
        repair()
        work_off()
        assert findings() == []
    assert Embedding.objects.count() == 4


def test_a_lost_file_waits_for_the_merchant_and_goes_on_being_said(shop, blouse):
    file_lost(blouse)
    assert codes() == {"altered": 1}

    repair()
    work_off()

    assert {"unreadable": 1, "failed": 1}.items() <= codes().items()
    assert "altered" not in codes()


def test_a_worker_that_leaves_work_to_others_is_named_with_its_reason(shop):
    worklist.sweep(worker="old", complaint="visual@1 is not here.")

    (finding,) = findings()

    assert (finding.code, finding.example) == ("cannot", "old: visual@1 is not here.")
    WorkerReport.objects.filter(worker="old").update(swept_at=Now() - timedelta(hours=1))
    assert findings() == []


def test_a_worker_deep_in_a_long_import_is_not_called_silent(shop, blouse):
    no_sweep(blouse)
    jobs = EmbeddingJob.objects.filter(picture__product=blouse)
    jobs.update(state="LEASED", lease_until=Now() + timedelta(minutes=1))
    assert "no_sweep" not in codes()

    jobs.update(lease_until=Now() - timedelta(seconds=1))
    assert "no_sweep" in codes()


def test_a_repair_is_no_sign_of_life_of_a_worker(shop):
    WorkerReport.objects.all().delete()

    repair()

    assert codes() == {"no_sweep": 1}


@pytest.fixture
def stray(shop, blouse):
    """A file beside a picture, and a smaller version of that picture; both of last week."""
    storage = blouse.pictures.get().file.storage
    name = blouse.pictures.get().file.name
    week_ago = time.time() - 7 * 86_400
    for other in (f"{name.rpartition('/')[0]}/stray.jpg", f"{name.removesuffix('.jpg')}.240.jpg"):
        storage.save(other, ContentFile(b"pixels"))
        os.utime(storage.path(other), (week_ago, week_ago))
    return storage


def test_files_that_nothing_names_are_listed_and_set_aside_when_everything_is_looked_at(stray):
    assert findings() == []
    (finding,) = findings(full=True)
    assert (finding.code, finding.count) == ("orphaned_file", 1)
    assert finding.example.endswith("/stray.jpg")

    for _twice in range(2):
        repair(full=True)
        assert findings(full=True) == []
    assert stray.exists(f"orphans/{finding.example}")


def test_a_file_of_today_may_belong_to_a_row_that_is_being_written(stray):
    for folder, _folders, files in os.walk(stray.location):
        for file in files:
            os.utime(os.path.join(folder, file))

    assert findings(full=True) == []
