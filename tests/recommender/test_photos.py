"""From a stranger's bytes to safe pixels: what is accepted, what is refused, and with which words."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from recommender.photos import (
    CATALOGUE,
    MEASURED,
    MERCHANT,
    SHOPPER,
    BadPhoto,
    Limits,
    digest,
    encode_jpeg,
    open_photo,
)
from recommender.testing import photo
from tests.effort import examples

ORIENTATION, GPS, DESCRIPTION = 0x0112, 0x8825, 0x010E


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(size=(80, 100), colour="crimson", mode="RGB"):
    return Image.new(mode, size, colour)


def png_header(width, height, *, depth=8, colour_type=2):
    """A PNG that claims to be of this size and holds hardly a byte."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0"))


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def refusal(data, **options):
    with pytest.raises(BadPhoto) as caught:
        open_photo(data, **options)
    return caught.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_the_formats_of_cameras_and_shops_are_read(kind):
    image = open_photo(saved(plain(), kind))

    assert (image.mode, image.size) == ("RGB", (80, 100))
    assert image.getpixel((40, 50)) == pytest.approx((220, 20, 60), abs=6)


def test_the_first_picture_of_a_phones_double_jpeg_is_read():
    data = saved(plain(colour="red"), "MPO", save_all=True, append_images=[plain(colour="blue")])

    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert open_photo(data).getpixel((5, 5)) == pytest.approx((254, 0, 0), abs=3)


@pytest.mark.parametrize("mode", ["CMYK", "L", "YCbCr"])
def test_other_colour_spaces_of_jpeg_become_rgb(mode):
    image = open_photo(saved(plain().convert(mode), "JPEG", quality=95))

    assert image.mode == "RGB"


def test_a_cmyk_photo_keeps_its_colour():
    image = open_photo(saved(plain(colour="red").convert("CMYK"), "JPEG", quality=95))

    assert image.getpixel((40, 50)) == pytest.approx((255, 0, 0), abs=8)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_pngs_of_every_depth_become_rgb(mode):
    assert open_photo(saved(plain().convert(mode), "PNG")).mode == "RGB"


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (32768, 127), (65535, 255)])
def test_sixteen_bit_grey_keeps_its_brightness(value, expected):
    image = open_photo(saved(Image.new("I;16", (80, 80), value), "PNG"))

    assert image.getpixel((9, 9)) == (expected,) * 3


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_on_white(mode):
    clear = Image.new("RGBA", (80, 80), (0, 0, 0, 0)).convert(mode)

    assert open_photo(saved(clear, "PNG")).getpixel((9, 9)) == (255, 255, 255)


def test_half_transparency_is_mixed_with_white():
    glass = Image.new("RGBA", (80, 80), (0, 0, 0, 128))

    assert open_photo(saved(glass, "PNG")).getpixel((9, 9)) == pytest.approx((127,) * 3, abs=1)


def test_a_transparent_palette_colour_is_laid_on_white():
    image = Image.new("P", (80, 80), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])

    seen = open_photo(saved(image, "PNG", transparency=0))

    assert seen.getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize("orientation", [None, *range(1, 9)])
def test_a_photo_is_turned_upright(orientation):
    upright = Image.new("RGB", (80, 120), "white")
    upright.paste("red", (0, 0, 40, 60))
    exif = Image.Exif()
    exif.update({ORIENTATION: orientation} if orientation else {})

    seen = open_photo(saved(_as_held(upright, orientation), "PNG", exif=exif))

    assert seen.tobytes() == upright.tobytes()


def _as_held(upright, orientation):
    """The pixels as a camera held that way stores them: the inverse of what the tag asks for."""
    turn = Image.Transpose
    inverse = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_90,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_270,
    }.get(orientation)
    return upright if inverse is None else upright.transpose(inverse)


