"""Training keeps the best, resumes where it was killed, and comes out the same."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from workers.training.config import Config, UnknownSettingError, with_overrides
from workers.training.loop import UnknownOptimiserError, fit, hasten, settle


class Line:
    """Fit y = 2x with noise; validation is minus the distance from 2, or what a test says."""

    def __init__(self, scores=None):
        torch.manual_seed(0)
        self.network = nn.Linear(1, 1)
        self.scores = scores
        self.validations = 0

    def batches(self, epoch):
        generator = np.random.default_rng(epoch)
        return [torch.from_numpy(generator.normal(size=(16, 1))).float() for _ in range(4)]

    def loss(self, batch):
        noise = torch.randn_like(batch) * 0.01  # from torch's own state, as dropout is
        return ((self.network(batch) - 2 * batch + noise) ** 2).mean()

    def validate(self):
        self.validations += 1
        score = -abs(self.network.weight.item() - 2)
        return {"score": self.scores[self.validations - 1] if self.scores else score}


@pytest.fixture
def config():
    return Config(epochs=6, learning_rate=0.05)


def test_training_learns(config, tmp_path):
    task = Line()

    history = fit(task, config=config, out=tmp_path, score="score")

    assert history.rows[-1]["loss"] < history.rows[0]["loss"] / 2


def test_the_best_epoch_is_kept_not_the_last(config, tmp_path):
    task = Line(scores=[0.1, 0.9, 0.2, 0.3, 0.1, 0.0])

    history = fit(task, config=config, out=tmp_path, score="score")

    assert history.best_epoch == 1
    assert torch.equal(task.network.weight, _trained(2, tmp_path / "c").weight)


def test_with_nothing_to_validate_on_the_latest_epoch_is_the_best(config, tmp_path):
    task = Line()
    task.validate = dict

    history = fit(task, config=config, out=tmp_path, score="score")

    assert history.best_epoch == 5


def test_patience_ends_a_run_that_gets_no_better(tmp_path):
    task = Line(scores=[0.9] + [0.1] * 20)

    history = fit(task, config=Config(epochs=20, patience=3), out=tmp_path, score="score")

    assert len(history.rows) == 4


def test_a_resumed_run_ends_where_an_unbroken_one_does(config, tmp_path):
    unbroken = Line()
    fit(unbroken, config=config, out=tmp_path / "a", score="score")

    fit(Line(), config=Config(epochs=3, learning_rate=0.05), out=tmp_path / "b", score="score")
    resumed = Line()
    history = fit(resumed, config=config, out=tmp_path / "b", score="score", resume=True)

    assert len(history.rows) == 6
    assert torch.equal(resumed.network.weight, unbroken.network.weight)


def test_a_run_leaves_curves_as_picture_and_figures(config, tmp_path):
    fit(Line(), config=config, out=tmp_path, score="score")

    rows = json.loads((tmp_path / "history.json").read_text())["rows"]

    assert [row["epoch"] for row in rows] == list(range(6))
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_an_unknown_setting_lists_the_known_ones():
    with pytest.raises(UnknownSettingError, match=r"'epoch'; known: epochs, batch"):
        with_overrides(Config(), {"epoch": 3})


def _trained(epochs, out):
    task = Line()
    fit(task, config=Config(epochs=epochs, learning_rate=0.05), out=out, score="score")
    return task.network


@pytest.mark.parametrize("optimiser", ["adamw", "adam", "sgd"])
def test_every_optimiser_resumes_to_the_same_weights(optimiser, tmp_path):
    settings = {"learning_rate": 0.05, "optimiser": optimiser, "step_epochs": 2}
    unbroken, resumed = Line(), Line()
    fit(unbroken, config=Config(epochs=4, **settings), out=tmp_path / "a", score="score")

    fit(Line(), config=Config(epochs=3, **settings), out=tmp_path / "b", score="score")
    again = Config(epochs=4, **settings)
    fit(resumed, config=again, out=tmp_path / "b", score="score", resume=True)

    assert torch.equal(resumed.network.weight, unbroken.network.weight)


def test_the_learning_rate_falls_in_steps():
    config = Config(learning_rate=0.1, step_epochs=7, step_factor=0.1)

    rates = [config.learning_rate_at(epoch) for epoch in (0, 6, 7, 14)]

    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.001])


def test_an_unknown_optimiser_lists_the_known_ones(tmp_path):
    with pytest.raises(UnknownOptimiserError, match="'lion'; known: adamw, adam, sgd"):
        fit(Line(), config=Config(optimiser="lion"), out=tmp_path, score="score")


def test_a_task_may_change_its_weights_after_each_step(config, tmp_path):
    class Frozen(Line):
        rates: list[float] = []

        def after_step(self, *, learning_rate):
            self.rates.append(learning_rate)

    fit(Frozen(), config=Config(epochs=1, learning_rate=0.05), out=tmp_path, score="score")

    assert Frozen.rates == [0.05] * 4


def test_what_hastens_cuda_leaves_names_and_values_alone():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
    before = {key: value.clone() for key, value in network.state_dict().items()}

    hasten(network, compiled=True)

    after = network.state_dict()
    assert set(after) == set(before)
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert network[0].weight.is_contiguous(memory_format=torch.channels_last)


def test_what_was_hastened_can_be_settled():
    network = nn.Sequential(nn.Conv2d(3, 4, 3))
    hasten(network, compiled=True)

    settle(network)

    assert network[0].weight.is_contiguous()
    assert network(torch.zeros(1, 3, 8, 8)).shape == (1, 4, 6, 6)  # runs without a compiler
