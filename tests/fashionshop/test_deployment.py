"""What the shop tells a browser to forbid, and what it refuses to be deployed with."""

import re

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from fashionshop import settings as shop


def policy_of(client, address):
    header = client.get(address)["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize("address", ["/", "/nothing/", "/admin/login/", "/api/v1/docs", "/healthz"])
def test_every_answer_forbids_what_is_not_a_file_of_this_shop(client, db, address, monkeypatch):
    monkeypatch.setattr("recommender.broker.has_worker", lambda: True)

    policy = policy_of(client, address)

    assert (policy["default-src"], policy["object-src"]) == ("'self'", "'none'")
    assert "script-src" not in policy  # as the default
    assert not re.search(r"unsafe|\*|http", str(policy))


def test_what_a_page_of_the_admin_writes_itself_is_named_by_a_number_used_once(admin_client):
    pages = [admin_client.get("/admin/fashionshop/product/") for _ in range(2)]

    nonces = [set(re.findall(r'<style nonce="([^"]+)"', page.content.decode())) for page in pages]
    assert [len(found) for found in nonces] == [1, 1]  # one number for all styles of a page
    assert nonces[0] != nonces[1]
    assert f"'nonce-{nonces[0].pop()}'" in pages[0]["Content-Security-Policy"]


def test_the_demos_secret_is_not_deployed(settings):
    settings.SECRET_KEY = shop.DEMO_SECRET_KEY

    with pytest.raises(SystemCheckError, match=r"fashionshop\.E001"):
        call_command("check", deploy=True)


def test_a_key_that_can_be_guessed_is_not_deployed(settings):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "STAFF_KEY": "boutique"}

    with pytest.raises(SystemCheckError, match=r"fashionshop\.E002"):
        call_command("check", deploy=True)


def test_the_demo_itself_needs_no_secret():
    call_command("check")
