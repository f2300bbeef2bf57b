"""Losses agree with their definitions."""

import pytest
import torch

from tests import naive
from workers.training.look_contrast import COLDEST, look_contrast


@pytest.fixture
def batch():
    """Six items of three families; what is worn together is known to go together."""
    generator = torch.Generator().manual_seed(3)
    together = torch.rand(6, 6, generator=generator) < 0.3
    together = together | together.T | torch.eye(6, dtype=torch.bool)
    family = torch.tensor([4, 4, 0, 0, 7, 7])
    return {
        "logits": torch.randn(6, 6, generator=generator),
        "worn": (together & (family[:, None] != family)).float() * 2,
        "known": together,
        "family": family,
    }


@pytest.mark.parametrize("elsewhere_weight", [0.0, 0.25, 1.0])
def test_contrast_agrees_with_the_loop(batch, elsewhere_weight):
    fast = look_contrast(**batch, elsewhere_weight=elsewhere_weight)
    lists = {name: value.tolist() for name, value in batch.items()}
    slow = naive.contrast_over_looks(**lists, elsewhere_weight=elsewhere_weight)

    assert fast.item() == pytest.approx(slow, rel=1e-4)


def test_a_known_partner_is_never_pushed_away(batch):
    batch["known"] = torch.ones(6, 6, dtype=torch.bool)

    assert look_contrast(**batch, elsewhere_weight=1.0).item() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("elsewhere_weight", [0.0, 1.0])
def test_logits_as_far_apart_as_they_get_leave_it_finite(batch, elsewhere_weight):
    batch["logits"] = batch["logits"].sign() / COLDEST

    assert look_contrast(**batch, elsewhere_weight=elsewhere_weight).isfinite()


def test_its_slope_is_right(batch):
    logits = batch.pop("logits").double().requires_grad_()

    assert torch.autograd.gradcheck(
        lambda given: look_contrast(given, elsewhere_weight=0.3, **batch), logits
    )
