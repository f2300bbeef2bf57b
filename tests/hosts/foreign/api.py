"""The API in a shop it was not written for, whatever that shop's REST framework settings are."""

import json

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from recommender.testing import photo

READS = [
    *("products", "products/{0}", "products/{0}/similar", "products/{0}/goes-with"),
    *("products/{0}/why/{1}", "products/{0}/why-not/{1}", "products/{0}/outfits"),
    "goes-with?item={0}&item={1}",
]
IS_DOCUMENTED = apps.is_installed("drf_spectacular")
needs_document = pytest.mark.skipif(not IS_DOCUMENTED, reason="drf-spectacular is no app here")


@pytest.fixture
def ask(client, address, settings):
    """The answer to a program of the shop, for a path with the keys of a shirt and of trousers in it."""
    settings.RECOMMENDER = {**settings.RECOMMENDER, "STAFF_KEY": "of-a-program"}

    def get(path, **headers):
        keys = address("red shirt"), address("jeans")
        headers = {"authorization": "Bearer of-a-program", **headers}
        return client.get(f"/api/v1/{path.format(*keys)}", headers=headers)

    return get


def test_a_stranger_is_told_whom_why_not_is_for(ask):
    answer = ask("products/{0}/why-not/{1}", authorization="")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("path", READS)
def test_every_read_answers_in_json(ask, path):
    answer = ask(path, accept="text/html")

    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/json"


def test_what_goes_with_it_is_named_by_this_shops_keys(ask, wardrobe):
    items = ask("products/{0}/goes-with").json()["items"]

    assert str(wardrobe["jeans"].pk) in {item["id"] for item in items}


def test_outfits_begin_with_a_set_that_is_sent(client, wardrobe):
    keys = [str(wardrobe[name].pk) for name in ("red shirt", "jeans")]

    answer = client.post(
        "/api/v1/outfits", json.dumps({"items": keys}), content_type="application/json"
    )

    (outfit, *_more) = answer.json()["outfits"]
    assert set(keys) <= {piece["id"] for piece in outfit["pieces"]}


def test_a_photo_in_a_form_is_read_and_waits_for_a_worker_that_is_not_there(client, db):
    upload = SimpleUploadedFile("photo.jpg", photo(), content_type="image/jpeg")

    answer = client.post("/api/v1/search/image", {"image": upload})

    assert (answer.status_code, answer.json()["code"]) == (503, "no_worker")


def test_a_photo_that_is_the_body_is_read_as_well(client, db):
    answer = client.post("/api/v1/search/image", photo(), content_type="image/jpeg")

    assert (answer.status_code, answer.json()["code"]) == (503, "no_worker")


@pytest.mark.parametrize(
    ("path", "code"),
    [("products/nobody", "not_found"), ("products/{0}/similar?limit=many", "invalid_parameter")],
)
def test_errors_are_problems_of_ours(ask, path, code):
    answer = ask(path)

    assert answer.json()["code"] == code
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["schema", "docs"])
def test_the_document_is_there_where_the_host_has_the_app(ask, path):
    assert ask(path, accept="*/*").status_code == (200 if IS_DOCUMENTED else 404)


@needs_document
def test_the_document_describes_this_api(ask):
    paths = ask("schema", accept="application/json").json()["paths"]

    assert paths["/api/v1/products/{id}/similar"]["get"]["operationId"] == "similar"


@needs_document
def test_the_page_of_the_document_opens(ask):
    assert "swagger" in ask("docs", accept="text/html").content.decode()
