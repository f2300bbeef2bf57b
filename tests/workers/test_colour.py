"""The colour part sees the garment, not its ground."""

import pytest
import torch

from tests.workers.conftest import garment
from workers.images import batch
from workers.networks.colour import (
    ColourHistogram,
    ColourWaves,
    bent,
    spread_frequencies,
    spread_prototypes,
    squared_distances,
    to_lab,
)


@pytest.fixture(scope="module", params=[ColourHistogram, ColourWaves])
def colours(request):
    return request.param()


@pytest.fixture
def similar(colours):
    def inner(*pictures):
        pixels = torch.from_numpy(batch(list(pictures), side_px=192)).permute(0, 3, 1, 2) / 255
        a, b = colours(pixels)
        return float(a @ b)

    return inner


def test_the_same_garment_on_another_ground_is_alike(similar):
    white, grey = garment((180, 20, 40)), garment((180, 20, 40), ground=(150, 155, 150))

    assert similar(white, grey) > 0.9


def test_another_colour_on_the_same_ground_is_not(similar):
    assert similar(garment((180, 20, 40)), garment((20, 60, 180))) < 0.3


def test_a_slightly_darker_dye_is_still_alike(similar):
    assert similar(garment((180, 20, 40)), garment((160, 18, 36))) > 0.8


def test_a_white_garment_on_white_has_a_colour(similar):
    white = garment((255, 255, 255), ground=(255, 255, 255))

    assert similar(white, garment((250, 250, 250), ground=(120, 120, 120))) > 0.7


def test_lab_of_white_black_and_red_are_as_published():
    colours = torch.tensor([[1.0, 1, 1], [0, 0, 0], [1, 0, 0]])[:, :, None, None]

    lab = to_lab(colours, ColourHistogram().matrix)[:, :, 0, 0]

    expected = torch.tensor([[100.0, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]])
    assert torch.allclose(lab, expected, atol=0.2)


def test_prototypes_are_nested_and_far_apart():
    few, many = spread_prototypes(8), spread_prototypes(16)

    assert torch.equal(few, many[:8])
    assert torch.pdist(many).min() > 20


def test_squared_distances_are_those_of_pdist():
    points = torch.randn(1, 5, 3, generator=torch.Generator().manual_seed(0))

    fast = squared_distances(points, points[0])[0]

    assert torch.allclose(fast, torch.cdist(points[0], points[0]) ** 2, atol=1e-4)


def test_a_tint_counts_more_than_lightness_and_a_shade_of_red_less():
    lab = torch.tensor([[50.0, 0, 0], [62, 0, 0], [50, 12, 0], [50, 62, 0], [50, 74, 0]])
    phases = bent(lab.T[None, :, :, None])[0, :, :, 0].T @ spread_frequencies(512)
    waves = torch.cat([phases.cos(), phases.sin()], dim=1) / 512**0.5

    lighter, tinted, shade = waves[0] @ waves[1], waves[0] @ waves[2], waves[3] @ waves[4]

    assert tinted < 0.3
    assert 0.7 < lighter < 0.9
    assert shade > 0.9
