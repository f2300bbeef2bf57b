"""How a request with a stranger's photo is read: into memory and nowhere else, and no further than its limit."""

import io
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext

from recommender.photos import SHOPPER, TOO_MANY_BYTES, BadPhoto

MAX_BODY_BYTES = SHOPPER.bytes + 64_000  # the photo, and what a form wraps around it


class LengthRequired(Exception):  # noqa: N818 -- reads as what is wrong
    """This server reads a photo only if its length is announced (`Content-Length`)."""

    def __str__(self) -> str:
        return gettext(
            "This server reads a photo only if its length is announced (`Content-Length`)."
        )


class MemoryUpload(MemoryFileUploadHandler):
    """Keeps every file of a form in memory; Django would write larger ones to disk."""

    def handle_raw_input(self, *_args: Any, **_kwargs: Any) -> None:
        self.activated = True


def guard_body(request: HttpRequest) -> None:
    """Prepare a request whose body nobody has read yet, so that reading it is safe.

    What is announced as too large is not read. What is not announced, as phones stream it, is read
    here, to the first byte too many.

    Raises:
        BadPhoto: the body is too large.
        LengthRequired: it is streamed, and this server cannot tell where it ends.
    """
    if "HTTP_TRANSFER_ENCODING" in request.META:
        _read_streamed(request)
    announced = str(request.META.get("CONTENT_LENGTH", ""))
    if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
        limit = SHOPPER.bytes // 1_000_000
        raise BadPhoto("too_many_bytes", TOO_MANY_BYTES % {"megabytes": limit})
    request.upload_handlers = [MemoryUpload(request)]


def _read_streamed(request: HttpRequest) -> None:
    """Django takes a body without a length for an empty one, whatever the server could read."""
    if not request.META.get("wsgi.input_terminated"):
        raise LengthRequired()
    body = request.META["wsgi.input"].read(MAX_BODY_BYTES + 1)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = io.BytesIO(body)