@pytest.mark.parametrize("orientation", [0, 9, 99])
def test_an_unknown_orientation_is_ignored(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation

    assert open_photo(saved(plain(), "JPEG", exif=exif)).size == (80, 100)


def test_the_place_and_words_in_a_photo_are_gone_after_storing():
    exif = Image.Exif()
    exif[DESCRIPTION] = "<script>alert(1)</script>"
    exif.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    data = saved(plain(), "JPEG", exif=exif, comment=b"secret", icc_profile=b"0" * 200)

    stored = encode_jpeg(open_photo(data))

    again = Image.open(io.BytesIO(stored))
    assert dict(again.getexif()) == {}
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"script" not in stored


@pytest.mark.parametrize("tail", [b"<html><script>", b"PK\x03\x04", b"<?php system(1);"])
def test_what_hides_behind_a_picture_is_gone_after_storing(tail):
    stored = encode_jpeg(open_photo(photo() + tail * 20))

    assert tail not in stored


def test_a_large_photo_is_scaled_down_to_what_was_asked_for():
    image = open_photo(saved(plain((3000, 1500)), "JPEG"), max_side_px=600)

    assert image.size == (600, 300)


def test_a_photo_measures_two_thousand_pixels_a_side_at_most_unless_others_are_asked_for():
    assert open_photo(saved(plain((2_500, 1_000)), "JPEG")).size == (2_000, 800)


def test_a_small_photo_is_not_scaled_up():
    assert open_photo(photo(size=(90, 70)), max_side_px=600).size == (90, 70)


def test_a_photo_is_stored_at_the_quality_of_a_good_camera():
    noise = Image.effect_noise((90, 70), 60).convert("RGB")

    assert encode_jpeg(noise) == saved(noise, "JPEG", quality=90)


def test_bytes_are_named_by_their_sha256():
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"just text",
        b"<html><body>hello</body></html>" * 9,
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"%PDF-1.7\n1 0 obj\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n",
        photo()[:2],
        photo()[:20],
    ],
)
def test_what_is_not_a_picture_is_refused(data):
    assert refusal(data) == "not_an_image"


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "ICO", "JPEG2000", "PPM", "TGA"])
def test_formats_no_shop_needs_are_refused(kind):
    assert refusal(saved(plain(), kind)) == "not_an_image"


