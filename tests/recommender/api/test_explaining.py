"""Why it is there, and why it is not, over the wire."""

import pytest

from recommender.models import Rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, blouse):
    def get(question, other, **query):
        return client.get(f"/api/v1/products/{blouse.pk}/{question}/{other.pk}", query)

    return get


def test_a_shown_product_has_its_rank_and_the_parts_of_its_score(ask, tops):
    reply = ask("why", tops[0]).json()

    assert (reply["placement"]["exclusion"], reply["placement"]["rank"]) == ("shown", 1)
    assert [(part["code"], part["weight"]) for part in reply["reasons"]] == [
        ("shape", 0.85),
        ("colour", 0.15),
    ]


def test_a_product_that_is_not_shown_has_no_reasons(ask, tops):
    reply = ask("why", tops[2], limit=1).json()

    assert (reply["placement"]["exclusion"], reply["reasons"]) == ("ranked_below", [])


def test_the_first_gate_is_told_with_its_rule_but_never_its_note(ask, tops):
    rule = Rule.objects.create(kind="HIDE", product=tops[0], note="secret margin")

    reply = ask("why-not", tops[0])

    assert (reply.json()["exclusion"], reply.json()["rule"]) == ("hidden", rule.pk)
    assert "secret" not in reply.content.decode()


def test_filters_are_part_of_the_question(ask, tops):
    reply = ask("why-not", tops[0], price_max="1").json()

    assert (reply["exclusion"], reply["filter"]) == ("filtered", "price_max")


def test_the_other_strip_can_be_asked_about(ask, tops, partners):
    assert ask("why-not", tops[0], strip="goes_with").json()["exclusion"] == "no_partner"
    assert ask("why", partners[0], strip="goes_with").json()["reasons"][0]["code"] == "stored"


def test_what_no_shopper_may_see_is_not_found(ask, tops):
    type(tops[0]).objects.filter(pk=tops[0].pk).update(is_published=False)

    assert ask("why", tops[0]).status_code == 404
    assert ask("why-not", tops[0]).status_code == 404


def test_an_unknown_strip_is_a_problem(ask, tops):
    reply = ask("why", tops[0], strip="sideways")

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (400, "#/strip")
