import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from fashionshop.models import Product
from fashionshop.photo_search import garment_name
from recommender.models import Slot


@pytest.fixture
def read(client):
    """The text of a page for somebody whose browser asks for a language."""

    def read_in(language, address="/"):
        return client.get(address, headers={"accept-language": language}).content.decode()

    return read_in


@pytest.mark.parametrize(
    ("language", "direction", "words"),
    [
        ("en-us", "ltr", "Clothes that go together"),
        ("de-at", "ltr", "Mode, die zusammenpasst"),
        ("fr", "ltr", "Des vêtements qui vont ensemble"),
        ("es-mx", "ltr", "Ropa que combina"),
        ("it", "ltr", "Capi che stanno bene insieme"),
        ("ar-eg", "rtl", "ملابس تتناسق معًا"),
        ("nl", "ltr", "Clothes that go together"),
    ],
)
def test_the_shop_speaks_the_language_of_the_browser(db, read, language, direction, words):
    page = read(language)

    assert words in page
    assert f'dir="{direction}"' in page


def test_a_language_is_chosen_on_the_page_and_kept(client, db):
    home = client.post("/language/", {"language": "it", "next": "/"}, follow=True)

    assert 'lang="it"' in home.content.decode()
    assert 'lang="it"' in client.get(reverse("photo-search")).content.decode()


def test_choosing_a_language_needs_no_cookie_before(client, db):
    assert not client.get("/").cookies


def test_a_choice_of_language_leads_to_no_other_site(client, db):
    reply = client.post("/language/", {"language": "it", "next": "https://elsewhere.example/"})

    assert "elsewhere" not in reply.headers["Location"]


def test_a_price_is_written_as_in_the_language(read, blouse):
    Product.objects.filter(pk=blouse.pk).update(price="1234.50")

    assert "1.234,50 €" in read("de", blouse.get_absolute_url())
    assert "€1,234.50" in read("en", blouse.get_absolute_url())


def test_a_sold_out_card_says_so_in_the_language(read, sell):
    sell("Last blouse", stock=0)

    page = read("de", reverse("category", args=["tops"]) + "?sold_out=on")

    assert "· Ausverkauft" in page
    assert "Sold out" not in page


def test_a_strip_is_headed_in_the_language(read, blouse, skirt, shirt):
    page = read("de", blouse.get_absolute_url())

    assert ">Ähnliche Artikel</h2>" in page
    assert ">Passt gut dazu</h2>" in page
    assert 'data-text-next="Weiter in „Passt gut dazu“"' in page


def test_slots_are_named_in_the_language(read, sell):
    sell("Wool skirt", slot=Slot.BOTTOM)

    assert ">Hose oder Rock</p>" in read("de")


def test_the_api_gives_its_reasons_in_the_language(client, blouse, shirt):
    page = client.get(
        f"/api/v1/products/{blouse.pk}/similar", headers={"accept-language": "de"}
    ).json()

    texts = [reason["text"] for item in page["items"] for reason in item["reasons"]]
    assert "Ähnliche Form" in texts


def test_what_is_wrong_with_a_photo_is_said_in_the_language(client, db, redis_url):
    page = client.post(
        reverse("photo-search"),
        {"photo": SimpleUploadedFile("me.jpg", b"no picture")},
        headers={"accept-language": "fr"},
    )

    assert "Nous ne pouvons pas lire cette image" in page.content.decode()


def test_a_recognised_garment_has_its_name_in_the_language(db):
    with translation.override("de"):
        assert garment_name("long-sleeved_top") == "Langarmshirt"
        assert garment_name("kilt") == "kilt"


def test_the_merchant_works_in_the_language(admin_client, blouse):
    page = admin_client.get(
        reverse("admin:fashionshop_product_changelist"), headers={"accept-language": "de"}
    ).content.decode()

    assert re.search(r"\d Bild(er)? (wartet|warten|bereit)\.", page)
    assert "Titel, Artikelnummer, Farbe oder Modell" in page
