"""The tasks, called as plain functions, on real checkpoints and a real database."""

import base64
import json

import pytest
from django.db import connection

from fashionshop.models import ProductPicture
from recommender import broker, worklist
from recommender.models import (
    Checkpoint,
    Embedding,
    Pairing,
    Picture,
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
from workers.export import save_network
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


def test_a_shoppers_photo_comes_back_as_vectors_and_words(monkeypatch):
    replies, visual = {}, Checkpoint.objects.get(name="visual")
    monkeypatch.setattr(broker, "send_reply", replies.__setitem__)

    tasks.encode_photo(jpeg=base64.b64encode(photo("navy")).decode(), reply_to="me")

    answer = replies["me"]
    assert json.loads(json.dumps(answer)) == answer
    assert len(answer["embeddings"][visual.label]) > 64
    assert answer["category"]


def test_the_sweep_rings_for_work_nobody_was_woken_for(upload, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.embed_pictures, "delay", lambda: rung.append("embed"))
    monkeypatch.setattr(tasks.refresh_pairings, "delay", lambda: rung.append("pair"))
    upload("red", "red")

    tasks.sweep()

    assert rung == ["embed"]


@pytest.fixture
def find_regions(upload, monkeypatch):
    """Ask the task about two pictures and read its reply."""
    for sku, colour in (("red", "red"), ("crimson", "crimson")):
        upload(sku, colour)
    replies = []
    monkeypatch.setattr(broker, "send_reply", lambda _to, payload: replies.append(payload))
    weights = {"shape": 0.5, "colour": 0.5}
    pictures = list(Picture.objects.order_by("pk").values_list("pk", flat=True))

    def ask(**changes):
        question = {"pictures": pictures, "encoder": "visual@2", "weights": weights, "scorer": ""}
        tasks.find_regions(**question | changes, reply_to="somebody")
        return json.loads(json.dumps(replies[-1]))

    return ask


@pytest.mark.slow
def test_a_worker_finds_the_regions_of_two_pictures(find_regions):
    first, second = find_regions()["regions"]

    assert first["frame"] == pytest.approx([0.25, 0.25, 0.75, 0.75], abs=0.05)
    assert 0 < second["drop"] < second["score"] <= 1.01


@pytest.mark.slow
def test_the_scorer_that_serves_may_judge_the_regions(find_regions):
    first, _second = find_regions(scorer="compat-mlp@2", weights={})["regions"]

    assert 0 <= first["score"] <= 1


def test_pictures_that_are_gone_have_no_regions(find_regions):
    ProductPicture.objects.first().file.delete(save=False)

    assert find_regions() == {"regions": []}
    assert find_regions(pictures=[1_000_000, 1_000_001]) == {"regions": []}


def test_what_a_worker_has_not_heard_of_it_does_not_guess(find_regions):
    assert find_regions(encoder="visual@99") == {}
    assert find_regions(scorer="compat-mlp@99") == {}


def test_the_task_gives_large_slots_an_index(upload, monkeypatch):
    monkeypatch.setattr(indexes, "INDEXED_FROM", 1)
    upload("red", "red")
    tasks.embed_due()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as after a commit

    tasks.tend_indexes()

    assert Checkpoint.objects.get(purpose="VISUAL").indexes == {"TOP": 1}


@pytest.fixture(scope="module")
def set_scorer_folder(tmp_path_factory):
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
    folder = tmp_path_factory.mktemp("checkpoints") / "sets"
    save_network(network, folder, card, examples=examples, are_sets=True)
    return folder


@pytest.fixture
def set_scorer(set_scorer_folder):
    return activate_checkpoint(set_scorer_folder)


@pytest.fixture
def judge_sets(upload, set_scorer, monkeypatch):
    """Ask the task about a top, two skirts and a photo, and read its reply."""
    slots = {"red": "TOP", "crimson": "BOTTOM", "blue": "BOTTOM"}
    products = [upload(colour, colour, slot=slot) for colour, slot in slots.items()]
    tasks.embed_due()
    items = [
        {"slot": s, "product": str(p.pk)} for p, s in zip(products, slots.values(), strict=True)
    ]
    first = Embedding.objects.filter(checkpoint__purpose="STYLE").earliest("pk")
    items.append({"slot": "SHOES", "vector": list(first.vector)})
    replies = []
    monkeypatch.setattr(broker, "send_reply", lambda _to, payload: replies.append(payload))

    def ask(sets, **changes):
        question = {"scorer": set_scorer.label, "items": items, "sets": sets, **changes}
        tasks.judge_sets(**json.loads(json.dumps(question)), reply_to="somebody")
        return json.loads(json.dumps(replies[-1]))

    return ask


def test_a_worker_judges_whole_sets_by_stored_vectors_in_order(judge_sets):
    alike, unlike, again, with_photo = judge_sets([[0, 1], [0, 2], [1, 0], [0, 1, 3]])["scores"]

    assert alike > unlike
    assert again == pytest.approx(alike)
    assert 0 < with_photo < 1


def test_a_set_with_a_piece_nobody_has_seen_has_no_score(judge_sets):
    Embedding.objects.filter(picture__product__sku="blue").delete()

    known, unknown = judge_sets([[0, 1], [0, 2]])["scores"]

    assert (known is None, unknown) == (False, None)
    assert judge_sets([[0, 2]]) == {"scores": [None]}


def test_sets_are_not_judged_by_a_scorer_that_does_not_serve(judge_sets):
    assert judge_sets([[0, 1]], scorer="sets@99") == {}
    Checkpoint.objects.filter(purpose="SET").update(state="RETIRED")
    assert judge_sets([[0, 1]]) == {}
