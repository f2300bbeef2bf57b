"""The late blocks learn categories from grey views; a killed run sees the same ones again."""

import numpy as np
import pytest
import torch
from torch import nn

from workers.networks.mobilenet_v2 import WIDTH
from workers.training.augmentation import luminance, vary_grey
from workers.training.category_blocks import (
    Averaged,
    CategoryTask,
    LateBlocks,
    Source,
    ViewBatches,
    ViewConfig,
)
from workers.training.config import Config
from workers.training.loop import fit
from workers.training.recipes.visual import best_temperature


@pytest.fixture
def sources(dress, noise):
    pixels = np.stack([np.asarray(p.resize((64, 64))) for p in (dress, noise, dress)])
    return [Source(pixels, np.array([0, 1, 0]), 0.75), Source(pixels[1:2], np.array([1]), 0.25)]


@pytest.fixture
def task(sources):
    torch.manual_seed(0)
    trunk = nn.Conv2d(3, 8, 3, stride=8, padding=1)
    late = LateBlocks(
        nn.Sequential(nn.Conv2d(8, WIDTH, 1), nn.BatchNorm2d(WIDTH)), nn.Linear(WIDTH, 2)
    )
    config = ViewConfig(small_epochs=1, small_px=32, side_px=64, steps=3, batch=8)
    return CategoryTask(trunk, late, sources=sources, held_out=sources[0], config=config)


def test_a_grey_view_is_decided_by_its_generator(dress):
    pixels = np.asarray(dress.resize((64, 64)))

    first, again, other = (
        vary_grey(pixels, side_px=48, generator=np.random.default_rng(seed)) for seed in (4, 4, 5)
    )

    assert first.shape == (48, 48)
    assert (first == again).all()
    assert (first != other).any()


def test_grey_views_of_odd_pictures_are_still_pictures(noise):
    pixels = np.asarray(noise.resize((48, 48)))
    generator = np.random.default_rng(0)

    views = [vary_grey(pixels, side_px=64, generator=generator) for _ in range(20)]

    assert {view.shape for view in views} == {(64, 64)}
    assert all(view.dtype == np.uint8 for view in views)


def test_luminance_weighs_green_most():
    pixels = np.zeros((1, 1, 3, 3), dtype=np.uint8)
    pixels[0, 0] = np.eye(3) * 255

    assert luminance(pixels)[0, 0].tolist() == [76, 150, 29]


def test_rare_categories_are_drawn_more_often_than_they_occur():
    labels = np.array([0] * 90 + [1] * 10)
    source = Source(np.zeros((100, 1, 1, 3), dtype=np.uint8), labels, 1.0)

    rows = source.draw(4000, np.random.default_rng(0))

    assert 0.13 < (labels[rows] == 1).mean() < 0.24


def test_an_epoch_s_batches_are_the_same_again(sources):
    first, again = (ViewBatches(sources, 2, 8, 32, (0, 3)) for _ in range(2))

    for (views, labels), (same_views, same_labels) in zip(first, again, strict=True):
        assert (views == same_views).all()
        assert (labels == same_labels).all()
    assert len(first) == 2


def test_the_first_epochs_look_at_small_views(task):
    sides = [task.batches(epoch)[0][0].shape[1] for epoch in (0, 1)]

    assert sides == [32, 64]


def test_the_average_follows_slowly_and_learns_nothing_itself():
    network = Averaged(nn.Linear(1, 1, bias=False))
    before = float(network.average.weight)
    nn.init.constant_(network.live.weight, before + 1)

    network.follow(10_000)

    assert float(network.average.weight) == pytest.approx(before + 0.005, abs=1e-4)
    assert not network.average.weight.requires_grad


def test_a_killed_run_of_late_blocks_ends_where_it_would_have(task, sources, tmp_path):
    def run(folder, *, epochs, resume=False):
        torch.manual_seed(0)
        late = LateBlocks(
            nn.Sequential(nn.Conv2d(8, WIDTH, 1), nn.BatchNorm2d(WIDTH)), nn.Linear(WIDTH, 2)
        )
        again = CategoryTask(
            task._trunk, late, sources=sources, held_out=sources[0], config=task._config
        )
        config = Config(epochs=epochs, learning_rate=1e-3)
        fit(again, config=config, out=tmp_path / folder, score="accuracy", resume=resume)
        return again.network.live.category.weight

    whole = run("whole", epochs=2)
    run("killed", epochs=1)

    assert torch.equal(whole, run("killed", epochs=2, resume=True))


def test_honest_shares_need_no_temperature():
    generator = np.random.default_rng(0)
    logits = torch.from_numpy(generator.normal(size=(4000, 3)) * 2)
    shares = torch.softmax(logits, dim=1).numpy()
    truth = np.array([generator.choice(3, p=row) for row in shares])

    assert best_temperature(logits, truth) == pytest.approx(1, abs=0.1)
    assert best_temperature(logits * 2, truth) == pytest.approx(2, abs=0.2)
