"""The losses of style spaces equal their definitions, and pull where they should."""

import pytest
import torch
from torch.nn import functional

from tests import naive
from workers.training.config import UnknownSettingError
from workers.training.recipes.siamese_style import contrastive_margin
from workers.training.recipes.style_512 import MARGIN, TEMPERATURE, metric_loss

LABELS = [0, 0, 1, 1, 1, 2]  # the last has no like one


@pytest.fixture
def vectors():
    drawn = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    return functional.normalize(drawn, dim=1)


def test_batch_hard_triplets_equal_a_loop(vectors):
    fast = metric_loss("triplet")(vectors, torch.tensor(LABELS))

    slow = naive.batch_hard_loss(vectors.tolist(), LABELS, margin=MARGIN)
    assert fast.item() == pytest.approx(slow, abs=1e-5)


def test_supervised_contrast_equals_a_loop(vectors):
    fast = metric_loss("contrast")(vectors, torch.tensor(LABELS))

    slow = naive.supervised_contrast_loss(vectors.tolist(), LABELS, temperature=TEMPERATURE)
    assert fast.item() == pytest.approx(slow, rel=1e-5)


def test_an_unknown_loss_lists_the_known_ones():
    with pytest.raises(UnknownSettingError, match="known: triplet, contrast"):
        metric_loss("arcface")


def test_the_contrastive_margin_equals_a_loop(vectors):
    together = [1.0, 0.0, 0.0]
    fast = contrastive_margin(vectors[:3], vectors[3:], torch.tensor(together), margin=1.5)

    slow = naive.margin_loss(vectors[:3].tolist(), vectors[3:].tolist(), together, margin=1.5)
    assert fast.item() == pytest.approx(slow, abs=1e-5)


@pytest.mark.parametrize("loss", ["triplet", "contrast"])
def test_a_batch_without_likes_costs_nothing(loss, vectors):
    assert metric_loss(loss)(vectors, torch.arange(6)).item() == 0


@pytest.mark.parametrize("loss", ["triplet", "contrast"])
def test_identical_pictures_have_finite_gradients(loss):
    same = torch.ones(4, 3, requires_grad=True)

    metric_loss(loss)(functional.normalize(same, dim=1), torch.tensor([0, 0, 1, 1])).backward()

    assert torch.isfinite(same.grad).all()


def test_the_margin_pushes_identical_negatives_without_nan():
    a = torch.zeros(1, 3, requires_grad=True)

    contrastive_margin(a, torch.zeros(1, 3), torch.zeros(1), margin=1.0).backward()

    assert torch.isfinite(a.grad).all()


def test_negatives_beyond_the_margin_cost_nothing():
    a, b = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 0.0]])

    assert contrastive_margin(a, b, torch.zeros(1), margin=1.0).item() == 0
