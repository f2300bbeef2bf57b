"""Polanía and Gupte's network: what goes in, how many weights, what is minimised, what it is saved as."""

import json

import numpy as np
import pytest
import torch

from tests import naive
from tests.workers.retailer import write_export
from workers import datasets
from workers.checkpoints import CheckpointError, load_card
from workers.datasets.looks import LookSplit, Question, gather
from workers.networks import polania
from workers.networks.colour import garment_weight, to_lab
from workers.networks.histogram import STEP_PX
from workers.serving.encoders import load_encoder
from workers.serving.scorers import load_pair_scorer
from workers.training import __main__ as training
from workers.training.recipes import polania as recipe
from workers.training.recipes.polania import (
    Pictures,
    PolaniaConfig,
    PolaniaTask,
    outputs_of_pictures,
)
from workers.training.run import Run

QUICK = {"layers": "tiny", "side_px": 24, "epochs": 2, "batch": 8, "held_out": 0.3}


def scorer(**options):
    torch.manual_seed(0)
    return polania.PolaniaScorer(blocks=[512, 24], **options)


def test_the_cnn_is_vgg_16_without_its_classifier():
    encoder = polania.PolaniaEncoder()

    assert sum(p.numel() for p in encoder.parameters()) == 14_714_688
    assert encoder.features.state_dict()["28.weight"].shape == (512, 512, 3, 3)
    assert sum(isinstance(layer, torch.nn.Conv2d) for layer in encoder.features) == 13


def test_the_metric_network_is_536_256_64_1():
    network = scorer()

    shapes = [tuple(w.shape) for w in (*network.metric_weights, network.classifier.weight)]
    layers = [type(layer).__name__ for layer in network.metric]

    assert shapes == [(256, 536), (64, 256), (1, 64)]
    assert layers == ["Linear", "BatchNorm1d", "ReLU", "Dropout"] * 2
    assert network.metric[3].p == 0.5


def test_a_pair_is_worth_the_same_both_ways_round():
    a, b = torch.rand(2, 5, 536, generator=torch.Generator().manual_seed(0))
    network = scorer().eval()

    assert torch.equal(network(a, b)["logit"], network(b, a)["logit"])


def test_products_are_blocks_of_unit_vectors_times_their_width():
    a, b = torch.rand(2, 1, 5, generator=torch.Generator().manual_seed(0))
    network = polania.PolaniaScorer(blocks=[3, 2], hidden=[2, 2])

    first, second = network.products(a, b)[0].split([3, 2])

    cosines = [torch.cosine_similarity(a[:, s], b[:, s]) for s in (slice(3), slice(3, 5))]
    assert first.sum().item() == pytest.approx(3 * cosines[0].item(), rel=1e-5)
    assert second.sum().item() == pytest.approx(2 * cosines[1].item(), rel=1e-5)


