"""Outfits and sets over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fashionshop.models import Product
from recommender.api.throttles import PhotoThrottle
from recommender.broker import NoWorker
from recommender.models import Slot
from recommender.strips import photo as photo_selector
from recommender.testing import photo

pytestmark = pytest.mark.django_db

SET = "/api/v1/outfits"
GOES_WITH = "/api/v1/goes-with"


@pytest.fixture
def sandals(make_product):
    return make_product("sandals", Slot.SHOES, price=10)


@pytest.fixture
def wardrobe(looks_like, blouse, skirt, boots, handbag, sandals):
    """The cast in one style, and shoes of another that cost little."""
    for product, degrees in ((blouse, 0), (skirt, 5), (boots, 5), (handbag, 5), (sandals, 60)):
        looks_like(product, style=degrees)
    return [blouse, skirt, boots, handbag, sandals]


@pytest.fixture
def ask(client, wardrobe, blouse):
    """Ask for the outfits of the blouse."""
    return lambda query="": client.get(f"/api/v1/products/{blouse.pk}/outfits{query}")


def titles(outfit):
    return [piece["title"] for piece in outfit["pieces"]]


def with_photo(**fields):
    return {"image": SimpleUploadedFile("jacket.jpg", photo()), **fields}


def test_an_outfit_has_all_that_a_page_needs(ask):
    outfit = ask().json()["outfits"][0]

    assert titles(outfit) == ["blouse", "skirt", "boots", "handbag"]
    assert (outfit["total"], outfit["total_with_start"]) == ("120.00", "160.00")
    assert [piece["slot"] for piece in outfit["pieces"]] == ["TOP", "BOTTOM", "SHOES", "BAG"]
    assert [piece["given"] for piece in outfit["pieces"]] == [True, False, False, False]
    assert {"price_label", "reasons", "source", "score"} <= set(outfit["pieces"][0])


def test_an_answer_names_its_versions_and_itself(ask):
    reply = ask().json()

    assert reply["versions"] == ["fake-style@1"]
    assert len(reply["recommendation_id"]) == 36
    assert reply["nothing"] is None


def test_a_budget_holds(ask):
    outfits = ask("?budget=60&limit=10").json()["outfits"]

    assert outfits
    assert all(float(outfit["total"]) <= 60 for outfit in outfits)


def test_no_outfit_says_why(ask):
    reply = ask("?budget=1")

    assert reply.status_code == 200
    assert reply.json()["outfits"] == []
    assert reply.json()["nothing"] == {
        "code": "over_budget",
        "text": "Nothing in stock fits the budget of €1.00.",
    }


def test_one_piece_is_swapped_and_the_rest_is_kept(ask, skirt, handbag, boots):
    query = f"?keep={skirt.pk}&keep={handbag.pk}&swap=SHOES&without={boots.pk}"

    outfits = ask(query).json()["outfits"]

    assert [titles(outfit) for outfit in outfits] == [["blouse", "skirt", "handbag", "sandals"]]


@pytest.mark.parametrize(
    "query",
    ["?budget=-1", "?budget=ten", "?limit=0", "?limit=11", "?pieces=1", "?swap=HAT", "?size=%00"],
)
def test_a_wrong_parameter_is_a_problem(ask, query):
    reply = ask(query)

    assert reply.status_code == 400
    assert reply.json()["errors"][0]["location"] == "query"


@pytest.mark.parametrize("slot", [Slot.TOP, Slot.DRESS, Slot.BOTTOM, ""])
def test_a_hidden_product_is_kept_like_one_that_never_was(ask, make_product, slot):
    secret = make_product("next season", slot, is_published=False)

    hidden, unknown = (ask(f"?keep={key}&swap=SHOES").json() for key in (secret.pk, 0))

    assert hidden["nothing"] == unknown["nothing"]


def test_a_piece_to_keep_that_is_gone_is_said(ask):
    assert ask("?keep=0").json()["nothing"]["code"] == "gone"


def test_an_unknown_piece_is_easily_done_without(ask):
    assert ask("?without=0&without=x").status_code == 200


def test_outfits_of_several_products(client, wardrobe, blouse, boots):
    reply = client.post(
        SET, {"items": [str(blouse.pk), str(boots.pk)]}, content_type="application/json"
    )

    assert titles(reply.json()["outfits"][0]) == ["blouse", "boots", "skirt", "handbag"]


def test_outfits_of_a_photo_and_a_product(client, wardrobe, worker, skirt):
    reply = client.post(f"{SET}?photo_slot=OUTERWEAR", with_photo(items=[str(skirt.pk)]))

    assert titles(reply.json()["outfits"][0])[:2] == ["skirt", "blouse"]
    assert len(worker) == 1


def test_a_photo_takes_the_slot_that_was_recognised(client, wardrobe, worker):
    """The worker sees a top."""
    reply = client.post(SET, with_photo())

    assert "blouse" not in titles(reply.json()["outfits"][0])


def test_without_a_worker_a_photo_is_asked_for_again(client, wardrobe, monkeypatch, redis_url):
    def nobody(_jpeg):
        raise NoWorker(NoWorker.__doc__)

    monkeypatch.setattr(photo_selector, "ask_photo_features", nobody)
    reply = client.post(SET, with_photo())

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize("items", [[], "1", [1], [None], ["1"] * 9])
def test_a_wrong_body_names_the_field(client, wardrobe, items):
    reply = client.post(SET, {"items": items}, content_type="application/json")

    assert reply.status_code == 400
    assert reply.json()["errors"][0]["location"] == "body"
    assert reply.json()["errors"][0]["pointer"].startswith("#/items")


def test_a_body_may_say_what_an_address_may(client, wardrobe, blouse):
    said = {"items": [str(blouse.pk)], "limit": 1, "pieces": 3, "include_start": True, "keep": []}

    reply = client.post(SET, said, content_type="application/json").json()

    (only,) = reply["outfits"]
    assert len(only["pieces"]) == 3


@pytest.mark.parametrize(
    ("query", "field", "location"),
    [("", "0", "body"), ("?limit=0", None, "query"), ("?limit=1", 1, "query")],
)
def test_a_wrong_option_is_named_where_it_stands(client, wardrobe, blouse, query, field, location):
    said = {"items": [str(blouse.pk)]} | ({} if field is None else {"limit": field})

    reply = client.post(SET + query, said, content_type="application/json")

    assert reply.status_code == 400
    fault = reply.json()["errors"][0]
    assert (fault["location"], fault["pointer"]) == (location, "#/limit")


def test_a_form_with_a_photo_may_say_it_too(client, wardrobe, worker, skirt):
    reply = client.post(SET, with_photo(items=[str(skirt.pk)], limit="1"))

    assert len(reply.json()["outfits"]) == 1


def test_the_product_that_is_unknown_is_named(client, wardrobe, blouse):
    reply = client.post(SET, {"items": [str(blouse.pk), "4711"]}, content_type="application/json")

    assert (reply.status_code, reply.json()["detail"]) == (404, "There is no product '4711'.")


def test_a_form_without_a_photo_is_a_problem(client, wardrobe, blouse):
    reply = client.post(SET, {"items": [str(blouse.pk)]})

    assert (reply.status_code, reply.json()["code"]) == (422, "missing")


def test_only_photos_are_throttled(client, wardrobe, worker, blouse, monkeypatch):
    monkeypatch.setattr(PhotoThrottle, "clock", staticmethod(lambda: 0.0))  # one minute for all
    body = {"items": [str(blouse.pk)]}

    plain = [client.post(SET, body, content_type="application/json") for _again in range(12)]
    photos = [client.post(SET, with_photo()) for _again in range(11)]

    assert {reply.status_code for reply in plain} == {200}
    assert [reply.status_code for reply in photos].count(429) == 1


def test_what_goes_with_two_products(client, wardrobe, blouse, skirt):
    reply = client.get(GOES_WITH, {"item": [blouse.pk, skirt.pk], "per_slot": 1})

    assert {item["title"] for item in reply.json()["items"]} == {"boots", "handbag"}


@pytest.mark.parametrize(("diversity", "second"), [("0", "sandals"), ("1", "handbag")])
def test_what_goes_with_two_products_may_be_diverse(
    client, wardrobe, looks_like, blouse, skirt, sandals, handbag, diversity, second
):
    looks_like(sandals, style=6)
    looks_like(handbag, style=30)

    reply = client.get(GOES_WITH, {"item": [blouse.pk, skirt.pk], "diversity": diversity})

    assert [item["title"] for item in reply.json()["items"]][1] == second


def test_outfits_name_what_their_pieces_could_not_share(ask, skirt):
    Product.objects.filter(pk=skirt.pk).update(gender="MEN")

    outfit = ask().json()["outfits"][0]

    assert outfit["relaxed"] == ["gender"]
    assert outfit["note"].startswith("Not all of it is made for the same wearer")


def test_what_goes_with_a_product_and_a_photo(client, wardrobe, worker, skirt):
    reply = client.post(f"{GOES_WITH}?slot=SHOES", with_photo(items=[str(skirt.pk)]))

    assert {item["title"] for item in reply.json()["items"]} == {"boots", "sandals"}


@pytest.mark.parametrize("query", ["", "?item=" + "&item=".join("123456789")])
def test_one_to_eight_products_may_be_asked_about(client, wardrobe, query):
    assert client.get(GOES_WITH + query).status_code == 400


def test_products_that_may_not_be_seen_are_a_404(client, wardrobe, blouse, skirt):
    Product.objects.filter(pk=skirt.pk).update(is_published=False)

    assert client.get(GOES_WITH, {"item": [blouse.pk, skirt.pk]}).status_code == 404


def test_an_answer_costs_one_query_more_than_the_outfits(ask, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        ask("?limit=10")
