"""Priors are the densities they are named after, bounded, with right slopes and exact zeros."""

import math

import pytest
import torch
from torch.distributions import Laplace, MultivariateNormal

from tests import naive
from workers.training import priors

SHRUNK = {"epsilon": 0.05, "degrees": 2.0}


@pytest.fixture
def weight():
    return torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def covariance():
    root = torch.randn(5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    return root @ root.T + 0.5 * torch.eye(5, dtype=torch.float64)


def test_with_independent_inputs_the_normal_prior_is_weight_decay(weight):
    penalty = priors.matrix_normal(weight, torch.eye(5, dtype=torch.float64))

    assert penalty.item() == pytest.approx((weight**2).sum().item() / 2)


def test_the_matrix_normal_prior_is_the_density_of_its_columns(weight, covariance):
    normal = MultivariateNormal(torch.zeros(5, dtype=torch.float64), covariance)

    density = -normal.log_prob(weight).sum() - weight.numel() * math.log(2 * math.pi) / 2

    assert priors.matrix_normal(weight, covariance).item() == pytest.approx(density.item())


def test_the_matrix_normal_prior_agrees_with_the_loop(weight, covariance):
    slow = naive.matrix_normal_penalty(weight.tolist(), covariance.inverse().tolist())

    fast = priors.matrix_normal(weight, covariance) - 3 * covariance.logdet() / 2

    assert fast.item() == pytest.approx(slow)


def test_the_laplace_prior_is_its_density(weight):
    density = -Laplace(0.0, 1 / 0.7).log_prob(weight).sum() - weight.numel() * math.log(2 / 0.7)

    assert priors.laplace([weight], rate=0.7).item() == pytest.approx(density.item())


def test_no_filters_have_no_prior():
    assert priors.laplace([], rate=1.0).item() == 0


def test_the_estimated_covariance_is_a_stationary_point(weight):
    omega = priors.estimated_covariance(weight, **SHRUNK).requires_grad_()

    priors.shrunk_matrix_normal(weight, omega, **SHRUNK).backward()

    assert omega.grad.abs().max().item() == pytest.approx(0, abs=1e-9)


def test_no_other_covariance_is_better(weight, covariance):
    best = priors.estimated_covariance(weight, **SHRUNK)
    near = best + 0.01 * covariance

    objective = [priors.shrunk_matrix_normal(weight, omega, **SHRUNK) for omega in (best, near)]

    assert objective[0] < objective[1]


@pytest.mark.parametrize("scale", [0.0, 1e-6, 1.0])
def test_the_joint_objective_has_a_floor(weight, scale):
    omega = priors.estimated_covariance(scale * weight, **SHRUNK)

    objective = priors.shrunk_matrix_normal(scale * weight, omega, **SHRUNK)

    assert objective.item() >= priors.least(weight.shape, **SHRUNK) - 1e-9


def test_alternating_for_thousands_of_steps_stays_above_the_floor(weight):
    moving = weight.clone().requires_grad_()
    optimiser = torch.optim.SGD([moving], lr=0.01)
    values = []
    for step in range(3000):
        if step % 20 == 0:
            omega = priors.estimated_covariance(moving, **SHRUNK)
        optimiser.zero_grad()
        loss = priors.shrunk_matrix_normal(moving, omega, **SHRUNK)
        loss.backward()
        optimiser.step()
        values.append(loss.item())

    assert min(values) >= priors.least(weight.shape, **SHRUNK) - 1e-9
    assert values[-1] < values[0]


def test_slopes_of_the_normal_priors_are_right(weight, covariance):
    plain = weight.clone().requires_grad_()

    assert torch.autograd.gradcheck(lambda w: priors.matrix_normal(w, covariance), plain)
    assert torch.autograd.gradcheck(
        lambda w: priors.shrunk_matrix_normal(w, covariance, **SHRUNK), plain
    )


def test_the_slope_of_the_laplace_prior_is_right(weight):
    away_from_zero = (weight.sign() * (weight.abs() + 0.1)).requires_grad_()

    assert torch.autograd.gradcheck(lambda w: priors.laplace([w], rate=0.3), away_from_zero)


def test_a_proximal_step_gives_exact_zeros():
    weight = torch.tensor([0.5, -0.5, 0.05, -0.1, 0.0])

    priors.soft_threshold(weight, amount=0.1)

    assert weight.tolist() == pytest.approx([0.4, -0.4, 0, 0, 0])
    assert priors.zero_share([weight]) == 0.6


def test_a_proximal_step_minimises_its_own_objective():
    before = torch.tensor([0.7])
    grid = torch.linspace(-1, 1, 2001)
    best = grid[((grid - before) ** 2 / 2 + 0.25 * grid.abs()).argmin()]

    priors.soft_threshold(before, amount=0.25)

    assert before.item() == pytest.approx(best.item(), abs=1e-3)