def test_colours_agree_with_the_loop(dress):
    pixels = torch.from_numpy(np.asarray(dress.resize((48, 48))).copy())[None]
    histogram = polania.PolaniaEncoder(layers="tiny").histogram
    few = pixels[:, STEP_PX // 2 :: STEP_PX, STEP_PX // 2 :: STEP_PX]
    lab = to_lab(few.permute(0, 3, 1, 2).float() / 255, histogram.matrix)

    slow = naive.colour_counts(
        few.reshape(-1, 3).tolist(), garment_weight(lab).flatten().tolist(), bins=8
    )

    assert histogram(pixels)[0].tolist() == pytest.approx(slow, abs=1e-5)


def test_the_ground_has_no_colour(dress):
    pixels = torch.from_numpy(np.asarray(dress.resize((48, 48))).copy())[None]

    red = polania.PolaniaEncoder(layers="tiny").histogram(pixels)[0, :8]

    assert red[180 * 8 // 256] > 0.75  # (180, 20, 40) on (240, 240, 240), 70 % of the picture


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("polania") / "shop"
    return write_export(folder, products=16, parts=lambda n: "test" if n == 15 else "train")


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (6, 24, 24, 3), dtype=np.uint8)


@pytest.fixture
def task(pixels):
    """Two looks of three drawn pictures, and one question."""
    corpus = gather([])
    corpus = type(corpus)(
        items=tuple(range(6)),
        looks=((0, 1, 2), (3, 4, 5)),
        family=np.array([0, 1, 2, 0, 1, 2]),
        together={i: frozenset({0, 1, 2} if i < 3 else {3, 4, 5}) for i in range(6)},
    )
    asked = [Question((0,), (1, 4))]
    config = PolaniaConfig(batch=4, layers="tiny", dropout=0.0, covariance_every=2)
    torch.manual_seed(0)
    network = polania.PolaniaNetwork(
        encoder=polania.PolaniaEncoder(layers="tiny"),
        scorer=polania.PolaniaScorer(blocks=[16, 24], dropout=0.0),
    )
    outputs = outputs_of_pictures(network, Pictures(pixels, np.arange(6)))
    return PolaniaTask(
        network, outputs, split=LookSplit(corpus, corpus.looks, asked), config=config
    )


def test_the_loss_is_the_cross_entropy_and_the_prior_per_pair(task, pixels):
    pairs, labels = task.batches(0)[0]
    vectors = [
        task.network.encoder(torch.from_numpy(pixels[side]))["embedding"] for side in pairs.T
    ]
    logits = task.network.scorer(*vectors)["logit"]

    expected = naive.cross_entropy(logits.tolist(), labels.tolist())

    assert task.loss((pairs, labels)).item() == pytest.approx(
        expected + task.priors.penalty().item(), rel=1e-3
    )


def test_the_prior_follows_the_cnn_in_no_gradient_but_the_metric_s(task):
    task.batches(0)
    task.priors.penalty().backward()

    moved = [name for name, p in task.network.named_parameters() if p.grad is not None]

    assert moved == ["scorer.metric.0.weight", "scorer.metric.4.weight"]


def test_terms_are_logged_and_never_below_zero(task):
    task.batches(0)
    task.network.eval()
    with torch.no_grad():
        figures = task.validate()

    assert {"metric_prior", "filter_prior", "classifier_prior", "zero_filters"} <= set(figures)
    assert all(value >= 0 for value in figures.values())


def test_steps_make_filters_exactly_zero(task):
    task.batches(0)

    task.after_step(learning_rate=1.0)

    assert task.priors.terms()["zero_filters"] > 0.1


@pytest.mark.parametrize("prior", ["metric_prior", "filter_prior", "classifier_prior"])
def test_every_prior_can_be_switched_off(task, prior):
    task.priors.config = PolaniaConfig(**{prior: 0.0})
    task.priors.restart()

    assert task.priors.terms()[prior] == 0


def trained(shop, out, *, resume=False, **settings):
    run = Run([datasets.read(shop)], out, QUICK | settings, resume=resume, backbone="none")
    return recipe.train(run)


@pytest.mark.training
def test_end_to_end_makes_an_encoder_and_the_scorer_of_its_vectors(shop, tmp_path, pictures):
    cards = trained(shop, tmp_path / "polania")

    folders = list(cards)
    encoder, scorer = load_encoder(folders[0]), load_pair_scorer(folders[1])
    vectors = encoder.vectors(pictures)

    assert [folder.name for folder in folders] == ["encoder", "scorer"]
    assert load_card(folders[1]).reads == "embeddings of polania@1"
    assert vectors.shape == (5, 16 + 24)
    assert all(0 <= score <= 1 for score in scorer.score(vectors, vectors[::-1]))


@pytest.mark.training
def test_the_same_seed_and_a_killed_run_come_out_the_same(shop, tmp_path, monkeypatch):
    whole = trained(shop, tmp_path / "whole")
    with monkeypatch.context() as killed, pytest.raises(ZeroDivisionError):
        killed.setattr(recipe, "save_network", lambda *_, **__: 1 / 0)
        trained(shop, tmp_path / "killed", epochs=1)
    again = trained(shop, tmp_path / "killed", resume=True)

    hashes = [[card.sha256["weights.safetensors"] for card in m.values()] for m in (whole, again)]

    assert hashes[0] == hashes[1]


@pytest.mark.training
def test_a_head_learns_on_the_embeddings_of_any_encoder(shop, tiny, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"epochs": 2, "batch": 16, "held_out": 0.3}))
    data = ["--data", str(shop), "--out", str(tmp_path / "head"), "--visual", str(tiny)]

    assert training.main(["polania", *data, "--config", str(config)]) == 0

    card = load_card(tmp_path / "head")
    assert card.reads == "embeddings of tiny@1"
    assert card.options["blocks"] == [8, 8]
    assert load_pair_scorer(tmp_path / "head").score(np.ones((1, 16)), np.ones((1, 16)))


def test_without_weights_or_encoder_it_says_what_to_name(shop, tmp_path):
    run = Run([datasets.read(shop)], tmp_path / "out", QUICK, resume=False)

    with pytest.raises(CheckpointError, match=r"--backbone imagenet.*--visual"):
        recipe.train(run)
