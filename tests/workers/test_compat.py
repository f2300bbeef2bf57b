"""The pair scorer: its original recipe, its loss, one way and both."""

import pytest
import torch

from tests import naive
from tests.workers.retailer import write_export
from workers import datasets
from workers.datasets.looks import Question
from workers.evaluation.answers import figures_by_pairs
from workers.networks import compat_mlp
from workers.networks.registry import load_network
from workers.training.config import Config, UnknownSettingError
from workers.training.heads import PairTask, head_material, outputs_of_vectors
from workers.training.recipes import compat_mlp as recipe
from workers.training.run import Run
from workers.training.triplets import Negatives


@pytest.fixture
def pair():
    return torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(0))


def test_the_original_recipe_is_the_older_system_s():
    config = recipe.settings({"recipe": "original"})

    assert (config.negatives, config.per_positive) == ("random", 1)
    assert (config.optimiser, config.weight_decay) == ("adam", 0)
    assert (config.learning_rate, config.batch, config.epochs) == (1e-4, 1024, 10)


def test_a_configuration_goes_before_the_recipe_s_own_settings():
    config = recipe.settings({"recipe": "original", "epochs": 2})

    assert config.epochs == 2
    assert config.negatives == "random"


def test_an_unknown_recipe_is_refused():
    with pytest.raises(UnknownSettingError, match="known: ours, original"):
        recipe.settings({"recipe": "theirs"})


def test_two_embeddings_of_2048_take_two_million_weights():
    network = compat_mlp.CompatibilityMLP(width=2048)

    assert sum(p.numel() for p in network.parameters()) == 4096 * 512 + 512 + 512 + 1


def test_the_original_judges_one_way(pair):
    a, b = pair
    network = compat_mlp.CompatibilityMLP(width=6, hidden=4, symmetric=False).eval()
    layers = {"first": network.fc[0].weight, "first_bias": network.fc[0].bias}
    layers |= {"second": network.fc[2].weight, "second_bias": network.fc[2].bias}
    lists = {name: value.tolist() for name, value in layers.items()}

    slow = [naive.pair_logit(x, y, **lists) for x, y in zip(a.tolist(), b.tolist(), strict=True)]

    assert network(a, b)["logit"].tolist() == pytest.approx(slow, rel=1e-4)
    assert not torch.allclose(network(a, b)["score"], network(b, a)["score"])


def test_ours_is_the_mean_of_both_ways(pair):
    a, b = pair
    network = compat_mlp.CompatibilityMLP(width=6, hidden=4).eval()

    both = (network.one_way(a, b) + network.one_way(b, a)) / 2

    assert torch.allclose(network(a, b)["logit"], both)


@pytest.mark.training
def test_the_stored_network_reads_embeddings_as_they_are_stored(tiny, tmp_path):
    shop = write_export(tmp_path / "shop", products=12, parts=lambda _: "train")
    config = {"epochs": 2, "batch": 16, "hidden": 8, "held_out": 0.3}
    run = Run([datasets.read(shop)], tmp_path / "out", config, resume=False, visual=tiny)
    card = recipe.train(run)
    encoded, split = head_material(run, recipe.settings(config))
    network = load_network(run.out)[0]
    outputs = outputs_of_vectors(network, torch.from_numpy(encoded.embedding))

    task = PairTask(
        network, outputs, split=split, negatives=Negatives("family", 3), config=Config()
    )

    assert task.validate()["auc"] == pytest.approx(card.metrics["looks_held_out"]["auc"], abs=0.02)


def test_answers_are_the_mean_over_the_context():
    scores = {(0, 2): 0.9, (1, 2): 0.2, (0, 3): 0.5, (1, 3): 0.5}
    asked = [Question(context=(0, 1), answers=(2, 3))]

    figures = figures_by_pairs(asked, lambda pairs: [scores[tuple(p)] for p in pairs.tolist()])

    assert figures == {"fitb": 1.0, "auc": 1.0}


def test_without_questions_there_are_no_figures():
    assert figures_by_pairs([], lambda _: []) == {}
