"""Losses agree with their definitions."""

import pytest
import torch
from torch.nn import functional

from tests import naive
from workers.training.losses import look_contrast


@pytest.fixture
def questions():
    generator = torch.Generator().manual_seed(3)
    count = 6
    return {
        "anchors": functional.normalize(torch.randn(count, 4, generator=generator), dim=1),
        "partners": functional.normalize(torch.randn(count, 4, generator=generator), dim=1),
        "rivals": torch.rand(count, count, generator=generator) < 0.5,
        "excluded": torch.rand(count, count, generator=generator) < 0.2,
    }


@pytest.mark.parametrize("elsewhere_weight", [0.0, 0.25, 1.0])
def test_contrast_agrees_with_the_loop(questions, elsewhere_weight):
    settings = {"elsewhere_weight": elsewhere_weight}

    fast = look_contrast(**questions, temperature=torch.tensor(0.2), **settings)
    lists = {name: value.tolist() for name, value in questions.items()}
    slow = naive.contrast_over_looks(**lists, temperature=0.2, **settings)

    assert fast.item() == pytest.approx(slow, rel=1e-4)


def test_a_known_partner_is_never_pushed_away(questions):
    questions["excluded"] = ~torch.eye(6, dtype=torch.bool)

    loss = look_contrast(**questions, temperature=torch.tensor(0.2), elsewhere_weight=1.0)

    assert loss.item() == pytest.approx(0, abs=1e-5)


def test_its_slope_is_right(questions):
    anchors = questions.pop("anchors").double().requires_grad_()
    partners = questions.pop("partners").double()

    def loss(a):
        return look_contrast(
            a, partners, temperature=torch.tensor(0.5), elsewhere_weight=0.3, **questions
        )

    assert torch.autograd.gradcheck(loss, anchors)
