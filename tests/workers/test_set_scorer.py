"""Whole outfits: order and padding mean nothing, learning helps, and the evaluation knows set scorers."""

import json
import shutil

import numpy as np
import pytest
import torch

from recommender.switching.checkpoints import activate_checkpoint
from tests.workers.conftest import tiny_card
from tests.workers.retailer import write_export
from workers import datasets
from workers.checkpoints import CheckpointError, Purpose
from workers.datasets.looks import LookSplit, gather, questions
from workers.evaluation import __main__ as evaluation
from workers.evaluation.split import write_split
from workers.export import round_to_half
from workers.networks import fabric, style_fabric
from workers.networks.registry import SET_SCORERS, build_network
from workers.networks.set_transformer import mean_of_pairs
from workers.networks.visual import unit
from workers.serving.runtime import OnnxSession
from workers.serving.set_scorer import load_set_scorer
from workers.training import __main__ as training
from workers.training.heads import split_for
from workers.training.recipes import set_scorer
from workers.training.recipes.set_scorer import (
    PAD,
    Rivals,
    SetConfig,
    SetTask,
    StyleVectors,
    draw_sets,
    embed_descriptions,
    empty_memory,
    pad_sets,
    set_figures,
    slot_numbers,
)
from workers.training.run import Run

WIDTH = 16
SLOTS = ["TOP", "BOTTOM", "SHOES"]
OPTIONS = {"width": WIDTH, "slots": SLOTS, "model": 8, "heads": 2, "layers": 2}


@pytest.fixture
def network():
    return eloquent()


def eloquent():
    """A network whose transformer adds something to the pairs."""
    torch.manual_seed(0)
    network = build_network(SET_SCORERS, "set-scorer", options=OPTIONS).eval()
    torch.nn.init.normal_(network.judge[-1].weight)
    round_to_half(network)  # as an export does
    return network


@pytest.fixture
def sets():
    vectors = torch.randn(5, 4, WIDTH, generator=torch.Generator().manual_seed(0))
    slots = torch.tensor([[2, 3, 4, 1], [2, 3, 4, 4], [2, 2, 3, 4], [2, 3, 0, 0], [4, 1, 3, 0]])
    return {"vectors": vectors, "slots": slots}


@pytest.fixture(scope="module")
def scorer(export_once):
    """A folder with a set scorer over the embeddings of `tiny`."""
    card = tiny_card(
        name="set-scorer",
        network="set-scorer",
        purpose=Purpose.SET,
        options=OPTIONS,
        reads="embeddings of tiny@1",
        parts={},
        categories={},
    )
    examples = set_scorer.examples(WIDTH)
    return export_once("eloquent", eloquent(), card, examples=examples, are_sets=True)


@pytest.fixture
def shop(tmp_path):
    return write_export(tmp_path / "shop", products=12, parts=lambda _: "train")


@pytest.fixture
def split(shop):
    corpus = gather([datasets.read(shop)])
    asked = questions(corpus.looks, corpus, generator=np.random.default_rng(0))
    return LookSplit(corpus, corpus.looks, asked)


@pytest.fixture
def task(network, split):
    return task_of(network, split)


def task_of(network, split):
    items = split.corpus.items
    by_colour = torch.randn(2, WIDTH, generator=torch.Generator().manual_seed(1))
    vectors = by_colour[[int("RED" in item.key) for item in items]]
    return SetTask(
        network,
        vectors=StyleVectors(None, vectors, vectors),
        slots=torch.from_numpy(slot_numbers([item.slot for item in items], SLOTS)),
        split=split,
        config=SetConfig(candidates=4, batch=8),
    )


@pytest.mark.parametrize("order", [[3, 2, 1, 0], [1, 3, 0, 2]])
def test_the_order_of_items_means_nothing(network, sets, order):
    turned = network(sets["vectors"][:, order], sets["slots"][:, order])["logit"]

    assert torch.allclose(turned, network(**sets)["logit"], atol=1e-5)


