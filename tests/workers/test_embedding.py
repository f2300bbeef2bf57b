"""From claimed jobs to stored vectors, on real checkpoints and a real database."""

import hashlib
import json
import math
import shutil
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models.functions import Now
from PIL import Image

from fashionshop.models import ProductPicture
from recommender import worklist
from recommender.catalog import Catalog
from recommender.fingerprints import fingerprint
from recommender.models import Checkpoint, Embedding, EmbeddingJob, Job, Pairing, Picture
from recommender.photos import NO_DECODER, TOO_COSTLY, BadPhoto, digest, open_photo
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import similar_products
from recommender.switching.checkpoints import (
    activate_checkpoint,
    checkpoint_dir,
    shipped_checkpoints,
)
from recommender.testing import photo
from workers import embedding
from workers.checkpoint_cache import _refusals, complaint, encoder_of, is_here
from workers.checkpoints import CheckpointError
from workers.embedding import embed_due, photo_features
from workers.pairing import pair_due
from workers.serving.encoders import Encoder
from workers.serving.runtime import OnnxSession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checkpoints")]


def test_an_uploaded_photo_gets_a_vector_of_every_encoder(upload, checkpoints):
    upload("red", "red")

    assert embed_due() == 1
    made = set(Embedding.objects.values_list("checkpoint__purpose", flat=True))
    assert made == {c.purpose for c in checkpoints if c.dimension and c.purpose != "PAIR"}


def test_the_picture_learns_its_slot_and_palette(upload):
    upload("red", "red")

    embed_due()

    seen = Picture.objects.get()
    assert seen.slot
    assert 0 < seen.slot_confidence <= 1
    assert seen.palette[0]["hex"].startswith("#")


def test_the_worker_makes_the_fingerprint_of_the_picture_it_decodes(upload):
    file = upload("red", "red").pictures.get().file
    assert Picture.objects.get().fingerprint is None

    embed_due()

    with file.open() as opened:
        stored = open_photo(opened.read())
    assert Picture.objects.get().fingerprint == fingerprint(stored)


def test_a_picture_embedded_again_keeps_its_fingerprint(upload, newer_visual, monkeypatch):
    upload("red", "red")
    embed_due()
    before = Picture.objects.get().fingerprint
    monkeypatch.setattr(embedding, "fingerprint", pytest.fail)

    activate_checkpoint(newer_visual)

    assert embed_due() == 1
    assert Picture.objects.get().fingerprint == before


def test_both_strips_fill_after_embedding_and_pairing(upload):
    dress = upload("red", "red")
    upload("crimson", "crimson")
    upload("skirt", "red", slot="BOTTOM")

    embed_due()
    pair_due()

    assert [item.product.sku for item in similar_products(dress).items] == ["crimson"]
    assert [item.product.sku for item in goes_with(dress).items] == ["skirt"]
    assert Pairing.objects.count() == 4


def test_a_long_import_fills_batches_of_the_workers_size(upload, settings, monkeypatch):
    settings.RECOMMENDER = settings.RECOMMENDER | {"BATCH_SIZE": 3}
    sizes, encode = defaultdict(list), Encoder.encode
    monkeypatch.setattr(
        Encoder,
        "encode",
        lambda encoder, images: sizes[encoder].append(len(images)) or encode(encoder, images),
    )
    for number in range(7):
        upload(str(number), "teal")

    assert embed_due() == 7
    assert list(sizes.values()) == [[3, 3, 1]] * 2
    assert not EmbeddingJob.objects.exclude(state=Job.State.DONE).exists()


def test_a_worker_that_is_to_stop_ends_its_batch_and_hands_back_the_next(upload, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"BATCH_SIZE": 3}
    for number in range(7):
        upload(str(number), "teal")

    assert embed_due(is_stopping=iter([False, True]).__next__) == 3

    left = EmbeddingJob.objects.exclude(state=Job.State.DONE)
    assert {(job.state, job.attempts) for job in left} == {(Job.State.PENDING, 0)}
    assert pair_due(is_stopping=lambda: True) == 0
    assert embed_due() == 4


@pytest.fixture
def newer_visual(tmp_path):
    """The shipped visual encoder under a new version."""
    folder = shutil.copytree(checkpoint_dir() / "visual", tmp_path / "visual-2")
    card = json.loads((folder / "card.json").read_text()) | {"version": "next"}
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def test_a_new_encoder_is_built_in_the_shadow_and_then_takes_over(upload, newer_visual):
    red = upload("red", "red")
    upload("crimson", "crimson")
    embed_due()
    visual = Checkpoint.objects.get(name="visual")

    assert activate_checkpoint(newer_visual).state == "BUILDING"
    embed_due()
    assert similar_products(red).versions == (visual.label,)

    assert activate_checkpoint(newer_visual).state == "ACTIVE"
    assert similar_products(red).versions == ("visual@next",)
    assert similar_products(red)


