"""Nobody guesses a password by trying, and a merchant who forgot is told how long to wait."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as NoRedis

from fashionshop.login import MOST_TRIES, ThrottledLogin

LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def nobody_has_tried_yet():
    cache.clear()


@pytest.fixture
def sign_in(admin_user):
    """Send a name and a password from an address; returns what is said, "" when signed in."""

    def send(password, *, name="admin", address="192.0.2.1"):
        words = {"username": name, "password": password}
        reply = Client().post(LOGIN, words, REMOTE_ADDR=address)
        return "" if reply.status_code == 302 else reply.content.decode()

    return send


def guess(sign_in, times, **who):
    return [sign_in("guess", **who) for _ in range(times)][-1]


def test_the_sixth_try_is_told_to_wait_even_with_the_right_password(sign_in):
    assert "Please wait 15 minutes" not in guess(sign_in, 5)

    assert "There were too many tries to sign in. Please wait 15 minutes" in sign_in("password")


def test_a_merchant_elsewhere_still_signs_in(sign_in):
    guess(sign_in, 6)

    assert sign_in("password", address="192.0.2.2") == ""


def test_who_remembers_in_time_begins_anew(sign_in):
    for _ in range(3):
        guess(sign_in, 4)
        assert sign_in("password") == ""


def test_one_address_that_tries_many_names_is_stopped(sign_in, monkeypatch):
    monkeypatch.setitem(MOST_TRIES, "address", 8)
    for number in range(MOST_TRIES["address"]):
        sign_in("guess", name=f"name {number}")

    assert "too many tries" in sign_in("guess", name="another")


def test_many_addresses_that_try_one_name_are_stopped(sign_in, monkeypatch):
    monkeypatch.setitem(MOST_TRIES, "name", 8)
    for number in range(MOST_TRIES["name"]):
        sign_in("guess", name="ADMIN", address=f"198.51.100.{number}")

    assert "too many tries" in sign_in("guess", address="203.0.113.1")


def test_a_hundred_tries_at_once_are_a_hundred_tries(monkeypatch):
    looked_at = []
    monkeypatch.setattr(
        "fashionshop.login.AdminAuthenticationForm.clean", lambda form: looked_at.append(form) or {}
    )
    monkeypatch.setattr("fashionshop.login._forget", lambda keys: None)

    def check(_):
        form = ThrottledLogin(RequestFactory().post(LOGIN), data={"username": "a", "password": "b"})
        form.is_valid()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(check, range(100)))

    assert len(looked_at) == MOST_TRIES["name at address"]


def test_the_merchant_signs_in_while_the_cache_is_away(sign_in, monkeypatch):
    def fail(*_args, **_options):
        raise NoRedis

    for name in ("add", "incr", "delete_many"):
        monkeypatch.setattr(f"fashionshop.login.cache.{name}", fail)

    assert sign_in("password") == ""