def test_padding_changes_no_score(network, sets):
    vectors = torch.cat([sets["vectors"], torch.full((5, 3, WIDTH), 7.0)], dim=1)
    slots = torch.cat([sets["slots"], torch.zeros(5, 3, dtype=torch.int64)], dim=1)

    assert torch.allclose(network(vectors, slots)["logit"], network(**sets)["logit"], atol=1e-5)


def test_before_it_learns_a_set_is_worth_its_pairs(sets):
    network = build_network(SET_SCORERS, "set-scorer", options=OPTIONS).eval()
    vectors = sets["vectors"][:1]
    pairs = [vectors[0, a] @ vectors[0, b] for a in range(4) for b in range(a)]

    logit = network(vectors, sets["slots"][:1])["logit"]

    assert logit.item() == pytest.approx(10 * float(sum(pairs)) / 6, rel=1e-4)


def test_a_single_item_has_no_pairs():
    mean = mean_of_pairs(torch.ones(1, 1, 3), torch.ones(1, 1, dtype=torch.bool), torch.ones(3))

    assert mean.tolist() == [0]


def test_without_pairs_only_the_transformer_speaks(sets):
    network = build_network(SET_SCORERS, "set-scorer", options={**OPTIONS, "with_pairs": False})

    assert network.scale.item() == 0
    assert not network.scale.requires_grad
    assert network(**sets)["logit"].abs().min() > 0


@pytest.mark.parametrize(("count", "items"), [(1, 4), (5, 2), (3, 1)])
def test_the_exported_network_takes_any_number_of_items(network, sets, scorer, count, items):
    given = {key: value[:count, :items] for key, value in sets.items()}

    there = OnnxSession(scorer / "network.onnx", threads=1).run(
        {key: value.numpy() for key, value in given.items()}
    )

    here = network(**given)["logit"].detach().numpy()
    assert np.abs(there["logit"] - here).max() < 1e-4


def test_serving_pads_sets_of_different_sizes(network, sets, scorer):
    vectors = sets["vectors"].numpy()
    serving = load_set_scorer(scorer)

    scores = serving.score([vectors[3, :2], vectors[0]], [SLOTS[:2], [*SLOTS, "HAMMOCK"]])

    alone = [serving.score([vectors[3, :2]], [SLOTS[:2]])[0], network(**sets)["score"][0].item()]
    assert scores == pytest.approx(alone, abs=1e-4)


def test_sets_of_another_width_are_refused(scorer):
    with pytest.raises(ValueError, match=r"scores sets of \(K, 16\) vectors and K slots"):
        load_set_scorer(scorer).score([np.ones((2, 3))], [["TOP", "SHOES"]])


def test_a_pair_scorer_is_no_set_scorer(tiny_scorer):
    with pytest.raises(CheckpointError, match="it scores no sets"):
        load_set_scorer(tiny_scorer)


def test_rivals_are_of_the_family_where_all_are_hard(split):
    family = split.corpus.family
    config = SetConfig(candidates=3, hard_share=1)
    rivals = Rivals(split.corpus, split.looks)

    drawn = draw_sets(split.looks[:4], rivals, config, generator=np.random.default_rng(0))

    for look, sets, replaced in zip(split.looks, drawn.sets, drawn.replaced, strict=False):
        kinds = sorted(family[list(look)])
        assert [sorted(family[each]) for each in (*sets, replaced)] == [kinds] * 5


def test_what_goes_with_the_rest_is_no_wrong_answer(split):
    rivals = Rivals(split.corpus, split.looks)
    dress, belt, shoes = split.looks[0]

    assert not rivals.is_wrong(shoes, (dress, belt))
    assert rivals.is_wrong(split.looks[1][2], (dress, belt))


def test_sets_are_padded_to_the_longest():
    assert pad_sets([(1, 2, 3), (4,)]).tolist() == [[1, 2, 3], [4, PAD, PAD]]


def test_one_step_reduces_the_loss(task):
    batch = task.batches(0)[0]
    before = task.loss(batch)
    optimiser = torch.optim.SGD(task.network.parameters(), lr=1e-2)
    before.backward()

    optimiser.step()

    assert task.loss(batch) < before


