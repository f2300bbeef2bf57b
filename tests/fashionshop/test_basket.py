"""What is put in the basket, and how it is changed there."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from fashionshop.models import Category, Product
from recommender.models import Slot
from tests.fashionshop.test_pages import queries_of

ADD, BASKET, CHECKOUT = reverse("basket-add"), reverse("basket"), reverse("checkout")


@pytest.fixture
def put_in(client):
    """Put pieces in the basket, as a button of the shop does, and see the page it leads to."""

    def post(*pieces, page="/"):
        return client.post(
            ADD, {"piece": pieces}, headers={"referer": f"http://testserver{page}"}, follow=True
        )

    return post


def basket(client):
    return client.session.get("basket", {})


def text_of(client, address=BASKET):
    return client.get(address).content.decode()


def test_a_piece_is_put_in_where_one_is(client, blouse, put_in):
    page = put_in(f"{blouse.pk}:M", page=blouse.get_absolute_url())

    assert page.redirect_chain == [(f"http://testserver{blouse.get_absolute_url()}", 302)]
    assert "“Silk blouse” is in your basket." in page.content.decode()
    assert basket(client) == {f"{blouse.pk}:M": 1}


def test_only_a_page_of_the_shop_is_led_back_to(client, blouse):
    reply = client.post(
        ADD, {"piece": f"{blouse.pk}:M"}, headers={"referer": "https://elsewhere.example/"}
    )

    assert reply.url == BASKET


def test_no_cookie_is_set_before_something_is_put_in(client, blouse):
    for address in ("/", blouse.get_absolute_url(), BASKET, reverse("search") + "?q=silk"):
        assert not client.get(address).cookies, address

    assert "sessionid" in client.post(ADD, {"piece": f"{blouse.pk}:M"}).cookies


def test_what_cannot_be_had_sets_no_cookie_for_a_basket(client, sell):
    client.post(ADD, {"piece": [f"{sell('Gone', stock=0).pk}:", "spoon:", "99999:", "9" * 99]})

    assert basket(client) == {}


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}, {"origin": "null"}],
)
def test_another_sites_page_puts_nothing_in(client, blouse, headers):
    reply = client.post(ADD, {"piece": f"{blouse.pk}:M"}, headers=headers)

    assert reply.status_code == 403
    assert basket(client) == {}


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}]
)
def test_a_page_of_the_shop_puts_it_in(client, blouse, headers):
    client.post(ADD, {"piece": f"{blouse.pk}:M"}, headers=headers)

    assert basket(client) == {f"{blouse.pk}:M": 1}


@pytest.mark.parametrize("address", [BASKET, reverse("basket-remove"), CHECKOUT])
def test_every_other_form_has_a_token(db, address):
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403


def test_a_product_in_one_size_needs_no_choice(client, sell, put_in):
    belt = sell("Belt", sizes="One size")

    put_in(f"{belt.pk}:")

    assert basket(client) == {f"{belt.pk}:One size": 1}


def test_a_size_it_does_not_come_in_is_asked_for(client, blouse, put_in):
    put_in(f"{blouse.pk}:XXL")

    assert "Please choose a size." in text_of(client)
    assert client.get(CHECKOUT).url == BASKET


def test_a_look_is_put_in_whole_and_its_sizes_are_asked_for(client, blouse, boots, sell, put_in):
    gone = sell("Gone", stock=0)

    page = put_in(f"{blouse.pk}:", f"{boots.pk}:", f"{gone.pk}:").content.decode()

    assert "2 pieces are in your basket." in page
    assert "what is sold out was left out" in page
    assert "Please choose a size." in page


def test_a_look_around_a_piece_that_is_in_already_adds_the_others(client, blouse, boots, put_in):
    put_in(f"{blouse.pk}:M")

    put_in(f"{blouse.pk}:", f"{boots.pk}:")

    assert basket(client) == {f"{blouse.pk}:M": 1, f"{boots.pk}:": 1}


def test_sizes_and_numbers_are_changed_together(client, blouse, boots, put_in):
    put_in(f"{blouse.pk}:", f"{boots.pk}:")
    lines = {"piece": [f"{blouse.pk}:", f"{boots.pk}:"], "size": ["S", ""], "quantity": ["2", "0"]}

    reply = client.post(BASKET, lines | {"checkout": "1"})

    assert reply.url == CHECKOUT
    assert basket(client) == {f"{blouse.pk}:S": 2}


def test_lines_that_become_the_same_are_one(client, blouse, put_in):
    put_in(f"{blouse.pk}:S")
    put_in(f"{blouse.pk}:M")

    client.post(BASKET, {"piece": f"{blouse.pk}:M", "size": "S", "quantity": "nonsense"})

    assert basket(client) == {f"{blouse.pk}:S": 2}


def test_a_piece_is_taken_out(client, blouse, put_in):
    put_in(f"{blouse.pk}:S")

    client.post(reverse("basket-remove"), {"piece": f"{blouse.pk}:S"})

    assert "There is nothing in it yet." in text_of(client)


def test_sizes_of_one_product_share_its_stock(client, sell, put_in):
    blouse = sell("Rare blouse", sizes="S M L", stock=3)
    put_in(f"{blouse.pk}:S")
    for _time in range(3):
        put_in(f"{blouse.pk}:M")
    put_in(f"{blouse.pk}:L")

    page = text_of(client)

    assert "Only 2 left" in page
    assert re.findall(r'name="quantity"[^>]*value="(\d+)"', page) == ["1", "2"]
    assert "Rare blouse</a> · L" in page[page.index("Just missed") :]


def test_what_sold_out_meanwhile_is_said_and_not_counted(client, blouse, boots, put_in):
    put_in(f"{blouse.pk}:S", f"{boots.pk}:")
    Product.objects.filter(pk=boots.pk).update(stock=0)

    page = text_of(client)

    assert "Ankle boots" in page[page.index("Just missed") :]
    assert "€40.00</strong>" in page


def test_a_product_that_was_withdrawn_or_deleted_breaks_nothing(client, blouse, boots, put_in):
    put_in(f"{blouse.pk}:S", f"{boots.pk}:")
    Product.objects.filter(pk=blouse.pk).update(is_published=False, price=None)
    boots.delete()

    assert "Silk blouse · S" in text_of(client)


def test_its_queries_do_not_grow_with_the_lines(client, blouse, boots, put_in):
    put_in(f"{blouse.pk}:S")
    client.get(BASKET)
    before = queries_of(client, BASKET)
    put_in(f"{blouse.pk}:M", f"{boots.pk}:")
    client.get(BASKET)

    assert queries_of(client, BASKET) == before <= 6


def test_the_header_counts_the_pieces(client, blouse, put_in):
    page = put_in(f"{blouse.pk}:S").content.decode()

    assert re.search(r'nav__count">\(1<span class="hidden"> piece</span>', page)


def test_a_card_offers_its_sizes_and_what_is_sold_out_none(client, blouse, sell):
    gone = sell("Gone", sizes="S M", stock=0)

    page = text_of(client, reverse("category", args=["tops"]) + "?sold_out=on")

    assert re.findall(r'name="piece" value="([^"]+)"', page) == [
        f"{blouse.pk}:S",
        f"{blouse.pk}:M",
    ]
    assert gone.title in page


def test_a_strip_has_them_too_and_a_size_chosen_for_a_look_is_chosen_for_its_pieces(
    client, blouse, sell, place, boots
):
    skirt = place(sell("Pleated skirt", slot=Slot.BOTTOM, sizes="S M"), 10)
    Category.objects.filter(slot=Slot.SHOES).update(name="Shoes")

    page = text_of(client, blouse.get_absolute_url() + "?look-bottoms=M")

    look = page[page.index('id="look"') : page.index('id="add-look"')]
    assert f'<option value="{skirt.pk}:M" selected>' in look
    assert f'name="piece" form="add-look" value="{boots.pk}:"' in look
    strip = page[page.index(">Goes well with<") :]
    assert f'form="add" name="piece" value="{skirt.pk}:S"' in strip
