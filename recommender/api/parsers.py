"""How a photo comes in: as a form field, or as the body itself."""

from collections.abc import Mapping
from typing import IO, Any

from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework.parsers import BaseParser, DataAndFiles
from rest_framework.request import Request

from recommender.photos import SHOPPER, TOO_MANY_BYTES, BadPhoto

FIELD = "image"
MAX_BODY_BYTES = SHOPPER.bytes + 64_000  # the photo, and what a form wraps around it


class PhotoParser(BaseParser):
    """A body that is nothing but a photo; reads no more of it than the limit."""

    media_type = "image/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        photo = ContentFile(stream.read(MAX_BODY_BYTES))
        return DataAndFiles(QueryDict(), MultiValueDict({FIELD: [photo]}))


def photo_bytes(request: Request) -> bytes:
    """The photo of a request.

    Raises:
        BadPhoto: the body is announced as too large, and then not read, or holds no photo.
    """
    announced = str(request.META.get("CONTENT_LENGTH", ""))
    if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
        limit = SHOPPER.bytes // 1_000_000
        raise BadPhoto("too_many_bytes", TOO_MANY_BYTES % {"megabytes": limit})
    photo = request.FILES.get(FIELD)
    if photo is None:
        raise BadPhoto("missing", f'Send the photo as the form field "{FIELD}", or as the body.')
    return bytes(photo.read())
