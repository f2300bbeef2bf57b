"""A look on a page: drawn with its price, and changed piece by piece through plain links."""

import re
from html import unescape

import pytest
from django.db import connection
from django.db.models import Q
from django.template import Context, Template
from django.test import RequestFactory

from fashionshop.models import Product
from recommender.models import Slot
from recommender.outfits.address import OutfitChoice

pytestmark = pytest.mark.django_db

TAG = "{% load recommender %}{% outfits product choices=choices %}"


def draw(product, address="/", choices=()):
    shown = {"product": product, "request": RequestFactory().get(address), "choices": choices}
    return Template(TAG).render(Context(shown))


def titles(html):
    return re.findall(r'card__title">([^<]*)<', html)


def swap_of(html, title):
    """The address behind the swap link of a piece."""
    (address,) = re.findall(rf'href="([^"]*)"[^>]*>Swap<span[^>]*> {title}<', html)
    return unescape(address)


@pytest.fixture
def wardrobe(make_product, looks_like, blouse, skirt, boots, handbag):
    for title, slot, degrees, price in (
        ("sandals", Slot.SHOES, 40, 10),
        ("clogs", Slot.SHOES, 60, 20),
        ("trousers", Slot.BOTTOM, 40, 15),
    ):
        looks_like(make_product(title, slot, price=price), style=degrees)
    for product in (blouse, skirt, boots, handbag):
        looks_like(product)


def test_a_look_shows_its_pieces_and_what_they_cost_together(wardrobe, blouse):
    html = draw(blouse)

    assert titles(html) == ["blouse", "skirt", "boots", "handbag"]
    assert "<strong>€160.00</strong>" in html
    assert html.count(">Swap<") == 3


def test_a_swap_link_changes_that_piece_and_keeps_the_rest(wardrobe, blouse):
    address = swap_of(draw(blouse), "boots")

    after = titles(draw(blouse, address))

    assert set(after) == {"blouse", "skirt", "handbag", "sandals"}


def test_a_swapped_piece_stands_where_the_one_before_stood(wardrobe, blouse):
    address = swap_of(draw(blouse), "boots")

    assert titles(draw(blouse, address)) == ["blouse", "skirt", "sandals", "handbag"]


def test_a_piece_can_be_swapped_again_and_again(wardrobe, blouse):
    once = draw(blouse, swap_of(draw(blouse), "boots"))

    twice = draw(blouse, swap_of(once, "sandals"))

    assert set(titles(twice)) == {"blouse", "skirt", "handbag", "clogs"}


def test_when_all_were_seen_the_look_says_so_and_leads_back(wardrobe, blouse):
    html = draw(blouse)
    for title in ("boots", "sandals", "clogs"):
        html = draw(blouse, swap_of(html, title))

    assert "Nothing in stock fits." in html
    assert 'href="?#look"' in html


def test_two_pieces_can_be_swapped_one_after_the_other(wardrobe, blouse):
    once = draw(blouse, swap_of(draw(blouse), "boots"))

    twice = draw(blouse, swap_of(once, "skirt"))

    assert set(titles(twice)) == {"blouse", "trousers", "handbag", "sandals"}


def test_a_budget_holds_for_the_whole_look_and_is_kept_by_its_links(wardrobe, blouse):
    html = draw(blouse, "/?look-budget=120")

    assert titles(html) == ["blouse", "trousers", "sandals", "handbag"]
    assert 'value="120"' in html
    assert "look-budget=120" in swap_of(html, "sandals")


def test_a_budget_too_small_is_answered_in_words(wardrobe, blouse):
    html = draw(blouse, "/?look-budget=45")

    assert titles(html) == []
    assert "Nothing in stock fits the budget of €45.00." in html


def test_another_look_has_other_pieces(wardrobe, blouse):
    html = draw(blouse)
    (address,) = re.findall(r'outfit__another" href="([^"]*)"', html)

    assert set(titles(draw(blouse, unescape(address)))) & set(titles(html)) == {"blouse"}


@pytest.mark.parametrize(
    "query",
    [
        "look-budget=ten&look-swap=HAT&look-without=x",
        "look-budget=-1",
        "look-budget=NaN",
        "look-budget=1e999",
        "look-without=%00",
    ],
)
def test_an_address_that_makes_no_sense_is_passed_over(wardrobe, blouse, query):
    assert titles(draw(blouse, f"/?{query}")) == titles(draw(blouse))


HEEL = OutfitChoice("heel", "Heel", ["flat", "high"], lambda value: ~Q(sku=f"not {value}"))


@pytest.fixture
def high(boots):
    """The boots are high, so that whoever wants flat shoes does not get them."""
    Product.objects.filter(pk=boots.pk).update(sku="not flat")


def test_what_a_shopper_chose_holds_for_the_pieces(wardrobe, blouse, high):
    html = draw(blouse, "/?look-heel=flat", choices=[HEEL])

    assert titles(html) == ["blouse", "skirt", "sandals", "handbag"]
    assert '<option value="flat" selected>' in html


def test_nothing_is_chosen_at_first(wardrobe, blouse, high):
    html = draw(blouse, choices=[HEEL])

    assert "boots" in titles(html)
    assert re.findall(r"<label for=\"look-heel\">([^<]*)<", html) == ["Heel"]
    assert "selected" not in html


def test_what_was_chosen_is_kept_by_every_link_beside_the_budget(wardrobe, blouse, high):
    html = draw(blouse, "/?look-heel=flat&look-budget=120", choices=[HEEL])

    links = [unescape(link) for link in re.findall(r'href="(\?[^"]*)"', html)]
    assert len(links) == 4
    assert all("look-heel=flat" in link and "look-budget=120" in link for link in links)


def test_a_swap_brings_what_was_chosen(wardrobe, blouse, high):
    html = draw(blouse, "/?look-heel=flat", choices=[HEEL])

    swapped = draw(blouse, swap_of(html, "sandals"), choices=[HEEL])

    assert set(titles(swapped)) == {"blouse", "skirt", "handbag", "clogs"}


def test_an_option_that_is_not_offered_is_passed_over(wardrobe, blouse, high):
    assert "boots" in titles(draw(blouse, "/?look-heel=medium", choices=[HEEL]))


def test_a_piece_that_was_sold_meanwhile_is_said(wardrobe, blouse, boots):
    address = swap_of(draw(blouse), "skirt")
    boots.delete()

    assert "can no longer be bought" in draw(blouse, address)


def test_where_there_is_no_look_nothing_is_drawn(checkpoints, blouse):
    assert draw(blouse).strip() == ""


def test_a_tag_without_a_request_draws_the_first_look(wardrobe, blouse):
    html = Template("{% load recommender %}{% outfits product %}").render(
        Context({"product": blouse})
    )

    assert titles(html) == ["blouse", "skirt", "boots", "handbag"]


def test_a_failing_database_costs_the_look_and_not_the_page(wardrobe, blouse, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE recommender_embedding RENAME TO lost")

    assert draw(blouse).strip() == ""
    assert f"for product {blouse.pk}" in caplog.text
