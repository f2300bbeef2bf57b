"""Pairs from the same set really share one, negatives share none, and a seed decides both."""

import numpy as np
import pytest
import torch

from workers.networks.siamese_hist import SiameseNetwork
from workers.training.loop import fit
from workers.training.recipes.siamese_hist import (
    PairMaterial,
    SetPairs,
    SiameseConfig,
    SiameseTask,
)

pytestmark = pytest.mark.training

SETS = [(0, 1, 2), (2, 3), (4, 5, 6, 7), (8,)]


@pytest.fixture
def drawn():
    return SetPairs(SETS).draw(np.random.default_rng(0))


def share_a_set(a, b):
    return any(a in members and b in members for members in SETS)


def test_labels_say_whether_a_set_holds_both(drawn):
    pairs, labels = drawn

    assert [float(share_a_set(a, b)) for a, b in pairs.tolist()] == labels.tolist()


def test_every_product_of_a_set_is_an_anchor_once_with_a_partner_and_a_negative(drawn):
    pairs, labels = drawn

    assert sorted(pairs[labels == 1, 0]) == sorted(pairs[labels == 0, 0]) == list(range(8))
    assert (pairs[:, 0] != pairs[:, 1]).all()


def test_a_seed_decides_the_pairs(drawn):
    again, other = (SetPairs(SETS).draw(np.random.default_rng(seed))[0] for seed in (0, 1))

    assert np.array_equal(drawn[0], again)
    assert not np.array_equal(drawn[0], other)


def test_one_set_of_all_has_no_negatives():
    _, labels = SetPairs([range(4)]).draw(np.random.default_rng(0))

    assert labels.tolist() == [1, 1, 1, 1]


def test_an_epoch_may_be_bounded():
    pairs, _ = SetPairs(SETS).draw(np.random.default_rng(0), most=3)

    assert len(pairs) == 6


def drawn_shape(kind, generator):
    """A bar, a beam or stripes of any colour: the colours tell nothing."""
    where = {0: np.s_[6:26, 14:18], 1: np.s_[14:18, 6:26], 2: np.s_[6:26:4, 6:26]}[kind]
    picture = np.full((32, 32, 3), 240, dtype=np.uint8)
    picture[where] = generator.integers(0, 200, 3)
    return picture


@pytest.mark.parametrize("merge", ["hadamard", "concatenate"])
def test_the_sisters_learn_what_makes_a_set(merge, tmp_path):
    generator = np.random.default_rng(0)
    pixels = np.stack([drawn_shape(at % 3, generator) for at in range(180)])
    learnt, held = (
        [range(first + kind, last, 3) for kind in range(3)]
        for first, last in ((0, 120), (120, 180))
    )
    torch.manual_seed(0)
    material = PairMaterial((), SetPairs(learnt), SetPairs(held))
    config = SiameseConfig(epochs=6)
    task = SiameseTask(SiameseNetwork(merge=merge), material=material, pixels=pixels, config=config)

    history = fit(task, config=config, out=tmp_path, score="auc")

    assert history.best["auc"] > 0.9
