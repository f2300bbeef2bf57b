"""The tasks, called as plain functions, on real checkpoints and a real database."""

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now

from fashionshop.models import Product, ProductPicture
from recommender import broker, worklist
from recommender.explain.region_searches import StillSearching, found_regions
from recommender.models import (
    Checkpoint,
    Embedding,
    Pairing,
    PairingJob,
    Picture,
    RegionSearch,
    SetScore,
)
from recommender.pipeline import indexes
from recommender.switching.checkpoints import (
    activate_checkpoint,
    checkpoint_dir,
    shipped_checkpoints,
)
from recommender.testing import photo
from tests.workers.conftest import tiny_card
from workers import pairing, tasks
from workers.checkpoints import Purpose, load_card
from workers.networks.registry import SET_SCORERS, build_network
from workers.training.recipes.set_scorer import examples as set_examples

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checkpoints")]


def test_what_no_scorer_could_pair_is_paired_once_one_serves(upload):
    Checkpoint.objects.filter(purpose="PAIR").delete()
    upload("red", "red")
    upload("blue", "blue", slot="BOTTOM")
    tasks.embed_due()
    tasks.pair_due()
    assert not Pairing.objects.exists()

    for folder in shipped_checkpoints():
        activate_checkpoint(folder)
    tasks.pair_due()

    assert Pairing.objects.count() == 2


def test_a_scorer_that_breaks_leaves_the_job_for_a_later_try(upload, monkeypatch):
    def broken(*_args):
        raise RuntimeError("out of memory")

    upload("red", "red")
    tasks.embed_due()
    monkeypatch.setattr(pairing, "refresh_pairings", broken)

    tasks.pair_due()

    assert worklist.sweep() == {"embed": False, "pair": False}


@pytest.fixture
def answer(redis_url):
    """What a worker answers when it is shown a photo."""

    def ask(task, data):
        key, reply_to = f"recommender.photo.{uuid4()}", f"recommender.reply.{uuid4()}"
        broker.redis_connection().set(key, data, px=9_000)
        try:
            task(photo=key, reply_to=reply_to)
        finally:
            assert not broker.redis_connection().exists(key)
            reply = broker.redis_connection().lpop(reply_to)
        return reply and json.loads(reply)

    return ask


def test_a_shoppers_photo_comes_back_as_vectors_and_words(answer):
    visual = Checkpoint.objects.get(name="visual")

    answer = answer(tasks.encode_waiting_photo, photo("navy"))

    assert len(answer["embeddings"][visual.label]) > 64
    assert answer["category"]


@pytest.mark.parametrize("task", [tasks.encode_waiting_photo, tasks.encode_waiting_photo_in_boxes])
@pytest.mark.parametrize("size", [(1, 1), (640, 1), (10, 640), (32, 640), (32, 33), (47, 63)])
def test_whatever_shape_the_door_lets_pass_is_answered(answer, task, size):
    found = answer(task, photo(size=size))

    assert any(label.startswith("visual@") for label in found["embeddings"])


def test_what_a_worker_cannot_read_is_answered_with_the_reason(answer):
    found = answer(tasks.encode_waiting_photo, b"no picture")

    assert found["error"]["code"] == "not_an_image"


