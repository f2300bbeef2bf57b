"""The list of products and the single product."""

import time

import pytest
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from fashionshop.models import Product, ProductPicture, clean_picture
from recommender.api.parameters import CURSOR_SALT
from recommender.testing import photo
from tests.effort import examples

pytestmark = pytest.mark.django_db

URL = "/api/v1/products"


def titles(reply):
    return [item["title"] for item in reply.json()["items"]]


def test_the_newest_visible_products_come_first(client, make_product):
    make_product("old")
    make_product("new")
    make_product("hidden", is_published=False)

    reply = client.get(URL)

    assert titles(reply) == ["new", "old"]
    assert reply.json()["next"] is None


def test_a_list_costs_the_products_and_the_hosts_pictures(
    client, make_product, make_picture, django_assert_num_queries
):
    for title in "abc":
        make_picture(make_product(title))

    with django_assert_num_queries(2):
        client.get(URL)


def test_a_slot_narrows_the_list(client, blouse, skirt):
    assert titles(client.get(URL, {"slot": "BOTTOM"})) == ["skirt"]


def test_availability_splits_the_list(client, make_product):
    make_product("here")
    make_product("gone", stock=0)

    assert titles(client.get(URL, {"available": "true"})) == ["here"]
    assert titles(client.get(URL, {"available": "false"})) == ["gone"]


def test_pages_follow_one_another_without_a_gap(client, make_product):
    for title in "abcde":
        make_product(title)

    first = client.get(URL, {"limit": 2})
    second = client.get(first.json()["next"])
    third = client.get(second.json()["next"])

    assert [*titles(first), *titles(second), *titles(third)] == list("edcba")
    assert third.json()["next"] is None


def test_the_next_page_keeps_the_filters(client, make_product, skirt):
    for title in "abc":
        make_product(title)

    first = client.get(URL, {"limit": 2, "slot": "TOP"})

    assert titles(client.get(first.json()["next"])) == ["a"]


def test_a_product_that_arrives_between_pages_shifts_nothing(client, make_product):
    for title in "abc":
        make_product(title)

    first = client.get(URL, {"limit": 2})
    make_product("d")

    assert titles(client.get(first.json()["next"])) == ["a"]


def test_the_last_product_of_a_page_may_be_gone_by_the_next(client, make_product):
    for title in "abc":
        make_product(title)

    first = client.get(URL, {"limit": 2})
    Product.objects.get(title="b").delete()

    assert titles(client.get(first.json()["next"])) == ["a"]


CHANGES = st.lists(st.one_of(st.just("arrives"), st.integers(0, 40)), max_size=4)  # or which leaves


@given(start=st.integers(1, 12), limit=st.integers(1, 5), changes=st.lists(CHANGES, max_size=8))
@examples(30)
def test_whatever_comes_and_goes_no_product_is_shown_twice_or_left_out(
    client, make_product, start, limit, changes
):
    Product.objects.all().delete()
    stayed = {make_product(f"{number:03}").title for number in range(start)}
    seen, page = [], f"{URL}?limit={limit}"
    between = iter(changes)
    while page:
        reply = client.get(page)
        seen, page = [*seen, *titles(reply)], reply.json()["next"]
        stayed -= gone(make_product, next(between, []))

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


def gone(make_product, changes):
    """Change the catalogue; the titles that left it."""
    left = set()
    for change in changes:
        if change == "arrives":
            make_product(f"new {time.monotonic_ns()}")
            continue
        rows = list(Product.objects.order_by("pk")[change : change + 1])
        left |= {row.title for row in rows}
        Product.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return left


def test_a_cursor_that_is_too_old_is_gone_and_says_what_to_do(client, make_product, monkeypatch):
    for title in "ab":
        make_product(title)
    page = client.get(URL, {"limit": 1}).json()["next"]
    a_day_later = time.time() + 86_401
    monkeypatch.setattr(signing.time, "time", lambda: a_day_later)

    reply = client.get(page)

    assert (reply.status_code, reply.json()["code"]) == (410, "cursor_expired")
    assert reply["Content-Type"] == "application/problem+json"
    assert "first page" in reply.json()["detail"]


