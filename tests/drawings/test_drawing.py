from dataclasses import replace
from itertools import combinations, pairwise
from random import Random

import pytest
from PIL import Image, ImageChops, ImageStat

from drawings.catalogue import catalogue
from drawings.fabric import TEXTURES, WEAVES, texture
from drawings.garments import CUTS
from drawings.palette import COLOURS, darker, lighter, luminance, mixed
from drawings.path import mirrored, symmetric
from drawings.photograph import cover, file_names, garment, save_pictures
from drawings.render import GROUNDS, Framing, fitting, picture
from drawings.sketch import Cloth, Sketch

WIDTH = 96


def dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a cut, not a secret


def photo(cut: str, *, seed: int = 1, **cloth) -> Image.Image:
    sketch = CUTS[cut](Cloth(**{"dye": COLOURS["raspberry"].hex, **cloth}), dice(seed))
    return picture(sketch, fitting(sketch, ground=GROUNDS[0]), width=WIDTH)


@pytest.mark.parametrize("cut", CUTS)
def test_every_cut_stands_out_from_the_ground_and_stays_inside_the_picture(cut):
    sketch = CUTS[cut](Cloth(dye=COLOURS["cobalt"].hex), dice(1))

    image = picture(sketch, fitting(sketch, ground=GROUNDS[0]), width=WIDTH)

    assert image.size == (96, 128)
    assert image.mode == "RGB"
    assert ImageStat.Stat(image).stddev[0] > 8
    assert min(min(image.getpixel(corner)) for corner in ((0, 0), (95, 0), (0, 127))) > 190


@pytest.mark.parametrize("weave", [weave for weave in WEAVES if weave != "solid"])
def test_a_weave_shows_on_the_cloth(weave):
    assert photo("tee", weave=weave).tobytes() != photo("tee").tobytes()


@pytest.mark.parametrize("name", TEXTURES)
def test_a_texture_neither_lightens_nor_darkens_much(name):
    surface = texture(name, 90, 120)

    assert surface.mode == "L"
    assert abs(ImageStat.Stat(surface).mean[0] - 128) < 12


def test_the_dye_is_the_colour_of_the_picture():
    red, green, blue = photo("tee", dye="#34559f").getpixel((48, 64))

    assert blue > green > red


def test_the_ground_may_vary_but_never_the_garment():
    sketch = CUTS["tote"](Cloth(dye=COLOURS["camel"].hex), dice(1))
    first, second = (picture(sketch, Framing(ground=each), width=WIDTH) for each in GROUNDS[:2])

    assert first.getpixel((0, 0)) != second.getpixel((0, 0))
    assert first.getpixel((48, 80)) == second.getpixel((48, 80))


def test_all_colours_of_a_model_share_every_line_of_the_cut():
    rows = catalogue(products=264, seed=7)
    row = next(a for a, b in pairwise(rows) if a.model == b.model)
    twin = next(other for other in rows if other.model == row.model and other is not row)

    assert garment(row, seed=7).outline == garment(twin, seed=7).outline


def test_a_small_thing_is_framed_nearer_than_a_large_one():
    hoops, coat = (
        fitting(CUTS[cut](Cloth(dye="#777777"), dice(1)), ground=GROUNDS[0])
        for cut in ("hoops", "wool_coat")
    )

    assert hoops.zoom > coat.zoom


def test_a_second_picture_shows_the_product_differently(tmp_path):
    (tmp_path / "images").mkdir()
    row = next(row for row in catalogue(products=60, seed=7) if row.second_picture)

    count = save_pictures(row, folder=tmp_path, seed=7, width=WIDTH)

    first, second = ((tmp_path / name).read_bytes() for name in file_names(row))
    assert count == 2
    assert first != second


def test_a_right_half_is_closed_with_its_mirror_image():
    whole = symmetric("M2 100 L50 100 L2 300")

    assert whole == "M2.0 100.0 L50.0 100.0 L2.0 300.0 L-50.0 100.0 L-2.0 100.0 Z"


def test_what_is_drawn_counts_from_the_centre_line_or_from_the_edge():
    coat, shoe = Sketch(Cloth(dye="#777777")), Sketch(Cloth(dye="#777777"), origin=0)

    for sketch in (coat, shoe):
        sketch.patch("M2 100 L50 100 Z", fill="#000")

    assert 'd="M362.0 100.0 L410.0 100.0 Z"' in coat.crisp[0]
    assert 'd="M2 100 L50 100 Z"' in shoe.crisp[0]


def test_mirroring_twice_gives_the_path_back():
    path = "M10.0 20.0 C30.0 40.0 50.0 60.0 70.0 80.0 Z"

    assert mirrored(mirrored(path)) == path


def test_colours_are_mixed_between_their_ends():
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert (
        luminance(darker("#808080", 0.3))
        < luminance("#808080")
        < luminance(lighter("#808080", 0.3))
    )


@pytest.mark.parametrize("cut", sorted({row.cut for row in catalogue(products=264, seed=7)}))
def test_designs_of_one_cut_and_weave_differ_by_more_than_their_size(cut):
    """In the same cloth: what is left is the cut, its trims and where the second tone lies."""
    firsts = {row.model: row for row in catalogue(products=264, seed=7) if row.cut == cut}
    plain = [
        replace(row, colour=COLOURS["cobalt"], accent="#f4f2ee", metal="#c9a35a", sku="one")
        for row in firsts.values()
        if row.weave == "solid"
    ]

    small = [cover(row, seed=7, width=48) for row in plain]

    for one, other in combinations(small, 2):
        assert max(ImageStat.Stat(ImageChops.difference(one, other)).rms) > 3
