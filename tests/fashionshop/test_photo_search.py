import io
import math
import re
import time
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from fashionshop import photo_link as photo_links
from fashionshop.photo_link import photo_link, photo_of_link
from fashionshop.photo_search import with_crop
from recommender.api.throttles import PhotoThrottle
from recommender.broker import NoWorker
from recommender.models import Checkpoint, Slot
from recommender.photos import WHOLE, Crop
from recommender.strips import photo as photo_selector
from recommender.strips import photo_garments
from recommender.strips.photo import PhotoFeatures
from recommender.strips.photo_garments import EncodedPhoto, PhotoGarment
from recommender.testing import activate_fake_checkpoints, fake_features, photo, work_off

PAGE = "/search/photo/"


def box(category, slot, confidence, *, colour="crimson", **place):
    """What a worker says of one part of a photo."""
    seen = {"category": category, "slot": slot, "category_confidence": confidence}
    sight = asdict(fake_features(photo(colour))) | seen | {"slot_confidence": confidence}
    return sight | asdict(WHOLE) | place


BOXES = [
    box("skirt", "BOTTOM", 0.7, colour="navy", y=0.5, height=0.5),
    box("jacket", "OUTERWEAR", 0.921, height=0.5),
    box("shoes", "SHOES", 0.2, y=0.9, height=0.1),
]


@pytest.fixture
def sent(monkeypatch, redis_url):
    """What reached the worker; a fake one answers at once."""
    photos = []

    def encode(jpeg):
        photos.append(jpeg)
        return asdict(fake_features(jpeg))

    monkeypatch.setattr(photo_selector, "ask_photo_features", encode)
    monkeypatch.setattr(
        photo_garments, "ask_garment_features", lambda jpeg: encode(jpeg) | {"boxes": BOXES}
    )
    return photos


def upload(client, data, *, follow=True):
    return client.post(PAGE, {"photo": SimpleUploadedFile("me.jpg", data)}, follow=follow)


def titles_of(response):
    return re.findall(r'card__title">([^<]*)<', response.content.decode())


def test_the_form_needs_no_script_and_keeps_its_promise_beside_the_button(client, db):
    page = client.get(PAGE).content.decode().partition('class="photo__form"')[2]

    assert 'enctype="multipart/form-data"' in page
    assert 'name="photo" accept="image/*" capture="environment"' in page
    assert 'name="saved" accept="image/*" id' in page  # what is saved already can be chosen
    assert page.index("</button>") < page.index("Your photo stays yours") < page.index("</form>")


def test_a_photo_finds_what_looks_like_it_best_first(client, sent, sell):
    activate_fake_checkpoints()
    sell("Navy", colour_of_picture="navy")
    sell("Crimson", colour_of_picture="crimson")
    work_off()

    response = upload(client, photo("darkred"))

    assert response.status_code == 200
    assert titles_of(response) == ["Crimson", "Navy"]


def test_the_answer_has_an_address_of_its_own_without_the_photo(client, sent, blouse):
    response = upload(client, photo(), follow=False)

    assert response.status_code == 302
    assert response.url.startswith(f"{PAGE}?seen=")
    assert client.get(response.url).status_code == 200
    assert len(sent) == 1


def test_a_photo_is_stored_nowhere(client, sent, blouse, settings):
    before = set(Path(settings.MEDIA_ROOT).rglob("*"))

    upload(client, photo())

    assert set(Path(settings.MEDIA_ROOT).rglob("*")) == before


def test_where_a_photo_was_taken_never_leaves_the_process(client, sent, blouse):
    image = Image.open(io.BytesIO(photo()))
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)

    upload(client, buffer.getvalue())

    assert not Image.open(io.BytesIO(sent[0])).getexif()


def test_a_large_photo_travels_small(client, sent, blouse):
    upload(client, photo(size=(1200, 1600)))

    assert Image.open(io.BytesIO(sent[0])).size == (480, 640)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty."),
        (b"not a picture", "This is not a picture we can read"),
        (photo(size=(40, 40)), "The picture is too small"),
    ],
)
def test_a_photo_that_cannot_be_used_is_refused_kindly(client, sent, db, data, message):
    response = upload(client, data)

    assert response.status_code == 422
    assert message in response.content.decode()
    assert 'role="alert"' in response.content.decode()


def test_the_eleventh_photo_within_a_minute_is_asked_to_wait(client, sent, blouse, monkeypatch):
    monkeypatch.setattr(PhotoThrottle, "clock", staticmethod(lambda: 1_700_000_000))

    replies = [upload(client, photo(), follow=False) for _ in range(11)]

    assert [reply.status_code for reply in replies] == [302] * 10 + [429]
    assert "Please try again in a minute" in replies[-1].content.decode()
    assert 0 < int(replies[-1]["Retry-After"]) <= 60


