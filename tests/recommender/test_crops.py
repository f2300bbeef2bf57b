"""A part of a photo: where it lies, how it is rounded, and what is too small to recognise anything."""

import pytest
from PIL import Image

from recommender.photos import WHOLE, BadPhoto, Crop, crop_image

PLAIN = Image.new("RGB", (100, 100), "crimson")


def test_a_crop_is_a_share_of_the_sides():
    photo = Image.new("RGB", (200, 400), "white")
    photo.paste("red", (50, 40, 150, 240))

    part = crop_image(photo, Crop(0.25, 0.1, 0.5, 0.5))

    assert part.size == (100, 200)
    assert part.getcolors() == [(100 * 200, (255, 0, 0))]


def test_the_whole_of_a_photo_is_all_of_it():
    photo = Image.effect_noise((90, 70), 60).convert("RGB")

    assert crop_image(photo, WHOLE).tobytes() == photo.tobytes()


def test_a_crop_is_rounded_to_whole_pixels():
    assert crop_image(PLAIN, Crop(0.004, 0.006, 0.4, 0.5)).size == (40, 50)


@pytest.mark.parametrize(("width", "height"), [(0.31, 0.9), (0.9, 0.31)])
def test_a_crop_too_small_to_recognise_anything_is_refused(width, height):
    smallest = crop_image(PLAIN, Crop(0.1, 0.1, 0.32, 0.32))

    assert smallest.size == (32, 32)
    with pytest.raises(BadPhoto, match="too small") as caught:
        crop_image(PLAIN, Crop(0.1, 0.1, width, height))
    assert caught.value.code == "too_small"
