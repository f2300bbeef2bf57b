"""Parts of a photo that may each hold one garment."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from recommender.photos import WHOLE
from workers.serving.garment_boxes import propose_boxes


def flat_lay(*boxes, size=(300, 400)):
    """Garments on a white ground."""
    picture = Image.new("RGB", size, "white")
    for box in boxes:
        ImageDraw.Draw(picture).rectangle(box, "navy")
    return picture


def test_garments_apart_on_a_plain_ground_get_a_box_each_largest_first():
    large, small = propose_boxes(flat_lay((20, 20, 180, 240), (210, 300, 280, 380)))

    assert (large.x, large.y) == pytest.approx((20 / 300, 20 / 400), abs=0.05)
    assert (large.width, large.height) == pytest.approx((160 / 300, 220 / 400), abs=0.1)
    assert (small.x, small.y) == pytest.approx((210 / 300, 300 / 400), abs=0.05)


def test_somebody_who_stands_on_a_plain_ground_gets_bands_from_head_to_foot():
    upper, lower, feet = propose_boxes(flat_lay((120, 10, 180, 390)))

    assert upper.y < lower.y < feet.y
    assert {(round(band.x, 3), round(band.width, 3)) for band in (upper, lower, feet)} == {
        (round(upper.x, 3), round(upper.width, 3))
    }


def test_a_busy_ground_gets_bands_of_the_whole_photo():
    noise = np.random.default_rng(0).integers(0, 256, (8, 6, 3), dtype=np.uint8)
    street = Image.fromarray(noise).resize((300, 400), Image.Resampling.NEAREST)

    bands = propose_boxes(street)

    assert [(band.x, band.width) for band in bands] == [(WHOLE.x, WHOLE.width)] * 3


def test_one_garment_that_fills_its_photo_is_the_photo():
    assert propose_boxes(flat_lay((15, 15, 285, 385))) == []


@pytest.mark.parametrize("colour", ["white", "black"])
def test_an_empty_photo_holds_nothing(colour):
    assert propose_boxes(Image.new("RGB", (300, 400), colour)) == []


def test_dust_is_no_garment():
    dust = [(x, x, x + 6, x + 6) for x in range(20, 280, 40)]

    assert propose_boxes(flat_lay(*dust)) == []


def test_what_is_too_small_to_be_cut_out_is_not_proposed():
    assert propose_boxes(flat_lay((5, 10, 15, 70), (40, 10, 60, 70), size=(80, 80))) == []


def test_every_box_lies_within_the_photo():
    picture = flat_lay((0, 20, 100, 120), (160, 200, 290, 399))

    boxes = propose_boxes(picture)

    edges = [(box.x, box.y, 1 - box.x - box.width, 1 - box.y - box.height) for box in boxes]
    assert len(boxes) == 2
    assert min(min(sides) for sides in edges) > -1e-9
