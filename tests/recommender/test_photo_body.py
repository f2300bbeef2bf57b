"""What is announced as too large is refused before it is read, and nothing smaller is."""

import pytest
from django.test import RequestFactory

from recommender.photo_body import guard_body
from recommender.photos import SHOPPER, BadPhoto


def request(announced):
    return RequestFactory().generic("POST", "/", b"", CONTENT_LENGTH=announced)


@pytest.mark.parametrize("announced", ["", "-1", "²", "0", str(SHOPPER.bytes + 64_000)])
def test_a_photo_of_the_allowed_size_and_the_form_around_it_is_read(announced):
    guard_body(request(announced))


def test_one_byte_more_is_refused_and_the_limit_named():
    with pytest.raises(BadPhoto, match="larger than 10 MB") as caught:
        guard_body(request(str(SHOPPER.bytes + 64_001)))

    assert caught.value.code == "too_many_bytes"
