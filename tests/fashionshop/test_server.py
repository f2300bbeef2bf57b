"""What the web server lets in: whole requests, of a size, and not too much at once."""

import gc

import pytest
from waitress.adjustments import Adjustments

from fashionshop import server
from fashionshop.server import MOST_ADMIN_BODY, MOST_BODY, BoundedRequest

ADJUSTMENTS = Adjustments(max_request_body_size=MOST_ADMIN_BODY, inbuf_overflow=MOST_BODY)


@pytest.fixture(autouse=True)
def nothing_is_held():
    gc.collect()
    BoundedRequest._with_body.clear()


def begin(path="/search/photo/", *, length=None):
    """A request of which the server has read the head; without a length its body comes in chunks."""
    request = BoundedRequest(ADJUSTMENTS)
    body = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    request.received(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{body}\r\n\r\n".encode())
    return request


def refusal(request):
    return request.error and (request.error.code, request.error.body)


def test_a_body_of_the_largest_size_is_read():
    request = begin(length=3)

    request.received(b"abc")

    assert (refusal(request), request.completed) == (None, True)
    assert refusal(begin(length=MOST_BODY)) is None


def test_a_larger_body_is_refused_before_it_is_read():
    request = begin(length=MOST_BODY + 1)

    assert refusal(request) == (413, "Please send 20 MB at most.")
    assert request.completed


def test_a_body_of_no_announced_length_is_refused_as_soon_as_it_is_too_large(monkeypatch):
    monkeypatch.setattr(server, "MOST_BODY", 1_000)
    request = begin()

    for _ in range(9):
        request.received(b"64\r\n" + 100 * b"x" + b"\r\n")
        assert refusal(request) is None
    request.received(b"64\r\n" + 100 * b"x" + b"\r\n")

    assert refusal(request)[0] == 413


def test_a_merchant_sends_a_hundred_photos_in_one_form():
    path = "/admin/fashionshop/product/add/"

    assert refusal(begin(path, length=500_000_000)) is None
    assert refusal(begin(path, length=MOST_ADMIN_BODY))[0] == 413


def test_more_than_so_much_at_once_is_asked_to_come_again_and_what_was_there_goes_on(monkeypatch):
    monkeypatch.setattr(server, "MOST_HELD", 1_000)
    first, second = begin(length=900), begin(length=900)

    first.received(500 * b"x")
    second.received(600 * b"x")

    assert refusal(second) == (503, "Too much is being sent to this shop. Please try again.")
    first.received(400 * b"x")
    assert (refusal(first), first.completed) == (None, True)


def test_what_was_answered_or_has_gone_makes_room(monkeypatch):
    monkeypatch.setattr(server, "MOST_HELD", 1_000)
    answered, gone = begin(length=500), begin(length=500)
    answered.received(400 * b"x")
    gone.received(400 * b"x")
    answered.close()
    del gone

    request = begin(length=900)
    request.received(900 * b"x")

    assert refusal(request) is None


def test_a_photo_of_a_shopper_is_held_in_memory_alone():
    request = begin(length=20_000_000)

    request.received(10_000_000 * b"x")

    assert not hasattr(request.get_body_stream(), "name")


@pytest.mark.parametrize(
    ("address", "believed"),
    [("", {"x-forwarded-proto"}), ("*", {"x-forwarded-proto", "x-forwarded-for"})],
)
def test_a_stranger_cannot_say_who_they_are_but_a_named_proxy_can(address, believed):
    said = server._proxy(address)

    assert said["trusted_proxy_headers"] == believed
    assert said["trusted_proxy"] == (address or "127.0.0.1")
    assert said["clear_untrusted_proxy_headers"]
