"""Similar, and goes well with."""

import uuid

import pytest

from fashionshop.models import Product

pytestmark = pytest.mark.django_db


def titles(reply):
    return [item["title"] for item in reply.json()["items"]]


@pytest.fixture
def similar(client, blouse, tops):
    return lambda **query: client.get(f"/api/v1/products/{blouse.pk}/similar", query)


@pytest.fixture
def goes_with(client, blouse, partners):
    return lambda **query: client.get(f"/api/v1/products/{blouse.pk}/goes-with", query)


def test_similar_products_come_best_first(similar):
    reply = similar()

    assert titles(reply) == ["near", "middle", "far"]
    assert [item["rank"] for item in reply.json()["items"]] == [1, 2, 3]


def test_an_item_says_all_that_its_card_shows_and_why_it_is_there(similar):
    item = similar().json()["items"][0]

    assert set(item) == {
        *("id", "title", "subtitle", "price", "currency", "price_label", "url"),
        *("availability", "picture", "score", "rank", "reasons", "variants", "source"),
    }
    assert item["source"] == "visual"
    assert item["reasons"][0] == {
        "code": "colour",
        "text": "Similar in colour",
        "value": pytest.approx(0.985, abs=0.001),
    }


def test_a_reply_names_its_encoder_and_itself(similar):
    first, second = similar().json(), similar().json()

    assert first["versions"] == ["fake-visual@1"]
    assert uuid.UUID(first["recommendation_id"]) != uuid.UUID(second["recommendation_id"])


def test_a_limit_shortens_the_strip(similar):
    assert titles(similar(limit=1)) == ["near"]


def test_colour_can_count_for_everything(client, make_product, looks_like, blouse):
    looks_like(blouse)
    looks_like(make_product("same cut"), shape=0, colour=60)
    looks_like(make_product("same colour"), shape=60, colour=0)

    url = f"/api/v1/products/{blouse.pk}/similar"

    assert titles(client.get(url, {"colour_weight": "1"})) == ["same colour", "same cut"]
    assert titles(client.get(url, {"colour_weight": "0"})) == ["same cut", "same colour"]


@pytest.mark.parametrize("strip", ["similar", "goes-with"])
@pytest.mark.parametrize("diversity", ["1.1", "-0.1", "NaN", "much"])
def test_a_diversity_out_of_bounds_is_named(client, blouse, strip, diversity):
    reply = client.get(f"/api/v1/products/{blouse.pk}/{strip}", {"diversity": diversity})

    assert reply.status_code == 400
    assert [fault["pointer"] for fault in reply.json()["errors"]] == ["#/diversity"]


def test_diversity_can_be_asked_for(client, blouse, make_product, looks_like):
    looks_like(blouse)
    for title, degrees in (("near", 10), ("its like", 11), ("other", -40)):
        looks_like(make_product(title), shape=degrees, colour=degrees)

    url = f"/api/v1/products/{blouse.pk}/similar"

    assert titles(client.get(url, {"diversity": "0"})) == ["near", "its like", "other"]
    assert titles(client.get(url, {"diversity": "0.5"})) == ["near", "other", "its like"]


def test_the_other_colours_of_an_item_are_named_by_id(similar):
    Product.objects.filter(title__in=["near", "far"]).update(design="T-1")

    item = similar().json()["items"][0]

    assert item["variants"] == [str(Product.objects.get(title="far").pk)]


@pytest.mark.parametrize("weight", ["5e-324", "1e-300", "1.0", ".5", "1E-1"])
def test_a_colour_weight_may_be_as_small_as_it_likes(similar, weight):
    assert similar(colour_weight=weight).status_code == 200


def test_what_is_sold_out_or_hidden_is_never_similar(similar, tops):
    near, middle, _far = tops
    type(near).objects.filter(pk=near.pk).update(stock=0)
    type(near).objects.filter(pk=middle.pk).update(is_published=False)

    assert titles(similar()) == ["far"]


def test_similar_costs_five_queries(similar, django_assert_num_queries):
    with django_assert_num_queries(5):  # product, encoder, ranking, cards, the host's pictures
        similar()


def test_stored_pairings_go_with_it(goes_with):
    reply = goes_with()

    assert titles(reply) == ["skirt", "boots"]
    assert reply.json()["items"][0]["source"] == "stored"
    assert reply.json()["items"][0]["score"] == pytest.approx(0.9)


def test_at_most_so_many_of_a_slot_go_with_it(
    goes_with, make_product, looks_like, checkpoints, blouse
):
    looks_like(blouse)
    for title in ("second skirt", "third skirt"):
        looks_like(make_product(title, "BOTTOM"))

    found = titles(goes_with(per_slot=2))

    assert found[:2] == ["skirt", "boots"]
    assert len(found) == 3


def test_goes_with_costs_five_queries(goes_with, django_assert_num_queries):
    with django_assert_num_queries(5):  # product, question, the ladder, cards, the host's pictures
        goes_with()


def test_a_product_nobody_has_looked_at_yet_has_an_empty_strip(client, checkpoints, dress):
    reply = client.get(f"/api/v1/products/{dress.pk}/similar")

    assert reply.status_code == 200
    assert reply.json()["items"] == []


def test_a_shop_without_any_checkpoint_has_empty_strips(client, dress):
    for tail in ("similar", "goes-with"):
        assert client.get(f"/api/v1/products/{dress.pk}/{tail}").json()["versions"] == []