def test_a_picture_that_comes_after_a_switch_is_seen_by_the_new_encoder(upload, newer_visual):
    activate_checkpoint(newer_visual, at_once=True)
    upload("red", "red")

    assert embed_due() == 1
    assert EmbeddingJob.objects.exclude(state=Job.State.DONE).count() == 0


def test_a_file_that_is_gone_fails_with_a_plain_reason_and_spares_its_neighbour(upload):
    upload("gone", "red")
    default_storage.delete(Picture.objects.get().name)
    upload("fine", "blue")

    assert embed_due() == 1
    dead = EmbeddingJob.objects.filter(state=Job.State.DEAD).first()
    assert dead.error_code == "source_missing"
    assert "upload it again" in dead.error


def test_a_worker_reads_each_picture_from_the_storage_of_its_field(upload, monkeypatch, tmp_path):
    elsewhere = FileSystemStorage(tmp_path / "elsewhere")
    monkeypatch.setattr(ProductPicture._meta.get_field("file"), "storage", elsewhere)
    upload("elsewhere", "red")

    assert embed_due() == 1
    assert not default_storage.exists(Picture.objects.get().name)


def test_a_storage_out_of_reach_is_tried_again_and_spares_its_neighbour(upload, monkeypatch):
    upload("near", "red")
    upload("far", "blue")
    far = Picture.objects.get(product__sku="far").pk
    found = Catalog.storage_of
    monkeypatch.setattr(
        Catalog, "storage_of", lambda shop, one: None if one.pk == far else found(shop, one)
    )

    assert embed_due() == 1
    jobs = EmbeddingJob.objects.filter(picture=far)
    assert {(job.state, job.error_code) for job in jobs} == {("PENDING", "storage_failed")}


@pytest.mark.parametrize(
    ("data", "code"), [(b"not a picture", "source_changed"), (photo("blue"), "source_changed")]
)
def test_a_file_changed_behind_the_shops_back_is_not_embedded(upload, data, code):
    upload("swapped", "red")
    name = Picture.objects.get().name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(data))

    assert embed_due() == 0
    assert EmbeddingJob.objects.first().error_code == code


def test_a_stored_file_that_is_no_picture_is_given_up_at_once(upload):
    upload("broken", "red")
    name = Picture.objects.get().name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"not a picture"))
    sha256 = digest(b"not a picture")
    Picture.objects.update(sha256=sha256)
    EmbeddingJob.objects.update(sha256=sha256)

    embed_due()

    job = EmbeddingJob.objects.first()
    assert (job.state, job.error_code) == (Job.State.DEAD, "not_an_image")


def test_an_encoder_that_breaks_leaves_the_jobs_for_a_later_try(upload, monkeypatch):
    def broken(_encoder, _images):
        raise RuntimeError("out of memory")

    upload("red", "red")
    monkeypatch.setattr(Encoder, "encode", broken)

    assert embed_due() == 0
    job = EmbeddingJob.objects.first()
    assert (job.state, job.error_code) == (Job.State.PENDING, "encoder_failed")


@pytest.fixture
def passes(monkeypatch):
    """The sizes of the forward passes of each encoder, in order."""
    sizes, forward = defaultdict(list), Encoder.forward

    def counted(encoder, images):
        sizes[encoder.card.name].append(len(images))
        return forward(encoder, images)

    monkeypatch.setattr(Encoder, "forward", counted)
    return sizes


def due_again(name, pictures):
    """Make the jobs of one encoder for some pictures due as if they were new."""
    jobs = EmbeddingJob.objects.filter(checkpoint__name=name, picture__in=pictures)
    jobs.update(state=Job.State.PENDING, attempts=0)


def test_a_job_of_one_encoder_runs_no_other(upload, passes):
    for number in range(3):
        upload(str(number), "teal")
    embed_due()
    passes.clear()

    due_again("style", Picture.objects.all())

    assert embed_due() == 3
    assert passes == {"style": [3]}


def test_pictures_that_need_the_same_encoder_fill_its_batches(upload, passes, monkeypatch):
    for number in range(6):
        upload(str(number), "teal")
    embed_due()
    passes.clear()
    monkeypatch.setattr(OnnxSession, "largest_batch", 2)
    pictures = list(Picture.objects.order_by("pk"))

    due_again("visual", pictures[::2])
    due_again("style", pictures[:5])
    embed_due()

    naive = {name: math.ceil(count / 2) for name, count in (("visual", 3), ("style", 5))}
    assert {name: len(sizes) for name, sizes in passes.items()} == naive
    assert not EmbeddingJob.objects.exclude(state=Job.State.DONE).exists()


