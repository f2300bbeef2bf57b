"""Saving a photo is all it takes: pictures and jobs follow the host's, in its own transaction."""

import threading

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from PIL import ImageFile

from fashionshop.models import ProductPicture, clean_picture
from recommender.models import Checkpoint, Embedding, EmbeddingJob, Picture
from recommender.pipeline import picture_sync
from recommender.pipeline.consistency import repair
from recommender.pipeline.picture_sync import serving_encoders, sync_products
from recommender.pipeline.retries import retry_jobs
from recommender.signals import _picture_changed
from recommender.testing import photo, work_off


@pytest.fixture
def reads(monkeypatch):
    """The names of the files that are read to note them, as often as they are."""
    names, read = [], picture_sync.read_picture
    monkeypatch.setattr(
        picture_sync, "read_picture", lambda one: names.append(one.name) or read(one)
    )
    return names


def test_a_saved_photo_gets_a_job_for_every_encoder(checkpoints, blouse, make_picture):
    make_picture(blouse)

    jobs = EmbeddingJob.objects.filter(picture__product=blouse)
    assert {job.checkpoint.label for job in jobs} == {"fake-visual@1", "fake-style@1"}
    assert {job.sha256 for job in jobs} == {Picture.objects.get().sha256}


def test_a_retired_encoder_gets_no_job(checkpoints, blouse, make_picture):
    Checkpoint.objects.filter(purpose="STYLE").update(state=Checkpoint.State.RETIRED)

    make_picture(blouse)

    assert EmbeddingJob.objects.get().checkpoint.purpose == "VISUAL"
    assert [encoder.purpose for encoder in serving_encoders()] == ["VISUAL"]


def test_an_unchanged_photo_is_not_embedded_again(checkpoints, blouse, make_picture):
    make_picture(blouse).save()
    work_off()

    assert sync_products([blouse]) == 0
    assert set(EmbeddingJob.objects.values_list("state", flat=True)) == {"DONE"}


def test_a_replaced_photo_is_embedded_again(checkpoints, blouse, make_picture):
    picture = make_picture(blouse, "crimson")
    work_off()
    before = Picture.objects.get().sha256

    picture.file = clean_picture(photo("navy"))
    picture.save()

    assert Picture.objects.get().sha256 != before
    assert EmbeddingJob.objects.filter(state="PENDING", attempts=0).count() == 2
    assert work_off() == 1
    assert set(Embedding.objects.values_list("sha256")) == {(Picture.objects.get().sha256,)}


def test_bytes_replaced_under_the_same_name_are_noticed(checkpoints, blouse, make_picture):
    file = make_picture(blouse).file
    work_off()
    file.storage.delete(file.name)
    file.storage.save(file.name, ContentFile(photo("navy")))

    assert sync_products([blouse]) == 2


def test_bytes_replaced_under_the_name_of_a_saved_row_are_noticed(
    checkpoints, blouse, make_picture
):
    picture = make_picture(blouse)
    work_off()
    picture.file.storage.delete(picture.file.name)
    picture.file.storage.save(picture.file.name, ContentFile(photo("navy")))

    picture.save()

    assert EmbeddingJob.objects.filter(state="PENDING").count() == 2


def test_bytes_replaced_under_the_name_of_another_row_are_found_by_the_repair(
    checkpoints, blouse, make_picture
):
    file = make_picture(blouse).file
    work_off()
    file.storage.delete(file.name)
    file.storage.save(file.name, ContentFile(photo("navy")))
    make_picture(blouse, "green", position=1)

    assert EmbeddingJob.objects.filter(picture__name=file.name, state="PENDING").count() == 0
    repair()
    assert EmbeddingJob.objects.filter(picture__name=file.name, state="PENDING").count() == 2


def test_five_photos_saved_at_once_are_read_five_times(checkpoints, blouse, make_picture, reads):
    with transaction.atomic():
        for position, colour in enumerate(["red", "green", "blue", "navy", "black"]):
            make_picture(blouse, colour, position=position)

    assert sorted(reads) == sorted(Picture.objects.values_list("name", flat=True))
    assert len(reads) == 5


def test_a_moved_photo_is_read_once_and_its_neighbours_not_at_all(
    checkpoints, blouse, make_picture, reads
):
    first, _second = make_picture(blouse, "red"), make_picture(blouse, "blue", position=1)
    reads.clear()

    first.position = 2
    first.save()

    assert reads == [first.file.name]


def test_a_row_without_files_of_its_own_has_every_picture_read(
    checkpoints, blouse, make_picture, reads
):
    names = [make_picture(blouse, c, position=n).file.name for n, c in enumerate(["red", "blue"])]
    reads.clear()

    _picture_changed(instance=blouse, watch="")

    assert reads == names


