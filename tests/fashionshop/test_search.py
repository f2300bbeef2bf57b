"""Search by words."""

import re

import pytest
from django.urls import reverse

from recommender.models import Slot
from tests.fashionshop.test_pages import queries_of

SEARCH = reverse("search")


@pytest.fixture
def found(client):
    """The titles a search finds, in their order."""

    def titles(text, language="en", **asked):
        page = client.get(SEARCH, {"q": text} | asked, headers={"accept-language": language})
        results = page.content.decode().partition('class="grid grid--narrow"')[2]
        return re.findall(r'card__title">([^<]*)<', results)

    return titles


@pytest.fixture
def clothes(sell):
    sell("Crêpe bow blouse Lucerne", kind="Blouses", colour="plum", price=90)
    sell("Merino roll-neck", kind="Knitwear", colour="ivory", sizes="S M")
    sell("Silk slip Blouson", slot=Slot.DRESS, kind="Dresses", colour="ivory", stock=0)
    sell("Ankle boots", slot=Slot.SHOES, kind="Boots")
    sell("Hidden blouse", is_published=False)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("blouse", ["Crêpe bow blouse Lucerne"]),
        ("CREPE", ["Crêpe bow blouse Lucerne"]),  # written without its accent
        ("lucer", ["Crêpe bow blouse Lucerne"]),  # being typed
        ("the blouses", ["Crêpe bow blouse Lucerne"]),  # in another form, with a filler
        ("ivory knitwear", ["Merino roll-neck"]),  # by colour and category
        ("shoes", ["Ankle boots"]),  # by what it is in an outfit
        ("blouse boots", []),
        ("!!! & | :* ' \\", []),
        ("the", []),
        ("", []),
    ],
)
def test_every_word_has_to_be_there(found, clothes, text, titles):
    assert found(text) == titles


@pytest.mark.parametrize(("language", "word"), [("de", "Bluse"), ("it", "blusa"), ("ar", "بلوزة")])
def test_kinds_of_clothes_are_found_by_their_name_in_the_readers_language(
    found, clothes, language, word
):
    assert found(word, language) == ["Crêpe bow blouse Lucerne"]


def test_a_word_in_the_title_counts_more_than_one_elsewhere(found, sell):
    sell("Plum scarf", slot=Slot.ACCESSORY)
    sell("Silk scarf", slot=Slot.ACCESSORY, colour="plum")

    assert found("plum") == ["Plum scarf", "Silk scarf"]
    assert found("plum", sort="new") == ["Silk scarf", "Plum scarf"]


def test_the_filters_of_the_shop_narrow_what_was_found(client, found, clothes):
    assert found("ivory", sold_out="on") == ["Silk slip Blouson", "Merino roll-neck"]
    assert found("ivory", size="M") == ["Merino roll-neck"]
    assert found("ivory", price_min="500") == []
    page = client.get(SEARCH, {"q": "ivory", "price_min": "500"}).content.decode()
    assert "Nothing fits all of that" in page
    assert '<input type="hidden" name="q" value="ivory">' in page


def test_cards_cost_no_query(client, found, sell):
    sell("Silk slip")
    before = queries_of(client, f"{SEARCH}?q=silk")
    for number in range(5):
        sell(f"Silk blouse {number}")

    assert queries_of(client, f"{SEARCH}?q=silk") == before <= 6


def test_nothing_found_helps_on(client, clothes):
    page = client.get(SEARCH, {"q": "spacesuit <b>"}).content.decode()

    assert "Search: spacesuit &lt;b&gt;" in page
    assert "We found nothing for that." in page
    assert 'class="choice choice--small" href="/category/boots/"' in page
    assert "Just in" in page