def test_no_batch_shows_a_product_of_a_test_look(network, tmp_path):
    shop = write_export(tmp_path, products=12, parts=lambda n: "test" if n < 4 else "train")
    run = Run([datasets.read(shop)], tmp_path / "out", {}, resume=False)
    split = split_for(run, SetConfig(), unseen=False)

    batches = task_of(network, split).batches(0)

    shown = {index for batch in batches for index in np.unique(batch.sets).tolist()} - {PAD}
    assert shown
    assert not [split.corpus.items[i].key for i in shown if i < 3 * 4]


def test_a_long_look_is_shown_in_part(split):
    rivals = Rivals(split.corpus, split.looks)

    config = SetConfig(most_items=2)

    drawn = draw_sets(split.looks[:2], rivals, config, generator=np.random.default_rng(0))

    assert drawn.sets.shape == (2, 9, 2)
    assert drawn.asked[:, 0].all()


def test_fresh_vectors_know_nothing_of_the_memory():
    torch.manual_seed(0)
    network = style_fabric.FabricStyle(reduced=8, hidden=4, width=6, remembered=2).eval()
    described = torch.randn(3, fabric.WIDTH)
    with torch.no_grad():
        network.style.keys.copy_(unit(network.style.reduce(described[:2])))
        network.style.memory.normal_()

    known = embed_descriptions(network, described.numpy())
    empty_memory(network)
    fresh = embed_descriptions(network, described.numpy())

    assert (known - fresh).abs().amax(dim=1)[:2].min() > 0.1
    assert torch.allclose(known[2], fresh[2], atol=1e-4)


def test_whoever_knows_the_sets_answers_all(split):
    looks = {frozenset(look) for look in split.looks}

    figures = set_figures(
        split.questions, lambda sets: torch.tensor([float(frozenset(s) in looks) for s in sets])
    )

    assert figures == {"fitb": 1, "auc": 1}


@pytest.mark.training
def test_a_set_scorer_trains_on_any_encoder_s_vectors(shop, tiny, tmp_path):
    settings = {"epochs": 2, "batch": 4, "held_out": 0.2, "model": 8, "heads": 2}
    collection = datasets.read(shop)

    card = set_scorer.train(Run([collection], tmp_path / "out", settings, False, visual=tiny))

    assert (card.identity, card.purpose) == ("set-scorer@1", Purpose.SET)
    assert card.reads == "embeddings of tiny@1"
    assert load_set_scorer(tmp_path / "out").score([np.ones((3, WIDTH))], [["TOP"] * 3])


def test_a_set_scorer_is_measured_beside_the_mean_of_pairs(shop, tiny, scorer, tmp_path, capsys):
    write_split(datasets.read(shop), tmp_path / "split", share=0.4, seed=0)
    command = f"compatibility --data {tmp_path / 'split'} --checkpoint {scorer} --visual {tiny}"

    code = evaluation.main([*command.split(), "--json", str(tmp_path / "figures.json")])

    result = json.loads((tmp_path / "figures.json").read_text())
    assert code == 0
    assert {"hard", "classic"} <= result["baselines"]["mean_of_pairs"].keys()
    assert "hard: checkpoint - mean of pairs: " in capsys.readouterr().out
    assert result["paired_with_pairs"].keys() == result["paired"].keys()


@pytest.mark.training
def test_what_was_trained_on_the_style_that_serves_may_serve(db, shop, tiny, tmp_path):
    style = shutil.copytree(tiny, tmp_path / "style")
    card = json.loads((style / "card.json").read_text())
    (style / "card.json").write_text(json.dumps(card | {"purpose": "STYLE"}))
    activate_checkpoint(style)
    settings = {"epochs": 1, "batch": 4, "held_out": 0.2, "model": 8, "heads": 2}
    (tmp_path / "config.json").write_text(json.dumps(settings))
    command = f"set-scorer --data {shop} --visual {style} --config {tmp_path / 'config.json'}"

    assert training.main([*command.split(), "--version", "3", "--out", str(tmp_path / "out")]) == 0

    sets = activate_checkpoint(tmp_path / "out")
    assert (sets.label, sets.purpose, sets.state) == ("set-scorer@3", "SET", "ACTIVE")