def test_noting_a_photo_decodes_nothing(checkpoints, blouse, make_picture, monkeypatch):
    make_picture(blouse)
    Picture.objects.all().delete()
    monkeypatch.setattr(ImageFile.ImageFile, "load", pytest.fail)

    sync_products([blouse])

    assert Picture.objects.get().fingerprint is None


def test_a_moved_photo_keeps_its_vector(checkpoints, blouse, make_picture):
    first, second = make_picture(blouse, "red"), make_picture(blouse, "blue", position=1)
    work_off()

    first.position = 2
    first.save()

    names = list(Picture.objects.order_by("position").values_list("name", flat=True))
    assert names == [second.file.name, first.file.name]
    assert not EmbeddingJob.objects.exclude(state="DONE").exists()


def test_the_same_photo_twice_is_one_picture(checkpoints, blouse, make_picture):
    first, second = make_picture(blouse), make_picture(blouse, position=1)

    assert first.file.name == second.file.name
    assert Picture.objects.count() == 1
    second.delete()
    assert Picture.objects.count() == 1


def test_a_removed_photo_takes_its_vectors_along(checkpoints, blouse, make_picture):
    make_picture(blouse, "red")
    make_picture(blouse, "blue", position=1).delete()
    work_off()

    assert Picture.objects.get().position == 0
    assert Embedding.objects.count() == 2


def test_a_deleted_product_leaves_nothing_behind(checkpoints, blouse, make_picture):
    make_picture(blouse, "red")
    make_picture(blouse, "blue", position=1)
    work_off()

    blouse.delete()

    assert not Picture.objects.exists()
    assert not Embedding.objects.exists()


def test_a_photo_that_moves_to_another_product_is_seen_there(
    checkpoints, blouse, skirt, make_picture
):
    picture = make_picture(blouse)

    picture.product = skirt
    picture.save()

    assert skirt.recommender_pictures.count() == 1


def test_a_file_that_is_gone_gets_a_job_that_will_say_so(checkpoints, blouse, make_picture):
    file = make_picture(blouse).file
    file.storage.delete(file.name)

    sync_products([blouse])

    assert Picture.objects.get().sha256 == ""
    assert EmbeddingJob.objects.filter(state="PENDING", sha256="").count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_job_rolls_back_with_the_photo(checkpoints, blouse, make_picture, bells):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_picture(blouse)
        raise ZeroDivisionError

    assert not EmbeddingJob.objects.exists()
    assert not Picture.objects.exists()
    assert bells.rung == []


@pytest.mark.django_db(transaction=True)
def test_many_photos_in_one_transaction_ring_once(checkpoints, blouse, make_picture, bells):
    with transaction.atomic():
        for position, colour in enumerate(["red", "green", "blue"]):
            make_picture(blouse, colour, position=position)

    assert len(bells.rung) == 1
    assert EmbeddingJob.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_loses_no_photo(checkpoints, blouse, make_picture, bells):
    bells.error = ConnectionRefusedError(111)

    make_picture(blouse)

    assert ProductPicture.objects.count() == 1
    assert EmbeddingJob.objects.filter(state="PENDING").count() == 2


def test_a_retried_picture_is_tried_again_from_the_start(checkpoints, blouse, make_picture):
    make_picture(blouse)
    EmbeddingJob.objects.update(state="DEAD", attempts=3, error="Broken.")

    assert retry_jobs(EmbeddingJob.objects.filter(picture__product=blouse)) == 2
    assert work_off() == 1


def test_loaded_fixtures_wait_for_the_check_command(checkpoints, blouse, make_picture):
    from django.core import serializers

    picture = make_picture(blouse)
    text = serializers.serialize("json", [picture])
    Picture.objects.all().delete()

    for row in serializers.deserialize("json", text):
        row.save()

    assert not Picture.objects.exists()


def test_the_same_picture_twice_is_looked_at_once(dress, make_picture, checkpoints):
    make_picture(dress, position=0)
    make_picture(dress, position=1)

    assert dress.recommender_pictures.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_upload_and_a_catalogue_run_at_the_same_instant_do_not_collide(
    checkpoints, blouse, make_picture, bells
):
    make_picture(blouse)
    Picture.objects.all().delete()
    start, errors = threading.Barrier(4), []

    def sync():
        start.wait()
        try:
            sync_products([blouse])
        except Exception as error:  # noqa: BLE001 -- the test looks at what came out
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=sync) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert Picture.objects.count() == 1
    assert EmbeddingJob.objects.count() == 2