def test_a_worker_that_fails_over_a_photo_says_so_before_it_fails(answer, monkeypatch):
    sent = []
    monkeypatch.setattr(broker, "send_refusal", lambda _to, error: sent.append(error))
    monkeypatch.setattr(tasks, "photo_features", lambda _images: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        answer(tasks.encode_waiting_photo, photo())

    assert sent == [None]


def test_a_photo_nobody_waits_for_any_more_is_no_work(redis_url, monkeypatch):
    monkeypatch.setattr(tasks, "photo_features", lambda _images: 1 / 0)

    tasks.encode_waiting_photo(photo="recommender.photo.gone", reply_to="recommender.reply.gone")

    assert not broker.redis_connection().exists("recommender.reply.gone")


def test_the_sweep_rings_for_work_nobody_was_woken_for(upload, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.embed_pictures, "delay", lambda: rung.append("embed"))
    monkeypatch.setattr(tasks.refresh_pairings, "delay", lambda: rung.append("pair"))
    upload("red", "red")

    tasks.sweep()

    assert rung == ["embed"]


@pytest.fixture
def regions_of(upload, monkeypatch):
    """What a worker finds in two pictures."""
    monkeypatch.setattr(broker, "has_worker", lambda: True)
    for sku, colour in (("red", "red"), ("crimson", "crimson")):
        upload(sku, colour)
    weights = {"shape": 0.5, "colour": 0.5}
    pictures = list(Picture.objects.order_by("pk").values_list("pk", flat=True))

    def look(**changes):
        question = {"pictures": pictures, "encoder": "visual@2", "weights": weights, "scorer": ""}
        return tasks.regions_of(**question | changes)

    return look


@pytest.mark.slow
def test_a_worker_finds_the_regions_of_two_pictures(regions_of):
    first, second = regions_of()

    assert first["frame"] == pytest.approx([0.25, 0.25, 0.75, 0.75], abs=0.05)
    assert 0 < second["drop"] < second["score"] <= 1.01


@pytest.mark.slow
def test_the_scorer_that_serves_may_judge_the_regions(regions_of):
    first, _second = regions_of(scorer="compat-mlp@2", weights={})

    assert 0 <= first["score"] <= 1


def test_pictures_that_are_gone_have_no_regions(regions_of):
    ProductPicture.objects.first().file.delete(save=False)

    assert regions_of() == []
    assert regions_of(pictures=[1_000_000, 1_000_001]) == []


def test_what_a_worker_has_not_heard_of_it_does_not_guess(regions_of):
    assert regions_of(encoder="visual@99") is None
    assert regions_of(scorer="compat-mlp@99") is None


@pytest.mark.slow
def test_who_asks_again_gets_what_a_worker_found_meanwhile(regions_of):
    first, second = Picture.objects.order_by("pk")
    judgement = {"encoder": "visual@2", "weights": {"shape": 1.0, "colour": 0.0}, "scorer": ""}
    with pytest.raises(StillSearching):
        found_regions(first, second, judgement)

    tasks.find_regions()

    assert len(found_regions(first, second, judgement)) == 2


def test_what_a_worker_cannot_judge_it_leaves_to_another(regions_of):
    first, second = Picture.objects.order_by("pk")
    with pytest.raises(StillSearching):
        found_regions(first, second, {"encoder": "visual@99", "weights": {}, "scorer": ""})

    tasks.find_regions()

    assert RegionSearch.objects.get().regions is None


def test_the_task_gives_large_slots_an_index(upload, monkeypatch):
    monkeypatch.setattr(indexes, "INDEXED_FROM", 1)
    upload("red", "red")
    tasks.embed_due()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as after a commit

    tasks.tend_indexes()

    assert Checkpoint.objects.get(purpose="VISUAL").indexes == {"TOP": 1}


@pytest.fixture(scope="module")
def set_scorer_folder(export_once):
    """A set scorer over the vectors of the shipped style; fresh, it is worth the mean of pairs."""
    style = load_card(checkpoint_dir() / "style")
    options = {
        "width": style.dimension,
        "slots": ["TOP", "BOTTOM", "SHOES"],
        "model": 8,
        "heads": 2,
    }
    card = tiny_card(
        **{"name": "sets", "network": "set-scorer", "purpose": Purpose.SET, "parts": {}},
        **{"categories": {}, "options": options, "dimension": style.dimension},
        reads=f"embeddings of {style.identity}",
    )
    network = build_network(SET_SCORERS, "set-scorer", options=options)
    examples = set_examples(style.dimension)
    return export_once("sets", network, card, examples=examples, are_sets=True)


@pytest.fixture
def set_scorer(set_scorer_folder):
    return activate_checkpoint(set_scorer_folder)


@pytest.fixture
def dressed(upload, set_scorer):
    """A top with two skirts and shoes, all done; by its sku."""
    slots = {"red": "TOP", "crimson": "BOTTOM", "blue": "BOTTOM", "maroon": "SHOES"}
    products = {colour: upload(colour, colour, slot=slot) for colour, slot in slots.items()}
    tasks.embed_due()
    tasks.pair_due()
    return products


def scores_of(product):
    rows = SetScore.objects.filter(product=product).values_list("members", "score")
    skus = {str(pk): sku for pk, sku in Product.objects.values_list("pk", "sku")}
    return {frozenset(skus[key] for key in members): score for members, score in rows}


def test_a_worker_scores_whole_outfits_by_stored_vectors(dressed):
    scores = scores_of(dressed["red"])

    assert set(scores) == {
        frozenset({"red", "crimson", "maroon"}),
        frozenset({"red", "blue", "maroon"}),
    }
    assert scores[frozenset({"red", "crimson", "maroon"})] > min(scores.values())
    assert all(0 < score < 1 for score in scores.values())


def test_a_set_with_a_piece_nobody_has_seen_has_no_score(dressed):
    Embedding.objects.filter(picture__product__sku="blue").delete()
    PairingJob.objects.filter(product=dressed["red"]).update(state="PENDING", due_at=Now())

    tasks.pair_due()

    assert set(scores_of(dressed["red"])) == {frozenset({"red", "crimson", "maroon"})}


def test_a_scorer_that_does_not_serve_scores_nothing(dressed):
    Checkpoint.objects.filter(purpose="SET").update(state="RETIRED")
    SetScore.objects.all().delete()
    PairingJob.objects.update(state="PENDING", due_at=Now())

    tasks.pair_due()

    assert not SetScore.objects.exists()
    assert PairingJob.objects.filter(state="DONE").count() == 4