def test_how_long_a_cursor_leads_on_is_a_setting(client, make_product, settings, monkeypatch):
    for title in "ab":
        make_product(title)
    page = client.get(URL, {"limit": 1}).json()["next"]
    settings.RECOMMENDER = {**settings.RECOMMENDER, "CURSOR_SECONDS": 100_000}
    a_day_later = time.time() + 86_401
    monkeypatch.setattr(signing.time, "time", lambda: a_day_later)

    assert client.get(page).status_code == 200


@pytest.mark.parametrize("cursor", ["1", "x" * 100, "eyJhIjoxfQ:1:1", ""])
def test_a_cursor_of_ones_own_making_is_refused(client, db, cursor):
    reply = client.get(URL, {"cursor": cursor})

    assert reply.status_code == 400
    assert reply.json()["errors"][0]["pointer"] == "#/cursor"


def test_a_cursor_opens_nothing_but_the_list_of_products(client, make_product):
    foreign = signing.dumps("1", salt="another purpose")

    assert client.get(URL, {"cursor": foreign}).status_code == 400
    assert client.get(URL, {"cursor": signing.dumps("1", salt=CURSOR_SALT)}).status_code == 200


def test_a_product_is_a_card_with_all_that_is_drawn(client, make_product, make_picture):
    product = make_product("Linen shirt", price="49.5", colour="crimson")
    make_picture(product)

    card = client.get(f"{URL}/{product.pk}").json()

    picture = card.pop("picture")
    assert card == {
        "id": str(product.pk),
        "title": "Linen shirt",
        "subtitle": "crimson",
        "price": "49.50",
        "currency": "EUR",
        "price_label": "€49.50",
        "url": f"http://testserver/product/{product.pk}/",
        "availability": "IN_STOCK",
    }
    assert (picture["width"], picture["height"], picture["alt"]) == (120, 160, "Linen shirt")


def test_every_address_of_a_picture_is_absolute(client, make_product):
    product = make_product("shirt")
    large = clean_picture(photo(size=(600, 800)))
    ProductPicture.objects.create(product=product, file=large)

    picture = client.get(f"{URL}/{product.pk}").json()["picture"]

    renditions = [one for kind in picture["sources"].values() for one in kind]
    assert renditions
    assert {type(one["width"]) for one in renditions} == {int}
    assert all(
        src.startswith("http://testserver/media/")
        for src in [picture["src"], *(one["src"] for one in renditions)]
    )


def test_a_product_without_a_picture_says_so(client, dress):
    assert client.get(f"{URL}/{dress.pk}").json()["picture"] is None


def test_a_sold_out_product_is_still_shown(client, make_product):
    product = make_product("gone", stock=0)

    assert client.get(f"{URL}/{product.pk}").json()["availability"] == "OUT_OF_STOCK"


def test_a_product_costs_one_query_and_the_hosts_pictures(client, dress, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get(f"{URL}/{dress.pk}")


@pytest.mark.parametrize("tail", ["", "/similar", "/goes-with"])
def test_a_hidden_product_and_an_unknown_one_are_the_same_404(client, make_product, tail):
    hidden = make_product("hidden", is_published=False)

    replies = [client.get(f"{URL}/{key}{tail}") for key in (hidden.pk, 999_999)]

    assert [reply.status_code for reply in replies] == [404, 404]
    assert replies[0].content == replies[1].content
    assert replies[0].json()["code"] == "not_found"


@pytest.mark.parametrize(
    "key", ["0", "-1", "x", "1.5", "9" * 30, "9" * 5000, "%00", "1%00", "..", "%F0%9F%91%97", "%FF"]
)
def test_what_is_no_key_at_all_is_not_found(client, dress, key):
    assert client.get(f"{URL}/{key}").status_code == 404
