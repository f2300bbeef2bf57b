"""Errors as RFC 9457 problems: one shape, and a `type` that never changes.

A `title` is for developers, in English; a `detail` that a shopper may read is in their language.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext
from rest_framework.exceptions import APIException, NotFound, ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.views import set_rollback

from recommender.broker import NoWorker
from recommender.bulkhead import NoRoom
from recommender.photo_body import LengthRequired
from recommender.photos import BadPhoto
from recommender.stored_texts import translated

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:problem-type:recommender:{code}"
RETRY_AFTER_SECONDS = 5  # a worker that restarts is back by then

TITLES = {
    "invalid_parameter": "A parameter is not valid",
    "parse_error": "The body cannot be read",
    "not_found": "There is no such product",
    "not_authenticated": "This is for the shop's staff",
    "permission_denied": "This account may not see it",
    "method_not_allowed": "The method is not allowed here",
    "unsupported_media_type": "The body is of a kind we cannot read",
    "cursor_expired": "The cursor is too old",
    "throttled": "Too many requests",
    "body_too_large": "The body is too large",
    "length_required": "The length of the body must be announced",
    "no_room": "Many photos are being looked at right now",
    "no_decoder": "No process can read pictures right now",
    "no_worker": "No worker can look at pictures right now",
}
PHOTO_TITLE = "The photo cannot be used"
UNREADABLE = (SuspiciousOperation, UnreadablePostError)


class CursorExpired(Exception):  # noqa: N818 -- reads as what happened
    """This cursor is too old. Begin again with the first page."""

    def __str__(self) -> str:
        return gettext("This cursor is too old. Begin again with the first page.")


class InvalidBody(ValidationError):  # noqa: N818 -- reads as what it is
    """Fields of the body that are wrong, where a `ValidationError` means parameters of the query."""

    location = "body"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; `pointer` is a JSON Pointer into the query or the body."""

    location: str
    pointer: str
    code: str
    detail: str


@dataclass(frozen=True)
class Problem:
    status: int
    code: str
    detail: str
    errors: list[Fault] = field(default_factory=list)

    @property
    def type(self) -> str:
        return TYPE.format(code=self.code)

    @property
    def title(self) -> str:
        return TITLES.get(self.code, PHOTO_TITLE)


def problem_response(error: Exception, _context: Any = None) -> Response | None:
    """Answer an error as a problem; None, which raises it again, where it is nobody's fault but ours."""
    build = next((build for kind, build in _BUILDERS if isinstance(error, kind)), None)
    if build is None:
        return None
    problem = build(error)
    set_rollback()
    body = {"type": problem.type, "title": problem.title, **asdict(problem)}
    return Response(body, status=problem.status, headers=_headers(error), content_type=MEDIA_TYPE)


def _bad_photo(error: BadPhoto) -> Problem:
    status = {"too_many_bytes": 413, "no_decoder": 503}.get(error.code, 422)
    detail = translated(str(error))
    return Problem(status, error.code, detail, [Fault("body", "#/image", error.code, detail)])


def _bad_parameters(error: ValidationError) -> Problem:
    detail = "Look at the errors, correct the parameters and ask again."
    location = getattr(error, "location", "query")
    faults = [replace(fault, location=location) for fault in _faults(error.get_full_details(), "#")]
    return Problem(400, "invalid_parameter", detail, faults)


def _from_rest_framework(error: APIException) -> Problem:
    return Problem(error.status_code, str(error.get_codes()), str(error.detail))


def _faults(details: Any, pointer: str) -> Iterator[Fault]:
    """The faults below a pointer; those of a list's values lie one step deeper, by their number."""
    if isinstance(details, list):
        for fault in details:
            yield Fault("query", pointer, str(fault["code"]), str(fault["message"]))
    else:
        for name, inner in details.items():
            yield from _faults(inner, f"{pointer}/{name}")


def _unknown(error: Http404) -> str | None:
    """Which of several products there is not, where that was said."""
    return f"There is no product {str(error)!r}." if str(error) else None


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, NoWorker | NoRoom) or getattr(error, "code", "") == "no_decoder":
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    found = {"Retry-After": "wait", "WWW-Authenticate": "auth_header"}
    values = {header: getattr(error, name, None) for header, name in found.items()}
    return {header: str(value) for header, value in values.items() if value is not None}


_BUILDERS: tuple[tuple[Any, Callable[[Any], Problem]], ...] = (
    (BadPhoto, _bad_photo),
    (NoWorker, lambda error: Problem(503, "no_worker", str(error))),
    (NoRoom, lambda error: Problem(503, "no_room", str(error))),
    (LengthRequired, lambda error: Problem(411, "length_required", str(error))),
    (CursorExpired, lambda error: Problem(410, "cursor_expired", str(error))),
    (ValidationError, _bad_parameters),
    (APIException, _from_rest_framework),
    # The same for a product nobody knows and one that may not be seen.
    (Http404, lambda error: _from_rest_framework(NotFound(_unknown(error)))),
    # Too many fields or files, or a sender who hung up.
    (UNREADABLE, lambda error: _from_rest_framework(ParseError(str(error)))),
)
