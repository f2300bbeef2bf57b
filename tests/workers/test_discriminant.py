"""The projection drops what varies between views of one garment."""

import numpy as np
import pytest

from workers.training.discriminant import discriminant_projection, group_means, principal_axes


@pytest.fixture
def garments():
    """Two hundred garments that differ in axis 0, three views each that differ in axis 1."""
    generator = np.random.default_rng(0)
    base = np.repeat(generator.normal(size=(200, 4)) * [3, 0, 0.5, 0.1], 3, axis=0)
    views = base + generator.normal(size=(600, 4)) * [0.1, 5, 0.1, 0.1]
    return views.astype(np.float32), np.repeat(np.arange(200), 3)


def test_the_axis_of_views_is_dropped_and_that_of_garments_kept(garments):
    weight, _ = discriminant_projection(*garments, width=1)

    share = np.abs(weight[0]) / np.abs(weight[0]).sum()

    assert share[1] < 0.05
    assert share[0] > 0.5


def test_the_mean_garment_maps_to_zero(garments):
    features, groups = garments
    weight, bias = discriminant_projection(features, groups, width=2)

    means, _ = group_means(features, groups)

    assert np.abs(means.mean(axis=0) @ weight.T + bias).max() < 1e-3


def test_group_means_follow_the_ascending_groups():
    rows = np.array([[1], [3], [5]], dtype=np.float32)

    means, of_row = group_means(rows, np.array([7, 9, 7]))

    assert means.tolist() == [[3], [3]]
    assert of_row.tolist() == [0, 1, 0]


def test_views_that_never_differ_are_no_division_by_zero():
    features = np.repeat(np.eye(5, dtype=np.float32), 2, axis=0)

    weight, bias = discriminant_projection(
        features + np.tile([0, 0.01], 5)[:, None].astype(np.float32),
        np.repeat(np.arange(5), 2),
        width=2,
    )

    assert np.isfinite(weight).all()
    assert np.isfinite(bias).all()


def test_even_axes_are_equally_wide(garments):
    features, groups = garments
    weight, bias = discriminant_projection(features, groups, width=3, evenness=1)

    means, _ = group_means(features, groups)

    assert (means @ weight.T + bias).std(axis=0) == pytest.approx(1, abs=1e-2)


def test_the_first_principal_axis_is_the_widest(garments):
    weight, bias = principal_axes(garments[0], width=2)

    assert np.abs(weight[0]) @ [0, 1, 0, 0] > 0.99
    assert np.abs((garments[0] @ weight.T + bias).mean(axis=0)).max() < 1e-3
