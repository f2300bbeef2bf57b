"""A photo in, products out."""

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fashionshop.models import Product
from recommender.api.parsers import MAX_BODY_BYTES
from recommender.broker import NoWorker
from recommender.photos import open_photo
from recommender.testing import fake_features, photo, work_off

pytestmark = pytest.mark.django_db

URL = "/api/v1/search/image"


@pytest.fixture
def search(client, redis_url):
    def send(data, query=""):
        return client.post(URL + query, {"image": SimpleUploadedFile("photo.jpg", data)})

    return send


@pytest.fixture
def colours(checkpoints, make_product, make_picture):
    """A crimson top, a navy one, and a crimson skirt, seen by the fake encoders."""
    for title, slot, colour in (
        ("crimson top", "TOP", "crimson"),
        ("navy top", "TOP", "navy"),
        ("crimson skirt", "BOTTOM", "crimson"),
    ):
        make_picture(make_product(title, slot), colour)
    work_off()


def titles(reply):
    return [item["title"] for item in reply.json()["items"]]


def test_a_photo_finds_what_looks_like_it(search, colours, worker):
    reply = search(photo("navy"))

    assert reply.status_code == 200
    assert titles(reply)[0] == "navy top"
    assert reply.json()["versions"] == ["fake-visual@1"]


def test_a_photo_may_be_the_body_itself(client, search, colours, worker):
    reply = client.post(URL, photo("navy"), content_type="image/jpeg")

    assert titles(reply) == titles(search(photo("navy")))


def test_the_answer_says_what_was_recognised(search, colours, worker):
    assert search(photo()).json()["seen"] == {
        "category": "category-top",
        "garment": "t-shirt",
        "garment_confidence": 0.9,
        "slot": "TOP",
        "slot_confidence": 0.95,
        "palette": [{"hex": "#aa0000", "share": 1.0}],
    }


def test_slot_and_limit_narrow_the_answer(search, colours, worker):
    assert titles(search(photo("navy"), "?slot=BOTTOM")) == ["crimson skirt"]
    assert len(titles(search(photo("navy"), "?limit=2"))) == 2


def test_the_recognised_slot_narrows_the_answer_unless_it_is_asked_for_any(search, colours, worker):
    narrowed, everything = search(photo("crimson")), search(photo("crimson"), "?slot=ANY")

    assert (titles(narrowed), narrowed.json()["narrowed_to"]) == (
        ["crimson top", "navy top"],
        "TOP",
    )
    assert "crimson skirt" in titles(everything)
    assert everything.json()["narrowed_to"] == ""


def test_where_the_shop_has_none_of_the_slot_everything_is_searched(search, colours, worker):
    Product.objects.filter(category__slot="TOP").update(stock=0)

    reply = search(photo("crimson"))

    assert (titles(reply), reply.json()["narrowed_to"]) == (["crimson skirt"], "")


def test_the_seen_category_is_what_the_filter_takes(search, colours, worker):
    seen = search(photo("crimson")).json()["seen"]

    assert titles(search(photo("crimson"), f"?category={seen['category']}&slot=ANY")) == [
        "crimson top",
        "navy top",
    ]


def test_a_photo_costs_six_queries(search, colours, worker, django_assert_num_queries):
    with django_assert_num_queries(
        6
    ):  # encoder, before and after; ranking, cards, pictures, category
        search(photo())


def test_the_worker_gets_a_small_picture_without_its_history(search, colours, worker, tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (2000, 1500), "navy").save(tmp_path / "big.jpg", exif=exif)

    search((tmp_path / "big.jpg").read_bytes())

    assert open_photo(worker[0]).size == (640, 480)
    assert b"taken at home" not in worker[0]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<svg onload='alert(1)'/>", "not_an_image"),
        (photo()[: len(photo()) // 2], "truncated"),
        (photo(size=(20, 20)), "too_small"),
    ],
)
def test_a_bad_photo_is_refused_with_a_stable_code(search, worker, data, code):
    reply = search(data)

    assert reply.status_code == 422
    assert reply["Content-Type"] == "application/problem+json"
    assert reply.json()["type"] == f"urn:problem-type:recommender:{code}"
    assert reply.json()["errors"][0]["pointer"] == "#/image"
    assert worker == []


@pytest.mark.parametrize("form", [{}, {"image": "text"}, {"photo": SimpleUploadedFile("a", b"1")}])
def test_a_form_without_a_photo_says_what_is_missing(client, worker, form):
    reply = client.post(URL, form)

    assert (reply.status_code, reply.json()["code"]) == (422, "missing")


def test_an_empty_body_holds_no_photo(client, worker):
    reply = client.post(URL, b"", content_type="image/jpeg")

    assert (reply.status_code, reply.json()["code"]) == (422, "missing")


