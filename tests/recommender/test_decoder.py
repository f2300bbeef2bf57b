"""Strangers' bytes are decoded in a process of their own, and what happens there happens to no other."""

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from PIL import Image

from recommender import decoder
from recommender.decoder import decode_photo
from recommender.photos import MERCHANT, SHOPPER, BadPhoto, Crop, Limits, open_photo
from recommender.testing import photo
from tests.recommender.test_photos import plain, png_header, saved

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "photos"
NOISE = Image.effect_noise((300, 200), 60).convert("RGB")


def refusal(data, **options):
    with pytest.raises(BadPhoto) as caught:
        decode_photo(data, **options)
    return caught.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_a_photo_looks_the_same_as_if_it_were_decoded_here(kind):
    data = saved(NOISE, kind)

    assert (
        decode_photo(data, max_side_px=120).tobytes() == open_photo(data, max_side_px=120).tobytes()
    )


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_a_png_comes_back_as_rgb(mode):
    data = saved(Image.new(mode, (80, 100)), "PNG", exif=Image.Exif())

    image = decode_photo(data)

    assert (image.mode, image.tobytes()) == ("RGB", open_photo(data).tobytes())


def test_a_part_is_cut_from_the_whole_photo_and_then_made_small():
    data = photo(size=(2000, 1500))

    assert decode_photo(data, max_side_px=640, crop=Crop(0, 0, 0.5, 0.5)).size == (640, 480)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"just text", "not_an_image"),
        (photo()[:900], "truncated"),
        (photo(size=(40, 40)), "too_small"),
        (png_header(30_000, 30_000), "too_many_pixels"),
        (bytes(SHOPPER.bytes + 1), "too_many_bytes"),
    ],
)
def test_a_refusal_is_the_same_as_if_it_were_decoded_here(data, code):
    assert refusal(data, limits=SHOPPER) == code


def scan_bomb(scans=200, size=(4_000, 4_000)):
    """A progressive JPEG that repeats its last scan: each costs the time of the whole picture."""
    data = saved(Image.new("L", size), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + data[-2:]


def test_a_photo_that_takes_too_long_is_refused_and_the_next_is_decoded():
    limits, data = Limits(cpu_seconds=1), scan_bomb()
    started = time.process_time()

    assert refusal(data, limits=limits) == "too_costly"
    assert time.process_time() - started < 0.1  # that second was another's
    assert decode_photo(photo()).size == (120, 160)


def test_a_photo_that_takes_too_much_memory_is_refused_and_the_next_is_decoded():
    data = saved(Image.new("LA", (4_990, 4_990)), "PNG")

    assert refusal(data, limits=Limits(memory_bytes=150_000_000)) == "too_costly"
    assert decode_photo(photo()).size == (120, 160)


def test_the_process_grows_by_the_pixels_alone():
    data = saved(Image.new("LA", (4_990, 4_990)), "PNG")
    decode_photo(photo())
    before = psutil.Process().memory_info().rss

    decode_photo(data, limits=SHOPPER, max_side_px=640)

    assert psutil.Process().memory_info().rss - before < 5_000_000


def test_frames_of_an_animation_count_together():
    frames = [plain((1_000, 1_000), colour) for colour in ("red", "blue", "green")]
    data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])

    assert refusal(data, limits=Limits(pixels=2_999_999)) == "too_many_pixels"
    assert decode_photo(data, limits=Limits(pixels=3_000_000)).size == (1_000, 1_000)


def test_a_helper_that_was_killed_is_replaced():
    decode_photo(photo())
    decoder._helper._process.kill()
    decoder._helper._process.wait()

    assert decode_photo(photo()).size == (120, 160)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b'{"size": [0, 1]}\nabc',
        b'{"size": [1, 0]}\nabc',
        b'{"size": [41, 1]}\n' + bytes(123),
        b'{"size": [1, 41]}\n' + bytes(123),
        b'{"size": [40, 2]}\n' + bytes(239),
    ],
)
def test_an_answer_that_is_no_picture_of_the_size_asked_for_is_refused(answer):
    with pytest.raises(EOFError):
        answered(answer)


