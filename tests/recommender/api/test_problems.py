"""Errors say what is wrong, in one shape, and name the place."""

import pytest

pytestmark = pytest.mark.django_db

NOT_WHOLE = ["-1", "0", "1e9", "1000000000", "9" * 30, "NaN", "abc", "", "1_0", "1.5", "0x10", " 1"]
NO_SHARE = [
    "-0.1",
    "1.1",
    "-1e-9",
    "1.0000000000000002",
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "1e999",
    "abc",
    "",
    "0_1",
]


def the_fault(reply):
    assert reply.status_code == 400
    assert reply["Content-Type"] == "application/problem+json"
    (fault,) = reply.json()["errors"]
    return fault["location"], fault["pointer"]


@pytest.mark.parametrize("limit", NOT_WHOLE)
@pytest.mark.parametrize("tail", ["", "/{pk}/similar", "/{pk}/goes-with"])
def test_a_bad_limit_is_named(client, dress, tail, limit):
    url = "/api/v1/products" + tail.format(pk=dress.pk)

    assert the_fault(client.get(url, {"limit": limit})) == ("query", "#/limit")


@pytest.mark.parametrize("per_slot", NOT_WHOLE)
def test_a_bad_number_per_slot_is_named(client, dress, per_slot):
    reply = client.get(f"/api/v1/products/{dress.pk}/goes-with", {"per_slot": per_slot})

    assert the_fault(reply) == ("query", "#/per_slot")


@pytest.mark.parametrize("weight", NO_SHARE)
def test_a_bad_colour_weight_is_named(client, dress, weight):
    reply = client.get(f"/api/v1/products/{dress.pk}/similar", {"colour_weight": weight})

    assert the_fault(reply) == ("query", "#/colour_weight")


@pytest.mark.parametrize(
    ("name", "value"), [("slot", "HAT"), ("slot", ""), ("available", "maybe"), ("available", "1")]
)
def test_a_bad_filter_is_named(client, name, value):
    assert the_fault(client.get("/api/v1/products", {name: value})) == ("query", f"#/{name}")


def test_every_fault_is_named_at_once(client, dress):
    reply = client.get(
        f"/api/v1/products/{dress.pk}/similar", {"limit": "0", "colour_weight": "NaN"}
    )

    assert [fault["pointer"] for fault in reply.json()["errors"]] == ["#/limit", "#/colour_weight"]


def test_a_problem_has_a_type_that_never_changes(client, db):
    problem = client.get("/api/v1/products/nobody").json()

    assert problem == {
        "type": "urn:problem-type:recommender:not_found",
        "title": "There is no such product",
        "status": 404,
        "code": "not_found",
        "detail": "Not found.",
        "errors": [],
    }


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(client, db):
    reply = client.delete("/api/v1/products")

    assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")
    assert reply["Allow"] == "GET, HEAD"


def test_problems_come_as_json_whatever_was_asked_for(client, db):
    reply = client.get("/api/v1/products/nobody?format=html", headers={"accept": "text/html"})

    assert (reply.status_code, reply["Content-Type"]) == (404, "application/problem+json")


def test_the_hosts_own_settings_of_the_framework_change_nothing(client, dress, settings):
    settings.REST_FRAMEWORK = {
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.BrowsableAPIRenderer"],
        "EXCEPTION_HANDLER": "nowhere.to_be_found",
        "COERCE_DECIMAL_TO_STRING": False,
    }

    reply = client.get(f"/api/v1/products/{dress.pk}")

    assert reply.json()["price"] == "40.00"
    assert client.get("/api/v1/products/nobody").json()["code"] == "not_found"


def test_a_fault_of_ours_is_not_dressed_up_as_the_senders(client, dress, monkeypatch):
    monkeypatch.setattr("recommender.api.views.similar_products", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        client.get(f"/api/v1/products/{dress.pk}/similar")