def test_a_body_announced_as_too_large_is_not_read(client, worker):
    reply = client.post(
        URL, b"x", content_type="image/jpeg", CONTENT_LENGTH=str(MAX_BODY_BYTES + 1)
    )

    assert (reply.status_code, reply.json()["code"]) == (413, "too_many_bytes")
    assert reply.wsgi_request._read_started is False


def test_a_photo_just_over_the_limit_is_too_large_as_well(client, worker):
    reply = client.post(URL, b"\xff" * 10_000_001, content_type="image/jpeg")

    assert (reply.status_code, reply.json()["code"]) == (413, "too_many_bytes")


def test_a_body_of_another_kind_is_refused(client, worker):
    reply = client.post(URL, "{}", content_type="application/json")

    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")


def test_a_hundred_and_one_files_are_refused(client, worker):
    files = {f"file{number}": SimpleUploadedFile("a", b"1") for number in range(101)}

    reply = client.post(URL, files)

    assert (reply.status_code, reply.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a.jpg.php", "x" * 4096, "-rf", "a\u202egpj"])
def test_the_name_of_the_file_does_not_matter(client, colours, worker, name):
    reply = client.post(URL, {"image": SimpleUploadedFile(name, photo())})

    assert reply.status_code == 200


def test_without_a_worker_the_shopper_is_told_when_to_try_again(search, checkpoints, monkeypatch):
    def nobody(_jpeg):
        raise NoWorker(NoWorker.__doc__)

    monkeypatch.setattr("recommender.strips.photo.ask_photo_features", nobody)

    reply = search(photo())

    assert (reply.status_code, reply.json()["code"]) == (503, "no_worker")
    assert reply["Retry-After"] == "5"


def test_without_an_encoder_nobody_is_asked(search, db):
    assert search(photo()).status_code == 503


@pytest.fixture
def boxes(monkeypatch):
    """A worker that finds a jacket, the same jacket again, and something it is not sure of."""
    places = [(0.1, 0.1, 0.5, 0.4, 0.92), (0.1, 0.1, 0.5, 0.45, 0.8), (0.2, 0.6, 0.5, 0.4, 0.3)]
    found = [
        vars(fake_features(photo()))
        | {"category": "jacket", "slot": "OUTERWEAR", "category_confidence": confidence}
        | {"x": x, "y": y, "width": width, "height": height}
        for x, y, width, height, confidence in places
    ]
    look = lambda jpeg: vars(fake_features(jpeg)) | {"boxes": found}  # noqa: E731 -- a double
    monkeypatch.setattr("recommender.strips.photo_garments.ask_garment_features", look)


def test_the_garments_in_the_photo_come_with_the_crop_that_searches_them(search, colours, boxes):
    reply = search(photo("navy"), "?boxes=true")

    assert titles(reply)[0] == "navy top"
    assert reply.json()["boxes"] == [
        {"x": 0.1, "y": 0.1, "width": 0.5, "height": 0.4, "crop": "0.1,0.1,0.5,0.4"}
        | {"category": "jacket", "category_confidence": 0.92, "slot": "OUTERWEAR"}
    ]


def test_boxes_are_found_only_if_asked_for(search, colours, worker):
    assert search(photo()).json()["boxes"] == []


def test_only_the_crop_reaches_the_worker(search, colours, worker):
    search(photo(size=(400, 300)), "?crop=0.25,0.5,0.5,0.5&boxes=true")

    assert open_photo(worker[0]).size == (200, 150)


def test_a_crop_is_cut_from_the_large_photo_not_from_the_small_one(search, colours, worker):
    search(photo(size=(2000, 1500)), "?crop=0,0,0.5,0.5")

    assert open_photo(worker[0]).size == (640, 480)


def test_a_crop_counts_on_the_upright_photo(search, colours, worker, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    Image.new("RGB", (400, 200), "navy").save(tmp_path / "side.jpg", exif=exif)

    search((tmp_path / "side.jpg").read_bytes(), "?crop=0,0,1,0.5")

    assert open_photo(worker[0]).size == (200, 200)


@pytest.mark.parametrize(
    "crop",
    [
        *("", "0,0,1", "0,0,1,1,1", "0,0,0,1", "0.6,0,0.5,1", "0,0,1.1,1", "-0.1,0,1,1"),
        *("a,b,c,d", "0,0,NaN,1", "0,0,1e-1,1", "0, 0, 1, 1", "\u0660,0,1,1", "0,0,1,1\n"),
    ],
)
def test_a_crop_that_is_none_is_refused(client, worker, crop):
    reply = client.post(
        f"{URL}?{urlencode({'crop': crop})}", {"image": SimpleUploadedFile("a.jpg", photo())}
    )

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (400, "#/crop")
    assert worker == []


def test_a_crop_of_a_few_pixels_is_too_small(search, checkpoints, worker):
    reply = search(photo(), "?crop=0,0,0.1,0.1")

    assert (reply.status_code, reply.json()["code"]) == (422, "too_small")