def test_an_encoder_that_breaks_does_not_cost_the_other_its_vectors(upload, monkeypatch):
    encode = Encoder.encode

    def broken_style(encoder, images):
        if encoder.card.name == "style":
            raise RuntimeError("out of memory")
        return encode(encoder, images)

    upload("red", "red")
    monkeypatch.setattr(Encoder, "encode", broken_style)

    assert embed_due() == 1
    states = dict(EmbeddingJob.objects.values_list("checkpoint__name", "error_code"))
    assert states == {"visual": "", "style": "encoder_failed"}


def test_a_batch_that_breaks_is_tried_in_halves_until_the_guilty_picture_is_alone(
    upload, monkeypatch
):
    encode = Encoder.encode

    def broken_on_blue(encoder, images):
        if any(image.getpixel((160, 200))[2] > 200 for image in images):
            raise RuntimeError("out of memory")
        return encode(encoder, images)

    for number in range(4):
        upload(f"red {number}", "red")
    upload("blue", "blue")
    upload("maroon", "maroon")
    monkeypatch.setattr(Encoder, "encode", broken_on_blue)

    assert embed_due() == 5
    failed = EmbeddingJob.objects.exclude(state=Job.State.DONE)
    assert {job.picture.product.sku for job in failed} == {"blue"}


def test_what_crashed_is_decoded_in_a_process_that_may_crash_instead(upload, monkeypatch):
    def end(data, **options):
        if data == blue:
            raise BadPhoto("too_costly", TOO_COSTLY)
        return open_photo(data, **options)

    upload("red", "red")
    blue = Path(upload("blue", "blue").pictures.get().file.path).read_bytes()
    worklist.claim_embedding_jobs(limit=10)  # by a worker that crashes
    EmbeddingJob.objects.update(lease_until=Now() - timedelta(seconds=1))
    monkeypatch.setattr("workers.embedding.decode_photo", end)

    assert embed_due() == 1
    dead = EmbeddingJob.objects.filter(state=Job.State.DEAD)
    assert {(job.picture.product.sku, job.error_code) for job in dead} == {("blue", "too_costly")}


def test_where_no_decoder_can_be_had_a_suspect_is_tried_again_later(upload, monkeypatch):
    def refuse(*_arguments, **_options):
        raise BadPhoto("no_decoder", NO_DECODER)

    upload("red", "red")
    worklist.claim_embedding_jobs(limit=10)
    EmbeddingJob.objects.update(lease_until=Now() - timedelta(seconds=1))
    monkeypatch.setattr("workers.embedding.decode_photo", refuse)

    assert embed_due() == 0
    jobs = EmbeddingJob.objects.all()
    assert {(job.state, job.error_code) for job in jobs} == {(Job.State.PENDING, "no_decoder")}


@pytest.fixture
def older_release(tmp_path, settings, monkeypatch):
    """A machine whose folder of checkpoints holds another visual encoder than the shop registered."""
    folder = tmp_path / "checkpoints"
    shutil.copytree(shipped_checkpoints()[0].parent, folder)
    card = json.loads((folder / "visual" / "card.json").read_text())
    (folder / "visual" / "card.json").write_text(json.dumps(card | {"version": "older"}))
    settings.RECOMMENDER = settings.RECOMMENDER | {"CHECKPOINT_DIR": str(folder)}
    Checkpoint.objects.update(folder="/of/another/machine")
    _refusals.clear()
    yield
    _refusals.clear()


def test_a_worker_of_an_older_release_leaves_what_it_cannot_do_to_others_and_says_so(
    upload, older_release, caplog
):
    upload("red", "red")

    embed_due()
    embed_due()

    jobs = EmbeddingJob.objects.order_by("checkpoint__name")
    assert [(job.checkpoint.name, job.state, job.attempts) for job in jobs] == [
        ("style", Job.State.DONE, 1),
        ("visual", Job.State.PENDING, 0),
    ]
    assert caplog.text.count("is left to other workers") == 1
    assert "visual@older" in complaint()


def test_a_worker_without_an_encoder_still_answers_a_photo_with_the_others(older_release):
    (features,) = photo_features([Image.new("RGB", (64, 64))])

    assert [label.partition("@")[0] for label in features.embeddings] == ["style"]


def test_a_checkpoint_whose_card_was_written_anew_is_not_served(upload, tmp_path):
    visual = Checkpoint.objects.get(purpose="VISUAL")
    folder = tmp_path / "forged"
    shutil.copytree(visual.folder, folder)
    network = (folder / "network.onnx").read_bytes() + b"\x00"
    (folder / "network.onnx").write_bytes(network)
    card = json.loads((folder / "card.json").read_text())
    card["sha256"]["network.onnx"] = hashlib.sha256(network).hexdigest()
    (folder / "card.json").write_text(json.dumps(card))
    Checkpoint.objects.filter(pk=visual.pk).update(folder=str(folder))
    visual.refresh_from_db()

    with pytest.raises(CheckpointError, match=r"another network.onnx.*new version"):
        encoder_of(visual)
    assert not is_here(visual)
