"""Pictures are decoded once; an epoch's order and its variations depend on their seeds alone."""

import numpy as np
import pytest

from workers.datasets.collection import Item
from workers.training.pixels import Shuffled, augmented, decoded


@pytest.fixture
def items(dress, skirt, tmp_path):
    for name, picture in (("dress", dress), ("skirt", skirt)):
        picture.save(tmp_path / f"{name}.png")
    return [
        Item(key=name, path=tmp_path / f"{name}.png", label=name) for name in ("dress", "skirt")
    ]


def test_pictures_are_decoded_once(items, tmp_path):
    first = decoded(items, side_px=16, cache=tmp_path / "p.npy")
    items[0].path.unlink()

    again = decoded(items, side_px=16, cache=tmp_path / "p.npy")

    assert first.shape == (2, 16, 16, 3)
    np.testing.assert_array_equal(first, again)


def test_an_epoch_visits_every_picture_once_in_an_order_of_its_own():
    first, second = (list(Shuffled(count=7, batch=3, seed=0, epoch=epoch)) for epoch in (0, 1))

    assert [len(part) for part in first] == [3, 3, 1]
    assert sorted(np.concatenate(first)) == list(range(7))
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))


def test_augmented_pictures_are_crops_some_flipped_and_repeat_with_their_seed():
    gradient = np.broadcast_to(np.arange(12, dtype=np.uint8)[:, None] * 20, (32, 12, 12, 3))

    drawn = augmented(gradient, side_px=12, generator=np.random.default_rng(0), padding_px=2)

    slopes = np.sign(np.diff(drawn[:, 6, :, 0].astype(int)).sum(axis=1))
    assert drawn.shape == (32, 12, 12, 3)
    assert set(slopes) == {-1, 1}
    again = augmented(gradient, side_px=12, generator=np.random.default_rng(0), padding_px=2)
    np.testing.assert_array_equal(drawn, again)
