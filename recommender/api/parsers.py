"""How bodies come in: a photo as a form field or as the body itself, and a set as JSON."""

import io
from collections.abc import Mapping
from typing import IO, Any

from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, JSONParser
from rest_framework.request import Request

from recommender.photo_body import MAX_BODY_BYTES, guard_body
from recommender.photos import BadPhoto

FIELD = "image"
MAX_SET_BYTES = 256_000  # far more than a set of eight keys


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


class BodyTooLarge(APIException):
    """This body is larger than any set of products."""

    status_code = 413
    default_code = "body_too_large"
    default_detail = f"A set is at most {MAX_SET_BYTES // 1000} kB of JSON."


class SetParser(JSONParser):
    """JSON of a bounded size and depth."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        body = stream.read(MAX_SET_BYTES + 1)
        if len(body) > MAX_SET_BYTES:
            raise BodyTooLarge()
        try:
            return super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error


def photo_bytes(request: Request) -> bytes:
    """The photo of a request.

    Raises:
        BadPhoto: the body is too large, and then not read to its end, or holds no photo.
        LengthRequired: it is streamed, and this server cannot tell where it ends.
    """
    guard_body(request._request)
    photo = request.FILES.get(FIELD)
    if photo is None:
        raise BadPhoto("missing", f'Send the photo as the form field "{FIELD}", or as the body.')
    return bytes(photo.read())
