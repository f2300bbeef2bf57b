"""Pictures are decoded once; an epoch's order and its variations depend on their seeds alone."""

import numpy as np
import pytest

from workers.datasets.collection import Item
from workers.datasets.pixels import decode_pictures
from workers.training.pictures import Shuffled, flip_half


@pytest.fixture
def items(dress, skirt, tmp_path):
    for name, picture in (("dress", dress), ("skirt", skirt)):
        picture.save(tmp_path / f"{name}.png")
    return [
        Item(key=name, path=tmp_path / f"{name}.png", label=name) for name in ("dress", "skirt")
    ]


def test_pictures_are_decoded_once(items, tmp_path):
    first = decode_pictures(items, side_px=16, cache=tmp_path / "p.npy")
    items[0].path.unlink()

    again = decode_pictures(items, side_px=16, cache=tmp_path / "p.npy")

    assert first.shape == (2, 16, 16, 3)
    np.testing.assert_array_equal(first, again)


def test_an_epoch_visits_every_picture_once_in_an_order_of_its_own():
    first, second = (list(Shuffled(count=7, batch=3, seed=0, epoch=epoch)) for epoch in (0, 1))

    assert [len(part) for part in first] == [3, 3, 1]
    assert sorted(np.concatenate(first)) == list(range(7))
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))


def test_half_of_the_pictures_are_mirrored_and_a_seed_says_which():
    gradient = np.broadcast_to(np.arange(12, dtype=np.uint8)[:, None] * 20, (32, 12, 12, 3))

    first, again = (flip_half(gradient, generator=np.random.default_rng(0)) for _ in range(2))

    slopes = np.sign(np.diff(first[:, 6, :, 0].astype(int)).sum(axis=1))
    assert set(slopes) == {-1, 1}
    assert {each.tobytes() for each in first} == {
        gradient[0].tobytes(),
        gradient[0, :, ::-1].tobytes(),
    }
    np.testing.assert_array_equal(first, again)
