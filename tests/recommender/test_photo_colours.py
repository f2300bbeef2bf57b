"""Colours, turns and broken decoders: a photo looks as its camera meant it, or is refused."""

import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image

from recommender.photos import open_photo
from recommender.testing import photo
from tests.recommender.test_photos import ORIENTATION, plain, refusal, saved

# Chromaticities of red, green and blue, and the gamma, as the two standards give them.
WIDE = {
    "Adobe RGB": ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), 2.19921875),
    "Display P3": ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06), 2.2),
}


def profile_of(primaries, gamma):
    """A colour profile with these primaries, white D65 adapted to D50 as profiles have it."""
    to_xyz = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
    to_xyz = to_xyz * np.linalg.solve(to_xyz, white)
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    d50 = np.array([0.9642, 1, 0.8249])
    cones = np.diag((bradford @ d50) / (bradford @ white))
    adapted = np.linalg.inv(bradford) @ cones @ bradford @ to_xyz
    fixed = [[round(value * 65536) for value in column] for column in adapted.T]
    tags = {b"wtpt": struct.pack(">4s4x3i", b"XYZ ", 63190, 65536, 54061)}
    for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), fixed, strict=True):
        tags[name] = struct.pack(">4s4x3i", b"XYZ ", *column)
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        tags[name] = struct.pack(">4s4xIH2x", b"curv", 1, round(gamma * 256))
    return _icc(tags)


def _icc(tags):
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data
    header = struct.pack(">I4sI4s4s4s12x4s28x3i48x", start + len(body), b"lcms", 0x02100000,
                         b"mntr", b"RGB ", b"XYZ ", b"acsp", 63190, 65536, 54061)  # fmt: skip
    return header + struct.pack(">I", len(tags)) + table + body


def in_space(rgb, primaries, gamma):
    """What a camera of this space writes for a colour of sRGB; straight from the standards."""
    linear = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in rgb)
    ]

    def to_xyz(chromaticities):
        columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in chromaticities]).T
        white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
        return columns * np.linalg.solve(columns, white)

    srgb = to_xyz(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)))
    there = np.linalg.solve(to_xyz(primaries), srgb @ np.array(linear))
    return tuple(round(255 * max(0, value) ** (1 / gamma)) for value in there)


@pytest.mark.parametrize("colour", [(201, 30, 46), (60, 140, 70), (230, 120, 160), (128, 128, 128)])
@pytest.mark.parametrize("space", WIDE)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_a_wide_gamut_photo_shows_the_colours_that_its_profile_means(kind, space, colour):
    *primaries, gamma = WIDE[space]
    image = plain(colour=in_space(colour, primaries, gamma))
    options = {"quality": 95} if kind != "PNG" else {}

    read = open_photo(saved(image, kind, icc_profile=profile_of(primaries, gamma), **options))

    assert read.getpixel((40, 50)) == pytest.approx(colour, abs=5)
    assert image.getpixel((0, 0)) != pytest.approx(colour, abs=5) or colour == (128, 128, 128)


@pytest.mark.parametrize("colour", [(201, 30, 46), (60, 140, 70), (230, 120, 160), (128, 128, 128)])
def test_a_camera_that_names_adobe_rgb_in_exif_alone_is_understood(colour):
    *primaries, gamma = WIDE["Adobe RGB"]
    image = plain(colour=in_space(colour, primaries, gamma))
    exif = Image.Exif()
    interop = exif.get_ifd(ExifTags.IFD.Interop)
    interop[ExifTags.Interop.InteropIndex] = "R03"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.IFD.Interop] = dict(interop)

    read = open_photo(saved(image, "JPEG", exif=exif, quality=95))

    assert read.getpixel((40, 50)) == pytest.approx(colour, abs=5)


def test_a_profile_is_read_under_transparency_too():
    *primaries, gamma = WIDE["Adobe RGB"]
    image = plain(colour=(*in_space((201, 30, 46), primaries, gamma), 255), mode="RGBA")

    read = open_photo(saved(image, "PNG", icc_profile=profile_of(primaries, gamma)))

    assert read.getpixel((40, 50)) == pytest.approx((201, 30, 46), abs=5)


def test_a_profile_of_other_channels_than_the_photo_has_is_none():
    profile = profile_of(WIDE["Adobe RGB"][:3], 2.2)

    read = open_photo(saved(plain(colour=100, mode="L"), "JPEG", icc_profile=profile))

    assert read.getpixel((40, 50)) == pytest.approx((100, 100, 100), abs=3)


@pytest.mark.parametrize(
    "entry",
    [
        struct.pack("<HHI4s", 0x011A, 2, 4, b"abc\0"),  # a resolution as text
        struct.pack("<HHII", 0x011A, 5, 1, 0xFFFFFF),  # a resolution beyond the end
        struct.pack("<HHII", 0x8825, 4, 1, 0xFFFFFF),  # a place beyond the end
        struct.pack("<HHI4s", 0x0110, 99, 1, b"\0" * 4),  # a camera of no kind
    ],
)
def test_an_odd_entry_of_exif_does_not_keep_a_photo_from_being_turned(entry):
    turned = struct.pack("<HHIHH", ORIENTATION, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + turned + entry + b"\0" * 4

    assert open_photo(saved(plain((80, 100)), "JPEG", exif=exif)).size == (100, 80)


@pytest.mark.parametrize(
    "error", [struct.error, AttributeError, TypeError, KeyError, ZeroDivisionError, zlib.error]
)
def test_whatever_a_decoder_raises_is_the_pictures_fault(monkeypatch, error):
    def fail(*_arguments):
        raise error("made for a test")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    assert refusal(photo("navy")) == "truncated"
    monkeypatch.setattr("PIL.Image.open", fail)
    assert refusal(photo("navy")) == "not_an_image"
