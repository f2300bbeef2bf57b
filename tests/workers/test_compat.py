"""The pair scorer: its original recipe, its loss, one way and both."""

import numpy as np
import pytest
import torch

from tests import naive
from tests.workers.retailer import write_export
from workers import datasets
from workers.networks import compat_mlp
from workers.networks.registry import load_network
from workers.training import compat_recipe, heads
from workers.training.compat import CompatTask, pair_answers
from workers.training.looks import Question
from workers.training.loop import Config
from workers.training.recipe import Run, UnknownSettingError
from workers.training.triplets import Drawn


@pytest.fixture
def pair():
    return torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(0))


def test_the_original_recipe_is_the_older_system_s():
    config = compat_recipe.settings({"recipe": "original"})

    assert (config.negatives, config.per_positive) == ("random", 1)
    assert (config.loop.optimiser, config.loop.weight_decay) == ("adam", 0)
    assert (config.learning_rate, config.batch, config.epochs) == (1e-4, 1024, 10)


def test_a_configuration_goes_before_the_recipe_s_own_settings():
    config = compat_recipe.settings({"recipe": "original", "epochs": 2})

    assert config.epochs == 2
    assert config.negatives == "random"


def test_an_unknown_recipe_is_refused():
    with pytest.raises(UnknownSettingError, match="known: ours, original"):
        compat_recipe.settings({"recipe": "theirs"})


def test_two_embeddings_of_2048_take_two_million_weights():
    network = compat_mlp.build(width=2048)

    assert sum(p.numel() for p in network.parameters()) == 4096 * 512 + 512 + 512 + 1


def test_the_original_judges_one_way(pair):
    a, b = pair
    network = compat_mlp.build(width=6, hidden=4, symmetric=False).eval()
    layers = {"first": network.fc[0].weight, "first_bias": network.fc[0].bias}
    layers |= {"second": network.fc[2].weight, "second_bias": network.fc[2].bias}
    lists = {name: value.tolist() for name, value in layers.items()}

    slow = [naive.pair_logit(x, y, **lists) for x, y in zip(a.tolist(), b.tolist(), strict=True)]

    assert network(a, b)["logit"].tolist() == pytest.approx(slow, rel=1e-4)
    assert not torch.allclose(network(a, b)["score"], network(b, a)["score"])


def test_ours_is_the_mean_of_both_ways(pair):
    a, b = pair
    network = compat_mlp.build(width=6, hidden=4).eval()

    both = (network.one_way(a, b) + network.one_way(b, a)) / 2

    assert torch.allclose(network(a, b)["logit"], both)


def test_the_stored_network_reads_embeddings_as_they_are_stored(tiny, tmp_path):
    shop = write_export(tmp_path / "shop", products=12, parts=lambda _: "train")
    config = {"epochs": 2, "batch": 16, "hidden": 8, "held_out": 0.3}
    run = Run([datasets.read(shop)], tmp_path / "out", config, resume=False, visual=tiny)
    card = compat_recipe.train(run)
    seen = heads.material(run, compat_recipe.settings(config))

    task = CompatTask(
        load_network(run.out)[0], material=seen, drawn=Drawn("family", 3), config=Config()
    )

    assert task.validate()["auc"] == pytest.approx(card.metrics["looks_held_out"]["auc"], abs=0.02)


def test_answers_are_the_mean_over_the_context():
    scores = {(0, 2): 0.9, (1, 2): 0.2, (0, 3): 0.5, (1, 3): 0.5}
    asked = [Question(context=(0, 1), answers=(2, 3))]

    figures = pair_answers(
        asked, lambda pairs: torch.tensor([scores[tuple(p)] for p in pairs.tolist()]), 0
    )

    assert figures == {"fitb": 1.0, "auc": 1.0}


def test_with_nothing_held_out_the_latest_epoch_is_the_best():
    first, second = (pair_answers([], np.zeros, epoch) for epoch in (0, 1))

    assert second["fitb"] > first["fitb"]
