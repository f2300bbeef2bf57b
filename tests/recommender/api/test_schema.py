"""The OpenAPI document is complete, and the API keeps its word."""

import re

import pytest
import schemathesis
from django.contrib.staticfiles import finders
from django.core import signing
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection

from recommender import broker
from recommender.api.parameters import CURSOR_SALT
from recommender.api.throttles import ExplainThrottle, PhotoThrottle
from recommender.testing import photo
from tests.effort import MANY, examples

URL = "/api/v1/schema"
PATHS = {
    *("/api/v1/products", "/api/v1/products/{id}", "/api/v1/products/{id}/similar"),
    *("/api/v1/products/{id}/goes-with", "/api/v1/search/image"),
    *("/api/v1/products/{id}/why/{other}", "/api/v1/products/{id}/why-not/{other}"),
    *("/api/v1/products/{id}/outfits", "/api/v1/outfits", "/api/v1/goes-with"),
    *(
        "/healthz",
        "/healthz/process",
        "/healthz/app",
        "/healthz/pipeline",
        "/similar/{id}",
        "/compatible/{id}",
        "/search_image",
        "/image/{id}",
    ),
}

PHOTOS = st.just(photo())
schemathesis.openapi.format("binary", PHOTOS)
schemathesis.openapi.format("crop", st.just("0.1,0.2,0.5,0.6"))
schemathesis.openapi.format("cursor", st.just(signing.dumps("1000000", salt=CURSOR_SALT)))
for kind in ("image/jpeg", "image/png", "image/webp", "image/avif", "image/heic"):
    schemathesis.openapi.media_type(kind, PHOTOS)


def test_the_document_is_valid_and_nothing_in_it_is_guessed(tmp_path):
    file = tmp_path / "schema.yml"

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", file)

    assert file.read_text().startswith("openapi: 3.1")


def test_every_endpoint_is_in_the_document_and_nothing_of_the_hosts(client):
    document = client.get(URL).json()

    assert set(document["paths"]) == PATHS
    assert document["openapi"].startswith("3.1")


def test_every_operation_has_a_name_and_a_typed_reply(client):
    operations = [
        operation
        for path in client.get(URL).json()["paths"].values()
        for operation in path.values()
    ]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert len(operations) > len(PATHS)  # one path answers a GET and a POST
    assert all("200" in each["responses"] or "302" in each["responses"] for each in operations)


def test_the_document_comes_as_yaml_too(client):
    reply = client.get(URL, headers={"accept": "application/vnd.oai.openapi"})

    assert reply.content.startswith(b"openapi: 3.1")


def test_the_page_of_the_document_needs_no_other_server(client):
    page = client.get("/api/v1/docs").content.decode()

    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any("swagger-ui-bundle.js" in address for address in addresses)
    assert all(address.startswith("/") for address in addresses)
    assert "//cdn" not in page


def test_the_scripts_of_the_page_are_on_this_server(client):
    page = client.get("/api/v1/docs").content.decode()

    files = re.findall(r'="/static/([^"]+)"', page)
    assert len(files) >= 3
    assert all(finders.find(file) for file in files)


def test_the_page_opens_this_document(client):
    page = client.get("/api/v1/docs").content.decode()
    script = re.search(r'src="(/api/v1/docs[^"]+)"', page).group(1)

    assert URL in client.get(script).content.decode()


# In a soak schemathesis has some two hundred fixed requests for each operation besides those at random.
COVERED = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": MANY}}})
api = schemathesis.openapi.from_wsgi(URL, get_wsgi_application(), config=COVERED)


AS_STAFF = {"Authorization": "Bearer of-a-program"}


@pytest.fixture
def known(monkeypatch, settings, blouse, tops, partners, worker):
    """A shop with something in it, a worker that answers, and no limit; returns a product."""
    settings.RECOMMENDER = {**settings.RECOMMENDER, "STAFF_KEY": "of-a-program"}
    for throttle in (PhotoThrottle, ExplainThrottle):
        monkeypatch.setattr(throttle, "per_minute", 10**6)
    monkeypatch.setattr(broker, "has_worker", lambda: True)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # the test's transaction is on it
    yield blouse
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def beyond(case):
    """The checks that say nothing here: what makes the request a bad one does not arrive.

    The client of the test loses the text fields of a form, and every request has the key of `AS_STAFF`.
    """
    has_text = isinstance(case.body, dict) and "items" in case.body
    is_lost = has_text and case.media_type == "multipart/form-data"
    has_key = "Authorization" in (case.headers or {})
    is_staffs = "/why" in case.operation.path
    return [negative_data_rejection][: is_lost or (is_staffs and not has_key)]


@pytest.mark.slow
@pytest.mark.django_db
@api.parametrize()
@examples(10)
def test_the_api_keeps_its_word(case, known):
    case.call_and_validate(excluded_checks=beyond(case), headers=AS_STAFF)


@pytest.mark.slow
@pytest.mark.django_db
@api.include(path_regex="^/api.*{id}").parametrize()
@examples(30)
def test_the_api_keeps_its_word_on_products_that_exist(case, known):
    case.path_parameters |= dict.fromkeys(case.path_parameters, str(known.pk))

    case.call_and_validate(excluded_checks=beyond(case), headers=AS_STAFF)
