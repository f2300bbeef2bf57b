"""What the API refuses before it reads it, and what it reads no further than it must."""

import io
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from recommender.api.parsers import MAX_SET_BYTES
from recommender.api.throttles import PhotoThrottle
from recommender.bulkhead import NoRoom
from recommender.photo_body import MAX_BODY_BYTES
from recommender.photos import NO_DECODER, BadPhoto
from recommender.strips import photo as photo_selector
from recommender.testing import photo

pytestmark = pytest.mark.django_db

URL, SET = "/api/v1/search/image", "/api/v1/goes-with"


def send(client, data=None):
    return client.post(URL, photo() if data is None else data, content_type="image/jpeg")


def code_of(reply):
    return reply.status_code, reply.json()["code"]


@pytest.fixture
def shared_cache(settings, redis_url):
    """The cache of the demo: Redis."""
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis_url}}
    cache.clear()


def test_exactly_ten_of_a_hundred_at_once_pass(shared_cache, monkeypatch):
    monkeypatch.setattr(PhotoThrottle, "clock", staticmethod(lambda: 1_700_000_000))
    request = Request(APIRequestFactory().post("/"))

    with ThreadPoolExecutor(50) as pool:
        allowed = list(pool.map(lambda _: PhotoThrottle().allow_request(request, None), range(100)))

    assert allowed.count(True) == 10


def test_a_shop_may_allow_more(settings, client, worker):
    settings.RECOMMENDER = settings.RECOMMENDER | {"PHOTOS_PER_MINUTE": 12}

    assert [send(client).status_code for _ in range(13)] == [200] * 12 + [429]


def test_a_cache_that_is_down_limits_nobody(settings, tmp_path, client, worker):
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": f"unix://{tmp_path}/none.sock"}}

    assert send(client).status_code == 200


def test_a_request_refused_for_its_form_spends_nothing(client, worker):
    refused = [client.get(URL).status_code for _ in range(6)]
    refused += [client.post(URL, "{}", content_type="text/csv").status_code for _ in range(6)]

    assert refused == [405] * 6 + [415] * 6
    assert send(client).status_code == 200


def test_more_photos_than_there_is_room_for_are_told_to_come_back(client, worker, monkeypatch):
    def full():
        raise NoRoom()

    monkeypatch.setattr(photo_selector, "photo_in_flight", full)

    reply = send(client)

    assert code_of(reply) == (503, "no_room")
    assert reply["Retry-After"] == "5"


def test_a_server_without_a_process_to_spare_asks_for_patience(client, worker, monkeypatch):
    def nothing(*_args, **_options):
        raise BadPhoto("no_decoder", NO_DECODER)

    monkeypatch.setattr(photo_selector, "decode_photo", nothing)

    reply = send(client)

    assert code_of(reply) == (503, "no_decoder")
    assert reply["Retry-After"] == "5"


class Streamed(io.RawIOBase):
    """A body that is streamed, as long as somebody reads it."""

    def __init__(self, head=b"", *, endless=False):
        self.head, self.endless, self.taken = io.BytesIO(head), endless, 0

    def read(self, size=-1):
        data = b"\xff" * size if self.endless else self.head.read(size)
        self.taken += len(data)
        return data


def stream(client, url, body, *, kind="image/jpeg", **environ):
    told = {"wsgi.input": body, "CONTENT_TYPE": kind, "HTTP_TRANSFER_ENCODING": "chunked"}
    return client.generic(
        "POST", url, b"", kind, **told | {"wsgi.input_terminated": True} | environ
    )


def test_a_photo_that_is_streamed_without_a_length_is_read(client, worker):
    assert stream(client, URL, Streamed(photo())).status_code == 200
    assert len(worker) == 1


def test_a_form_that_is_streamed_without_a_length_is_read(client, worker):
    form = (
        b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n%s\r\n--x--\r\n'
    )

    reply = stream(client, URL, Streamed(form % photo()), kind="multipart/form-data; boundary=x")

    assert reply.status_code == 200


def test_a_set_that_is_streamed_without_a_length_is_read(client, blouse):
    body = Streamed(b'{"items": ["%d"]}' % blouse.pk)

    assert stream(client, SET, body, kind="application/json").status_code == 200


def test_an_endless_stream_is_read_to_the_first_byte_too_many(client, worker):
    body = Streamed(endless=True)

    assert code_of(stream(client, URL, body)) == (413, "too_many_bytes")
    assert body.taken == MAX_BODY_BYTES + 1


def test_a_server_that_cannot_tell_where_a_stream_ends_asks_for_a_length(client, worker):
    reply = stream(client, URL, Streamed(photo()), **{"wsgi.input_terminated": False})

    assert code_of(reply) == (411, "length_required")


def test_no_photo_is_written_to_disk_however_small_the_host_wants_its_memory(
    client, worker, settings, monkeypatch
):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_, **__: 1 / 0)

    assert client.post(URL, {"image": SimpleUploadedFile("a", photo())}).status_code == 200


@pytest.mark.parametrize("nest", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 40_000])
def test_nested_brackets_are_a_mistake_of_the_sender(client, nest):
    assert code_of(client.post(SET, nest, content_type="application/json")) == (400, "parse_error")


@pytest.mark.parametrize("items", [9, 60_000])
def test_a_list_is_counted_before_its_items_are_looked_at(client, items):
    body = json.dumps({"items": [1] * items})
    started = time.process_time()

    reply = client.post(SET, body, content_type="application/json")

    assert code_of(reply) == (400, "invalid_parameter")
    assert [fault["code"] for fault in reply.json()["errors"]] == ["max_length"]
    assert time.process_time() - started < 0.2


def test_more_json_than_any_set_needs_is_not_parsed(client):
    body = json.dumps({"items": [1] * 600_000})
    assert len(body) > MAX_SET_BYTES

    assert code_of(client.post(SET, body, content_type="application/json")) == (
        413,
        "body_too_large",
    )