@pytest.mark.parametrize("size", [(1, 1), (40, 1), (1, 40)])
def test_an_answer_may_have_any_size_up_to_the_one_asked_for(size):
    pixels = bytes(range(3 * size[0] * size[1]))

    image = answered(b'{"size": [%d, %d]}' % size + b"\n" + pixels)

    assert (image.size, image.tobytes()) == (size, pixels)


def answered(answer):
    """Read what a decoder sent that was asked for a picture of 40 pixels a side at most."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(answer)
        return decoder._read_answer(ours, max_side_px=40)


@pytest.fixture
def helper(monkeypatch):
    """A helper of its own, not started yet."""
    helper = decoder._Helper()
    monkeypatch.setattr(decoder, "_helper", helper)
    yield helper
    helper.close()


def test_a_helper_that_cannot_be_started_is_said_kindly(helper, monkeypatch):
    def nothing(*_args, **_options):
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(decoder.subprocess, "Popen", nothing)

    assert refusal(photo()) == "no_decoder"


def test_photos_of_several_threads_are_decoded_side_by_side():
    colours = ["red", "lime", "blue", "black"] * 4

    with ThreadPoolExecutor(8) as pool:
        images = list(pool.map(lambda colour: decode_photo(photo(colour)), colours))

    assert [image.getpixel((60, 80)) for image in images] == [
        open_photo(photo(colour)).getpixel((60, 80)) for colour in colours
    ]


def test_no_child_outlives_its_photo():
    decode_photo(photo())
    helper = psutil.Process(decoder._helper._process.pid)
    deadline = time.monotonic() + 2

    while helper.children() and time.monotonic() < deadline:
        time.sleep(0.01)

    assert helper.children() == []


def test_the_helper_knows_nothing_of_the_shops_environment(helper, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")

    decode_photo(photo())

    assert "SECRET_KEY" not in psutil.Process(helper._process.pid).environ()
    assert os.getpgid(helper._process.pid) != os.getpgid(0)


def test_the_helper_goes_with_the_process_it_helps(helper):
    decode_photo(photo())

    helper._control.close()

    assert helper._process.wait(5) == 0


def test_a_process_that_was_forked_off_starts_a_helper_of_its_own(helper, monkeypatch):
    decode_photo(photo())
    first = helper._process
    monkeypatch.setattr(helper, "_owner", 1)  # as if another process had started it

    decode_photo(photo())

    assert helper._process is not first
    assert first.wait(5) == 0


def test_the_helper_of_another_process_is_not_waited_for(helper, monkeypatch):
    decode_photo(photo())

    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(helper, "_owner", 1)
        elsewhere.setattr(helper._process, "wait", lambda: pytest.fail("it waits"))
        helper.close()

    assert helper._process.wait(5) == 0


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("B22d_4990_la16.png", (640, 640)),
        ("B31_awebp4000.webp", "too_many_pixels"),
        ("B41_aspect20.png", (32, 640)),
        ("big25.webp", (640, 640)),
    ],
)
def test_photos_that_went_wrong_cost_the_process_nothing(name, outcome):
    if not (CASES / name).exists():
        pytest.skip(f"{name} is not here")
    before = psutil.Process().memory_info().rss

    try:
        found = decode_photo((CASES / name).read_bytes(), limits=SHOPPER, max_side_px=640).size
    except BadPhoto as error:
        found = error.code

    assert found == outcome
    assert psutil.Process().memory_info().rss - before < 20_000_000


def test_a_merchant_may_send_what_costs_more():
    assert (SHOPPER.memory_bytes, SHOPPER.cpu_seconds) == (600_000_000, 3)
    assert (MERCHANT.memory_bytes, MERCHANT.cpu_seconds) == (1_200_000_000, 8)