def test_an_empty_file_is_refused():
    assert refusal(b"") == "empty"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_cut_in_half_is_refused(kind):
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    data = saved(noise, kind)

    assert refusal(data[: len(data) // 2]) in {"truncated", "not_an_image"}


def test_a_png_with_a_broken_checksum_is_refused():
    data = bytearray(saved(plain(), "PNG"))
    data[data.index(b"IDAT") + 6] ^= 0xFF

    assert refusal(bytes(data)) in {"truncated", "not_an_image"}


@pytest.mark.parametrize(
    ("width", "height"),
    [(100_000, 100_000), (2**31 - 1, 2**31 - 1), (30_000, 30_000), (7_100, 7_100)],
)
def test_a_bomb_is_refused_by_its_header(width, height):
    assert refusal(png_header(width, height)) == "too_many_pixels"


def test_a_jpeg_that_claims_to_be_huge_is_refused():
    data = bytearray(photo())
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", 65_500, 65_500)

    assert refusal(bytes(data)) == "too_many_pixels"


def test_a_jpeg_without_any_pixel_is_refused():
    data = bytearray(photo())
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = b"\0\0\0\0"

    assert refusal(bytes(data)) in {"not_an_image", "too_small", "truncated"}


def test_a_sparse_picture_between_the_limits_is_refused_to_shoppers_only():
    data = saved(Image.new("1", (6_000, 5_000)), "PNG")

    assert refusal(data, limits=SHOPPER) == "too_many_pixels"
    assert open_photo(data, limits=MERCHANT, max_side_px=100).size == (100, 83)


@pytest.mark.parametrize("size", [(1, 1), (63, 200), (200, 63)])
def test_a_tiny_picture_is_refused(size):
    assert refusal(saved(plain(size), "PNG")) == "too_small"


def test_an_old_catalogue_may_hold_smaller_pictures():
    assert open_photo(saved(plain((32, 40)), "PNG"), limits=CATALOGUE).size == (32, 40)
    assert refusal(saved(plain((31, 40)), "PNG"), limits=CATALOGUE) == "too_small"


def test_twenty_times_as_long_as_wide_is_no_sliver_yet():
    assert open_photo(saved(plain((64, 1_280)), "PNG")).size == (64, 1_280)


def test_a_shopper_may_send_half_of_what_a_merchant_may():
    assert (MERCHANT.bytes, MERCHANT.pixels) == (20_000_000, 50_000_000)
    assert (SHOPPER.bytes, SHOPPER.pixels) == (10_000_000, 25_000_000)


@pytest.mark.parametrize("size", [(12_001, 700), (64, 1_281), (12_100, 64)])
def test_a_sliver_is_refused(size):
    assert refusal(saved(plain(size), "PNG")) == "bad_shape"


@pytest.mark.parametrize(
    ("size", "outcome"),
    [
        ((100, 100), "RGB"),
        ((101, 100), "too_many_pixels"),
        ((64, 64), "RGB"),
        ((64, 63), "too_small"),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_limit_is_kept_to_the_pixel(size, outcome, kind):
    assert _outcome(saved(plain(size), kind), limits=Limits(pixels=10_000)) == outcome


def test_what_was_measured_at_the_door_may_be_a_line():
    assert open_photo(saved(plain((1, 12_000)), "PNG"), limits=MEASURED).size == (1, 2_000)


def test_a_limit_is_kept_to_the_byte():
    data = photo()

    assert open_photo(data, limits=Limits(bytes=len(data)))
    assert refusal(data, limits=Limits(bytes=len(data) - 1)) == "too_many_bytes"


@pytest.mark.parametrize("key", ["zTXt", "iTXt"])
def test_a_text_bomb_is_refused_or_ignored(key):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("k", "0" * 50_000_000, zip=True)
    data = saved(plain(), "PNG", pnginfo=notes)

    assert refusal(data) in {"not_an_image", "truncated"}


def test_a_crowd_of_text_chunks_is_read_or_refused_quickly():
    notes = PngImagePlugin.PngInfo()
    for number in range(20_000):
        notes.add_text(f"k{number}", "v")

    assert open_photo(saved(plain(), "PNG", pnginfo=notes)).size == (80, 100)


@pytest.mark.parametrize("exif", [b"Exif\0\0" + b"\xff" * 60_000, b"Exif\0\0II*\0" + b"\x08" * 99])
def test_garbage_in_the_exif_block_does_not_cost_the_photo(exif):
    assert open_photo(saved(plain(), "JPEG", exif=exif)).size == (80, 100)


def test_a_broken_colour_profile_does_not_cost_the_photo():
    data = saved(plain(), "PNG", icc_profile=b"not a profile" * 50)

    assert open_photo(data).size == (80, 100)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_only_the_first_frame_of_an_animation_is_read(kind):
    frames = [plain(colour=name) for name in ("red", "blue", "green")]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:])

    assert open_photo(data).getpixel((9, 9)) == pytest.approx((255, 0, 0), abs=3)


@pytest.mark.parametrize("colour", ["black", "white", "grey"])
def test_a_uniform_picture_is_a_picture(colour):
    assert len(open_photo(saved(plain(colour=colour), "PNG")).getcolors()) == 1


def test_a_refusal_says_what_to_do_in_plain_words():
    with pytest.raises(BadPhoto, match=r"too small: 50×60.*at least 64"):
        open_photo(saved(plain((50, 60)), "PNG"))


def test_a_refusal_names_the_limit_that_was_passed():
    with pytest.raises(BadPhoto, match="larger than 20 MB"):
        open_photo(bytes(20_000_001))
    with pytest.raises(BadPhoto, match="more than 50 million pixels"):
        open_photo(png_header(7_100, 7_100))


OUTCOMES = {"RGB", "not_an_image", "truncated", "too_small", "too_many_pixels", "bad_shape"}
NOISE = Image.effect_noise((96, 80), 60).convert("RGB")
INTACT = [saved(NOISE, kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")]


@examples(100)
@given(
    data=st.sampled_from(INTACT),
    flips=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=60),
    cut=st.sampled_from([0, 0, 0, 1, 90, 3_000]),
)
def test_damaged_bytes_give_a_picture_or_a_refusal_and_never_another_error(data, flips, cut):
    broken = bytearray(data)
    for place, value in flips:
        broken[place % len(broken)] = value

    assert _outcome(bytes(broken[: max(1, len(broken) - cut)])) in OUTCOMES


def _outcome(data, **options):
    try:
        return open_photo(data, **options).mode
    except BadPhoto as error:
        return error.code
