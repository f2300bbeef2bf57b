"""A set scorer in a running shop: workers score ahead, and no page waits for them."""

import json
import shutil

import pytest
from django.db import connection

from recommender import broker
from recommender.outfits.answer import outfits
from recommender.switching.checkpoints import activate_checkpoint, checkpoint_dir
from tests.journeys.test_real_worker import sell
from workers import tasks
from workers.checkpoints import Card, Purpose, load_card
from workers.export import save_network
from workers.networks.registry import SET_SCORERS, build_network
from workers.training.recipes.set_scorer import examples

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _connections_are_closed():
    yield
    connection.close()


@pytest.fixture(scope="module")
def contrary(tmp_path_factory):
    """The folder of a set scorer that likes what the mean of pairs does not."""
    style = load_card(checkpoint_dir() / "style")
    options = {
        "width": style.dimension,
        "slots": ["TOP", "BOTTOM", "SHOES"],
        "model": 8,
        "heads": 2,
    }
    network = build_network(SET_SCORERS, "set-scorer", options=options)
    network.scale.data.neg_()
    card = Card(
        **{"name": "contrary", "version": "1", "purpose": Purpose.SET, "network": "set-scorer"},
        **{"options": options, "dimension": style.dimension},
        reads=f"embeddings of {style.identity}",
    )
    folder = tmp_path_factory.mktemp("checkpoints") / "contrary"
    save_network(network, folder, card, examples=examples(style.dimension), are_sets=True)
    return folder


def stock():
    """A top, three things to wear with it below and three on the feet."""
    for colour in ("navy", "crimson", "olive"):
        sell(f"{colour} skirt", colour, "BOTTOM")
        sell(f"{colour} shoes", colour, "SHOES")
    return sell("top", "red", "TOP")


def pieces(outfit):
    return [piece.product.sku for piece in outfit.pieces]


def test_the_order_of_outfits_is_the_set_scorers(wait_for_work, contrary):
    top = stock()
    wait_for_work()
    by_pairs = {tuple(pieces(one)): one.score for one in outfits([top], limit=9).outfits}

    scorer = activate_checkpoint(contrary)
    wait_for_work()
    answer = outfits([top], limit=9)

    first = answer.outfits[0]
    assert answer.versions[1:] == (scorer.label,)
    assert first.set_score == max(one.set_score for one in answer.outfits)
    assert by_pairs[tuple(pieces(first))] == min(by_pairs.values())


def test_without_a_worker_the_pairs_answer_at_once(redis_url, shipped, contrary, monkeypatch):
    top = stock()
    tasks.embed_due()
    by_pairs = pieces(outfits([top]).outfits[0])
    activate_checkpoint(contrary)
    monkeypatch.setattr(broker, "_wait_for_reply", lambda *_, **__: pytest.fail("It waits."))

    answers = [outfits([top]) for _time in range(5)]

    assert [pieces(one.outfits[0]) for one in answers] == [by_pairs] * 5
    assert answers[0].outfits[0].set_score is None


def test_a_switch_of_the_style_makes_it_stand_aside(wait_for_work, contrary, tmp_path):
    top = stock()
    wait_for_work()
    activate_checkpoint(contrary)
    style = shutil.copytree(checkpoint_dir() / "style", tmp_path / "style-next")
    card = json.loads((style / "card.json").read_text())
    (style / "card.json").write_text(json.dumps(card | {"version": "next"}))

    activate_checkpoint(style, at_once=True)
    wait_for_work()
    assert outfits([top]).versions == ("style@next",)

    activate_checkpoint(checkpoint_dir() / "style", at_once=True)
    wait_for_work()
    assert outfits([top]).versions[1:] == ("contrary@1",)
