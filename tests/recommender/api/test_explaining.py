"""Why it is there, and why it is not, over the wire."""

import pytest
from django.contrib.auth.models import Permission, User

from recommender.models import Rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, blouse):
    """Ask as a stranger, unless the client signed in or sends a key."""

    def get(question, other, *, key="", **query):
        headers = {"Authorization": key} if key else {}
        address = f"/api/v1/products/{blouse.pk}/{question}/{other.pk}"
        return client.get(address, query, headers=headers)

    return get


@pytest.fixture
def staff(client, settings):
    """A member of staff who may see rules."""
    member = User.objects.create_user("merchant", is_staff=True)
    member.user_permissions.add(Permission.objects.get(codename="view_rule"))
    client.force_login(member)
    return member


def test_a_shown_product_has_its_rank_and_the_parts_of_its_score(ask, tops):
    reply = ask("why", tops[0]).json()

    assert (reply["placement"]["exclusion"], reply["placement"]["rank"]) == ("shown", 1)
    assert [(part["code"], part["weight"]) for part in reply["reasons"]] == [
        ("shape", pytest.approx(0.83125)),
        ("colour", pytest.approx(0.16875)),
        ("category", None),
    ]


def test_a_product_that_is_not_shown_has_no_reasons(staff, ask, tops):
    reply = ask("why", tops[2], limit=1).json()

    assert (reply["placement"]["exclusion"], reply["reasons"]) == ("ranked_below", [])


def test_the_first_gate_is_told_with_its_rule_but_never_its_note(staff, ask, tops):
    rule = Rule.objects.create(kind="HIDE", product=tops[0], note="secret margin")

    reply = ask("why-not", tops[0])

    assert (reply.json()["exclusion"], reply.json()["rule"]) == ("hidden", rule.pk)
    assert "secret" not in reply.content.decode()


def test_filters_are_part_of_the_question(staff, ask, tops):
    reply = ask("why-not", tops[0], price_max="1").json()

    assert (reply["exclusion"], reply["filter"]) == ("filtered", "price_max")


def test_the_other_strip_can_be_asked_about(staff, ask, tops, partners):
    assert ask("why-not", tops[0], strip="goes_with").json()["exclusion"] == "no_partner"
    assert ask("why", partners[0], strip="goes_with").json()["reasons"][0]["code"] == "stored"


def test_what_no_shopper_may_see_is_not_found(staff, ask, tops):
    type(tops[0]).objects.filter(pk=tops[0].pk).update(is_published=False)

    assert ask("why", tops[0]).status_code == 404
    assert ask("why-not", tops[0]).status_code == 404


def test_an_unknown_strip_is_a_problem(ask, tops):
    reply = ask("why", tops[0], strip="sideways")

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (400, "#/strip")


def test_why_not_is_told_to_nobody_but_staff(ask, tops):
    reply = ask("why-not", tops[0])

    assert (reply.status_code, reply.json()["code"]) == (401, "not_authenticated")
    assert reply["WWW-Authenticate"] == "Bearer"


def test_why_does_not_answer_why_not_to_a_stranger(ask, tops):
    Rule.objects.create(kind="HIDE", product=tops[0])

    assert ask("why", tops[0]).status_code == 401
    assert ask("why", tops[1]).status_code == 200


def test_a_member_of_staff_who_may_not_see_rules_is_told_which_permission_is_missing(
    staff, ask, tops
):
    staff.user_permissions.clear()

    reply = ask("why-not", tops[0])

    assert (reply.status_code, reply.json()["code"]) == (403, "permission_denied")
    assert "recommender.view_rule" in reply.json()["detail"]


def test_a_shopper_with_an_account_is_no_staff(staff, ask, tops):
    User.objects.update(is_staff=False)

    assert ask("why-not", tops[0]).status_code == 403


@pytest.mark.parametrize(
    ("own", "sent", "status"),
    [("s3cret", "Bearer s3cret", 200), ("s3cret", "Bearer other", 401), ("", "Bearer ", 401)],
)
def test_a_program_of_the_shop_sends_its_key(settings, ask, tops, own, sent, status):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "STAFF_KEY": own}

    assert ask("why-not", tops[0], key=sent).status_code == status


def test_strangers_hear_of_the_shops_part_and_staff_of_the_rule(ask, tops, staff, client):
    pin = Rule.objects.create(kind="PIN", product=tops[1], position=1)
    later = Rule.objects.create(kind="BURY", product=tops[1], strength=0.1)
    told = [(part["code"], part["rule"]) for part in ask("why", tops[1]).json()["reasons"]]
    assert told[:2] == [("pinned", pin.pk), ("buried", later.pk)]

    client.logout()
    reply = ask("why", tops[1])

    told = [(part["code"], part["rule"]) for part in reply.json()["reasons"]]
    assert told == [(code, None) for code in ("pinned", "shape", "colour", "category")]
    assert "Rule" not in reply.content.decode()
