"""What may stand in a query: each parameter with its bounds, read strictly."""

import math
import re
from typing import Any

from django.core import signing
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request

from recommender.models import Slot

MAX_STRIP, MAX_PAGE, PAGE, MAX_CURSOR = 50, 100, 24, 1000
SHARE_DIGITS = 6  # PostgreSQL raises an error where a product of numbers vanishes: 5e-324 × 0.9
CURSOR_SALT = "recommender.api.products"
_WHOLE = re.compile(r"[+-]?\d{1,18}(\.0+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def parameters(request: Request, query: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The parameters that were given, checked, ready to be passed on by name.

    Raises:
        rest_framework.exceptions.ValidationError: names each parameter that is wrong.
    """
    # A plain dictionary: in a QueryDict, DRF takes a missing flag for an unticked box.
    given = query(data=request.query_params.dict())
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


class WholeField(serializers.IntegerField):
    """Python reads "1_0" as ten; a query does not."""

    def to_internal_value(self, data: Any) -> int:
        if not _WHOLE.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class ShareField(serializers.FloatField):
    """A number from 0 to 1, and neither "NaN" nor "infinity"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=1, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        if not _NUMBER.fullmatch(data) or not math.isfinite(float(data)):
            self.fail("invalid")
        return super().to_internal_value(data)

    def run_validation(self, data: Any = empty) -> float:
        """Round what has passed: rounded before, 1.0000001 would pass for 1."""
        share: float = super().run_validation(data)
        return round(share, SHARE_DIGITS)


class FlagField(serializers.BooleanField):
    """`true` or `false`, spelled out."""

    TRUE_VALUES = {"true"}
    FALSE_VALUES = {"false"}
    NULL_VALUES = set()


@extend_schema_field({"type": "string", "format": "cursor", "maxLength": MAX_CURSOR})
class CursorField(serializers.CharField):
    """The key of the last product seen, signed, so that nobody writes one by hand."""

    default_error_messages = {"invalid_cursor": "This cursor is not one of ours."}

    def to_internal_value(self, data: Any) -> str:
        try:
            return str(signing.loads(data, salt=CURSOR_SALT))
        except signing.BadSignature:
            self.fail("invalid_cursor")


def strip_limit() -> WholeField:
    text = "How many products at most; the shop's strip length if not given."
    return WholeField(min_value=1, max_value=MAX_STRIP, required=False, help_text=text)


def slot() -> serializers.ChoiceField:
    text = "Only products that play this part in an outfit."
    return serializers.ChoiceField(choices=Slot.choices, required=False, help_text=text)


class ListQuery(serializers.Serializer[Any]):
    slot = slot()
    available = FlagField(
        required=False, help_text="`true`: only what can be bought now; `false`: only what cannot."
    )
    limit = WholeField(
        min_value=1, max_value=MAX_PAGE, default=PAGE, help_text="Products on a page."
    )
    cursor = CursorField(
        required=False, max_length=MAX_CURSOR, help_text="Where to go on; taken from `next`."
    )


class SimilarQuery(serializers.Serializer[Any]):
    limit = strip_limit()
    colour_weight = ShareField(
        required=False,
        help_text="0: the cut alone counts; 1: the colour alone; the encoder's own mixture if not given.",
    )


class GoesWithQuery(serializers.Serializer[Any]):
    limit = strip_limit()
    per_slot = WholeField(
        min_value=1,
        max_value=MAX_STRIP,
        required=False,
        help_text="How many products of one slot at most; the shop's setting if not given.",
    )


class PhotoQuery(serializers.Serializer[Any]):
    limit = strip_limit()
    slot = slot()