def test_page_and_api_count_on_the_same_ten(client, sent, blouse, monkeypatch):
    monkeypatch.setattr(PhotoThrottle, "clock", staticmethod(lambda: 1_700_000_000))
    for _ in range(10):
        client.post("/api/v1/search/image", photo(), content_type="image/jpeg")

    assert upload(client, photo()).status_code == 429


def test_a_file_that_is_announced_as_too_large_is_refused_unread(client, sent, db):
    large = {"CONTENT_LENGTH": "200000000"}

    response = client.post(PAGE, {"photo": SimpleUploadedFile("me.jpg", photo())}, **large)

    assert response.status_code == 413
    assert "The file is larger than 10 MB." in response.content.decode()
    assert response.wsgi_request._read_started is False


def test_a_photo_without_the_forms_token_is_refused(sent, db):
    client = Client(enforce_csrf_checks=True)

    assert upload(client, photo()).status_code == 403


def test_a_photo_with_the_forms_token_is_taken(sent, blouse):
    client = Client(enforce_csrf_checks=True)
    page = client.get(PAGE).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = {"csrfmiddlewaretoken": token, "photo": SimpleUploadedFile("me.jpg", photo())}

    assert client.post(PAGE, form).status_code == 302


def test_a_shop_that_looks_at_many_photos_asks_for_patience(client, sent, blouse, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"PHOTOS_IN_FLIGHT": 0}

    response = upload(client, photo())

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Many photos are being looked at right now" in response.content.decode()


def test_the_page_takes_no_other_method(client, db):
    assert client.put(PAGE).status_code == 405


def test_a_saved_picture_is_taken_like_a_new_one(client, sent, blouse):
    saved = {"saved": SimpleUploadedFile("me.jpg", photo())}

    assert client.post(PAGE, saved, follow=True).status_code == 200
    assert len(sent) == 1


def test_sending_no_photo_asks_for_one(client, db):
    response = client.post(PAGE)

    assert response.status_code == 422
    assert "Choose a photo first" in response.content.decode()


def test_no_worker_is_said_plainly(client, blouse, monkeypatch):
    def nobody(_jpeg):
        raise NoWorker

    monkeypatch.setattr(photo_garments, "ask_garment_features", nobody)

    response = upload(client, photo())

    assert response.status_code == 503
    assert "please try again in a minute" in response.content.decode()


def test_without_any_encoder_the_answer_is_the_same(client, sent, db):
    assert upload(client, photo()).status_code == 503


def test_the_recognised_slot_is_chosen_and_everything_is_a_click_away(client, sent, blouse, boots):
    response = upload(client, photo())

    assert titles_of(response) == [blouse.title]
    everything = client.get(f"{response.redirect_chain[0][0]}&slot=ALL")
    assert set(titles_of(everything)) == {blouse.title, boots.title}


def test_a_category_narrows_further(client, sent, blouse, sell, place):
    place(sell("Tee", slot=Slot.TOP, kind="T-shirts"))

    address = upload(client, photo()).redirect_chain[0][0]

    assert titles_of(client.get(f"{address}&slot=TOP&category=t-shirts")) == ["Tee"]


def test_nothing_alike_still_helps(client, sent, blouse):
    blouse.stock = 0
    blouse.save()

    page = upload(client, photo()).content.decode()

    assert "Nothing like it here" in page
    assert "Try another photo" in page


def test_where_nothing_is_alike_what_is_worn_most_is_offered(
    client, sent, blouse, skirt, put_together
):
    put_together("Sunday", blouse, skirt)
    seen = PhotoFeatures("fake-visual@1", [1.0] * 19, category="bag", category_confidence=0.05)

    page = client.get(PAGE, {"seen": photo_link(EncodedPhoto(seen))}).content.decode()

    assert "Worn most in our looks" in page
    assert {"Silk blouse", "Wool skirt"} <= set(re.findall(r'card__title">([^<]*)<', page))


def test_a_link_of_an_earlier_encoder_asks_for_the_photo_again(client, sent, blouse):
    address = upload(client, photo()).redirect_chain[0][0]
    Checkpoint.objects.filter(purpose="VISUAL").update(version="2")

    response = client.get(address)

    assert response.status_code == 410
    assert "Please send it once more" in response.content.decode()


@pytest.mark.parametrize("seen", ["half", "x" * 400, "a b\0c", "ünknown"])
def test_a_link_that_nobody_was_given_asks_for_the_photo_again(client, db, seen):
    response = client.get(PAGE, {"seen": seen})

    assert response.status_code == 410
    assert "This link has expired. Please send your photo once more." in response.content.decode()


