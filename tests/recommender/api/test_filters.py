"""The same narrowing parameters on every question, and a plain problem where one makes no sense."""

import pytest

from fashionshop.models import Product
from recommender.testing import photo

pytestmark = pytest.mark.django_db


def titles(reply):
    return {item["title"] for item in reply.json()["items"]}


@pytest.fixture
def similar(client, blouse, tops):
    Product.objects.filter(title="near").update(price=10, season="WINTER", sizes="S M")
    Product.objects.filter(title="middle").update(price=20, gender="MEN", colour="red")
    return lambda **query: client.get(
        f"/api/v1/products/{blouse.pk}/similar", {"floor": "off"} | query
    )


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"price_max": "19.99"}, {"near"}),
        ({"price_min": "20", "price_max": "20.00"}, {"middle"}),
        ({"gender": "MEN"}, {"middle"}),
        ({"season": "SUMMER"}, {"middle", "far"}),
        ({"size": "M"}, {"near"}),
        ({"colour": "red"}, {"middle"}),
        ({"category": "category-top"}, {"near", "middle", "far"}),
        ({"category": "no such thing"}, set()),
        ({"size": "", "colour": "red"}, {"middle"}),
        ({"season": ["WINTER", "SUMMER"]}, {"near", "middle", "far"}),
        ({"colour": ["red", "black"]}, {"middle"}),
    ],
)
def test_similar_products_are_narrowed(similar, query, left):
    reply = similar(**query)

    assert reply.status_code == 200
    assert titles(reply) == left


def test_where_one_slot_is_asked_for_the_whole_strip_is_of_it(client, blouse, make, make_product):
    for number in range(12):
        make(f"shoes {number}", "SHOES", number)
    url = f"/api/v1/products/{blouse.pk}/goes-with"

    assert len(client.get(url, {"slot": "SHOES", "limit": 10}).json()["items"]) == 10
    assert len(client.get(url, {"slot": "SHOES", "per_slot": 3}).json()["items"]) == 3
    assert len(client.get(url, {"limit": 10}).json()["items"]) == 2


def test_partners_are_narrowed_to_a_slot_and_a_price(client, blouse, partners):
    url = f"/api/v1/products/{blouse.pk}/goes-with"

    assert titles(client.get(url, {"slot": "SHOES"})) == {"boots"}
    assert titles(client.get(url, {"price_max": "1"})) == set()


def test_a_photo_search_is_narrowed(client, worker, tops):
    Product.objects.filter(title="far").update(price=5)
    reply = client.post("/api/v1/search/image?price_max=5", photo("red"), content_type="image/jpeg")

    assert titles(reply) == {"far"}


@pytest.mark.parametrize("price", ["-1", "cheap", "NaN", "1e99", "1.234"])
def test_a_price_that_is_none_is_refused_by_name(similar, price):
    reply = similar(price_max=price)

    assert reply.status_code == 400
    assert reply.json()["errors"][0]["pointer"] == "#/price_max"


def test_a_value_that_is_none_is_named_by_its_place(similar):
    reply = similar(size=["M", "x" * 101])

    assert reply.status_code == 400
    assert reply.json()["errors"][0]["pointer"] == "#/size/1"


def test_what_can_hold_but_once_is_refused_twice(similar):
    reply = similar(price_max=["3", "4"])

    assert reply.status_code == 400
    assert reply.json()["errors"][0]["pointer"] == "#/price_max"


def test_a_shop_says_what_it_cannot_filter_by(similar, monkeypatch):
    monkeypatch.setattr("fashionshop.catalog.ShopCatalog.attributes", lambda _: {})

    reply = similar(price_max="3")

    assert reply.status_code == 400
    assert reply.json()["errors"][0]["pointer"] == "#/price_max"
    assert "cannot filter by 'price'" in reply.json()["errors"][0]["detail"]
