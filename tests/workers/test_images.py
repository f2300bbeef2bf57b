"""One preprocessing for training and serving, and the colours of a garment."""

import numpy as np
import pytest
from PIL import Image

from tests.workers.conftest import garment
from workers import images


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (239, 334), (600, 600), (333, 77)])
def test_any_size_becomes_the_square(size):
    square = images.prepare(Image.new("RGB", size, (10, 200, 30)), side_px=48)

    assert square.shape == (48, 48, 3)
    assert square.dtype == np.uint8


def test_every_pixel_of_a_catalogue_frame_is_used():
    picture = Image.new("RGB", (100, 150))
    picture.paste((255, 0, 0), (0, 0, 100, 75))

    square = images.prepare(picture, side_px=64)

    assert (square[2, :, 0] > 200).all()
    assert (square[-2, :, 0] < 50).all()


def test_a_long_picture_is_padded_with_its_ground():
    square = images.prepare(Image.new("RGB", (50, 400), (12, 34, 56)), side_px=64)

    assert (square == (12, 34, 56)).all()


def test_a_long_garment_keeps_its_shape():
    square = images.prepare(garment((0, 0, 0), size=(60, 400)), side_px=100)

    dark = (square.max(axis=2) < 100).any(axis=0).sum()

    assert 8 <= dark <= 16  # half of 60 px, on a frame of 250 px


def test_a_plain_ground_is_recognised(dress, noise):
    assert images.estimate_ground(np.asarray(dress)).colour == (240, 240, 240)
    assert images.estimate_ground(np.asarray(dress)).is_plain
    assert not images.estimate_ground(np.asarray(noise)).is_plain


def test_the_palette_names_the_garment_and_not_its_ground(dress):
    assert images.palette(dress) == [{"hex": "#b41428", "share": 1.0}]


def test_a_palette_shares_out_the_colours():
    picture = garment((200, 30, 30), size=(96, 120))
    picture.paste((20, 20, 120), (24, 24, 72, 48))

    colours = images.palette(picture)

    assert [colour["hex"] for colour in colours] == ["#c81e1e", "#141478"]
    assert sum(colour["share"] for colour in colours) == pytest.approx(1, abs=1e-3)
    assert colours[0]["share"] > colours[1]["share"]


def test_a_palette_has_at_most_five_colours(noise):
    assert 1 <= len(images.palette(noise)) <= 5


@pytest.mark.parametrize("ground", [(255, 255, 255), (3, 3, 3)])
def test_a_picture_of_nothing_still_has_a_colour(ground):
    assert len(images.palette(Image.new("RGB", (40, 40), ground))) == 1
