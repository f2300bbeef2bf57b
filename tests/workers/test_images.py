"""One preprocessing for training and serving, and the colours of a garment."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

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


def test_a_centre_crop_scales_the_shorter_side_and_cuts_the_middle_out():
    picture = Image.new("RGB", (200, 100), "white")
    picture.paste((255, 0, 0), (50, 0, 150, 100))

    square = images.prepare(picture, side_px=80, fit="centre-crop", resize_px=80)

    assert square.shape == (80, 80, 3)
    assert (square[:, 5:-5] == (255, 0, 0)).all()


def scaled_then_cut(picture, side_px, resize_px, interpolation):
    """The two steps as others write them: scale all of it, then cut."""
    width, height = picture.size
    scale = resize_px / min(width, height)
    filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
    scaled = picture.resize((int(width * scale), int(height * scale)), filters[interpolation])
    left, top = (round((side - side_px) / 2) for side in scaled.size)
    return np.asarray(scaled.crop((left, top, left + side_px, top + side_px)), dtype=int)


@pytest.mark.parametrize("size", [(64, 64), (97, 131), (300, 40), (1, 5)])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_a_centre_crop_is_what_scaling_and_then_cutting_gives(size, interpolation):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    picture = Image.fromarray(pixels).filter(ImageFilter.BoxBlur(3))

    cut = images.prepare(
        picture, side_px=48, fit="centre-crop", resize_px=56, interpolation=interpolation
    )

    assert np.abs(cut.astype(int) - scaled_then_cut(picture, 48, 56, interpolation)).mean() < 3


@pytest.mark.parametrize("how", [{"fit": "letterbox"}, {"interpolation": "sinc"}])
def test_an_unknown_preprocessing_lists_the_known_ones(dress, how):
    with pytest.raises(ValueError, match="stretch, centre-crop; interpolations: nearest"):
        images.prepare(dress, side_px=8, **how)


def test_a_crop_larger_than_what_it_is_cut_from_is_refused(dress):
    with pytest.raises(ValueError, match="48 px cannot be cut from a side of 40 px"):
        images.prepare(dress, side_px=48, fit="centre-crop", resize_px=40)


def test_a_card_may_say_more_than_framing():
    said = {"function": "workers.images.prepare", "side_px": 8, "fit": "stretch", "resize_px": None}

    assert images.framing(said) == {"side_px": 8, "fit": "stretch"}