def test_what_was_seen_is_forgotten_when_its_day_is_over(client, sent, blouse, monkeypatch):
    assert photo_links.KEPT_SECONDS == 24 * 60 * 60
    monkeypatch.setattr(photo_links, "KEPT_SECONDS", 0.05)
    address = upload(client, photo(), follow=False).url
    time.sleep(0.06)

    assert client.get(address).status_code == 410


def test_a_link_is_short_and_leads_to_all_that_was_seen(db):
    vector = [math.sin(number * number) for number in range(1024)]
    seen = PhotoFeatures("visual@1", vector, slot="TOP", palette=[{"hex": "#aa0000"}])
    looked = EncodedPhoto(
        seen, [PhotoGarment(Crop(0.1 * n, 0.0, 0.5, 1.0), seen) for n in range(4)]
    )

    link = photo_link(looked)

    assert len(link) < 30
    assert photo_of_link(link) == looked


def test_the_pieces_of_a_photo_are_buttons_by_name_the_surest_first(client, sent, blouse):
    page = upload(client, photo()).content.decode()

    buttons = re.findall(r'<button [^>]*class="choice piece"[^>]*>([^<]*)<', page)
    assert buttons == ["The whole photo", "Jacket, 92 %", "Skirt, 70 %"]
    assert len(sent) == 1


def test_a_piece_is_searched_without_the_photo_and_in_its_own_slot(
    client, sent, blouse, sell, place
):
    place(sell("Navy skirt", slot=Slot.BOTTOM, kind="Skirts"))
    address = upload(client, photo()).redirect_chain[0][0]

    response = client.get(f"{address}&box=1")

    assert titles_of(response) == ["Navy skirt"]
    assert "We think it shows: <strong>skirt" in response.content.decode()
    assert len(sent) == 1


@pytest.mark.parametrize("nonsense", ["box=9", "box=-1", "box=x", "price_min=cheap", "size=%00"])
def test_wishes_that_make_no_sense_are_passed_over(client, sent, blouse, nonsense):
    address = upload(client, photo()).redirect_chain[0][0]

    assert titles_of(client.get(f"{address}&{nonsense}")) == [blouse.title]


def test_price_and_size_narrow_the_result_together(client, sent, blouse, sell, place):
    for title, price, sizes in (("Cheap", 10, "S M"), ("Dear", 90, "S"), ("Large", 12, "L")):
        place(sell(title, slot=Slot.TOP, price=price, sizes=sizes))
    address = upload(client, photo()).redirect_chain[0][0]

    response = client.get(f"{address}&slot=TOP&price_max=20&size=S")

    assert titles_of(response) == ["Cheap"]
    assert "<option selected>S</option>" in response.content.decode()


def test_a_part_of_the_photo_is_sent_once_more_and_comes_first(client, sent, blouse):
    seen = unquote(upload(client, photo()).redirect_chain[0][0].partition("seen=")[2])
    form = {"photo": SimpleUploadedFile("me.jpg", photo()), "crop": "0,0.5,1,0.5", "seen": seen}

    response = client.post(PAGE, form, follow=True)

    page = response.content.decode()
    assert Image.open(io.BytesIO(sent[1])).size == (120, 80)
    assert re.findall(r'box" value="0" aria-current="true">([^<]*)<', page) == ["T-shirt, 90 %"]
    assert "Jacket, 92 %" in page


def test_a_part_that_is_chosen_again_takes_no_place_of_what_was_found():
    seen = PhotoFeatures("visual@1", [1.0])
    found = [PhotoGarment(Crop(0.1 * n, 0.0, 0.5, 1.0), seen) for n in range(4)]
    looked = EncodedPhoto(seen, found)

    for place in (Crop(0.0, 0.0, 0.2, 0.2), Crop(0.5, 0.5, 0.2, 0.2)):
        looked = with_crop(photo_of_link(photo_link(looked)), place, seen)

    assert looked.pieces[0].place == Crop(0.5, 0.5, 0.2, 0.2)
    assert list(looked.pieces[1:]) == found


def test_a_part_that_is_too_small_is_refused_kindly(client, sent, blouse):
    form = {"photo": SimpleUploadedFile("me.jpg", photo()), "crop": "0,0,0.1,0.1"}

    response = client.post(PAGE, form)

    assert response.status_code == 422
    assert "This part of the photo is too small" in response.content.decode()


def test_the_header_leads_here(client, db):
    assert f'href="{reverse("photo-search")}"' in client.get("/").content.decode()
