"""What may stand in a query: each parameter with its bounds, read strictly."""

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core import signing
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request

from recommender import conf
from recommender.api.problems import CursorExpired, InvalidBody
from recommender.api.schema import shape
from recommender.models import Slot
from recommender.photos import Crop
from recommender.ranking.filters import Filters, UnknownAttribute
from recommender.strips.similar import Likeness

MAX_STRIP, MAX_PAGE, PAGE, MAX_CURSOR = 50, 100, 24, 1000
CURSOR_SALT = "recommender.api.products"
SHARE_DIGITS = 6  # PostgreSQL raises an error where a product of numbers vanishes: 5e-324 × 0.9
ATTRIBUTES = ("category", "gender", "season", "size", "colour")
MAX_VALUE, MAX_VALUES = 100, 20
MAX_CROP, SIDES, ROUNDING = 60, 4, 1e-6
AMOUNT = r"[0-9]{1,7}(\.[0-9]{1,2})?"
_WHOLE = re.compile(r"[+-]?\d{1,18}(\.0+)?", re.ASCII)
_SHARE = re.compile(r"0(\.\d{1,9})?|1(\.0{1,9})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def parameters(
    request: Request,
    query: type[serializers.Serializer[Any]],
    *,
    body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The parameters that were given in the address, or as fields of a `body`, checked and by name.

    Raises:
        rest_framework.exceptions.ValidationError: names each parameter that is wrong.
        InvalidBody: names each field of the body that is wrong.
        CursorExpired: the cursor is ours, but older than `CURSOR_SECONDS`.
    """
    fields, asked = query().fields, dict(request.query_params.lists())
    said = {name: _texts(value) for name, value in (body or {}).items() if value is not None}
    for name in said.keys() & fields.keys():
        asked[name] = [*asked.get(name, []), *said[name]]
    several = {name for name in asked if isinstance(fields.get(name), serializers.ListField)}
    twice = [name for name, values in asked.items() if name not in several and len(values) > 1]
    if wrong := [name for name in twice if name in fields]:
        raise serializers.ValidationError({name: ["Give it once."] for name in wrong})
    # A plain dictionary: in a QueryDict, DRF takes a missing flag for an unticked box.
    data = {name: values if name in several else values[-1] for name, values in asked.items()}
    given = query(data=data)
    if not given.is_valid():
        is_body = given.errors.keys() <= said.keys()
        raise InvalidBody(given.errors) if is_body else serializers.ValidationError(given.errors)
    return dict(given.validated_data)


def _texts(value: Any) -> list[str]:
    """The values of a JSON field as an address would write them."""
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [json.dumps(value) if isinstance(value, bool) else str(value)]


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


@shape({"type": "string", "format": "cursor", "maxLength": MAX_CURSOR})
class CursorField(serializers.CharField):
    """The key of the last product seen, signed and dated, so that nobody writes one by hand."""

    default_error_messages = {"invalid_cursor": "This cursor is not one of ours."}

    def to_internal_value(self, data: Any) -> str:
        try:
            oldest = conf.get("CURSOR_SECONDS")
            return str(signing.loads(data, salt=CURSOR_SALT, max_age=oldest))
        except signing.SignatureExpired as error:
            raise CursorExpired() from error
        except signing.BadSignature:
            self.fail("invalid_cursor")


def slot() -> serializers.ChoiceField:
    text = "Only products that play this part in an outfit."
    return serializers.ChoiceField(choices=Slot.choices, required=False, help_text=text)


@shape({"type": "string", "pattern": f"^{AMOUNT}$", "example": "49.90"})
class PriceField(serializers.DecimalField):
    """An amount in the shop's own currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=9, decimal_places=2, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if not re.fullmatch(AMOUNT, data):
            self.fail("invalid")
        return super().to_internal_value(data)


ANY_SLOT = "ANY"
VALUE = {"type": "string", "maxLength": MAX_VALUE, "pattern": "^[^\\x00]*$"}


@shape({"type": "array", "items": VALUE, "maxItems": MAX_VALUES})
class AttributeField(serializers.ListField):
    """Values of the shop's own, the parameter repeated for each; any of them will do.

    An empty one, as a form sends what was not filled in, asks for nothing.
    """

    def __init__(self, text: str) -> None:
        super().__init__(
            child=serializers.CharField(
                max_length=MAX_VALUE, trim_whitespace=False, allow_blank=True
            ),
            max_length=MAX_VALUES,
            required=False,
            help_text=f"{text} Repeat it for several: any of them will do.",
        )


class FilterQuery(serializers.Serializer[Any]):
    """What every question about products may be narrowed by."""

    price_min = PriceField(required=False, help_text="At least so dear, in the shop's currency.")
    price_max = PriceField(required=False, help_text="At most so dear, in the shop's currency.")
    category = AttributeField("Only products of this category, by the shop's own name for it.")
    gender = AttributeField("Only products for them; what is for everybody counts.")
    season = AttributeField("Only products for this season; what is for all year counts.")
    size = AttributeField("Only products to be had in this size.")
    colour = AttributeField("Only products of this colour, by the shop's own name for it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Gather the conditions into one `filters`; refuse what this shop cannot filter by."""
        filters = Filters(
            slots=[attrs["slot"]] if "slot" in attrs else [],
            attributes=self._attributes(attrs),
            price_min=attrs.get("price_min"),
            price_max=attrs.get("price_max"),
        )
        try:
            filters.check()
        except UnknownAttribute as error:
            wrong = [name for name in attrs if name.startswith(error.name)]  # price_min is a price
            raise serializers.ValidationError(dict.fromkeys(wrong, str(error))) from error
        narrowing = {"slot", "price_min", "price_max", *ATTRIBUTES}
        rest = {name: value for name, value in attrs.items() if name not in narrowing}
        return {**rest, "filters": filters}

    @staticmethod
    def _attributes(attrs: dict[str, Any]) -> dict[str, list[str]]:
        given = {name: list(filter(None, attrs.get(name, ()))) for name in ATTRIBUTES}
        return {name: values for name, values in given.items() if values}


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


class StripQuery(FilterQuery):
    limit = WholeField(
        min_value=1,
        max_value=MAX_STRIP,
        required=False,
        help_text="How many products at most; the shop's strip length if not given.",
    )
    diversity = ShareField(
        required=False,
        help_text="0: the best, however alike they look; towards 1: the more unlike what stands before them;"
        " the shop's setting if not given.",
    )


class LikenessQuery(StripQuery):
    """What counts as alike."""

    colour_weight = ShareField(
        required=False,
        help_text="0: the cut alone counts; 1: the colour alone; the encoder's own mixture if not given.",
    )
    category_weight = ShareField(
        required=False,
        help_text="0: looks alone count; towards 1: the same category comes first, then what lies near it;"
        " the shop's setting if not given.",
    )
    floor = serializers.ChoiceField(
        choices=["on", "off"],
        default="on",
        help_text="`on`: end before what is for another wearer, or of another kind and hardly alike; `off`: as many as there are.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Gather what counts as alike into one `likeness`."""
        asked = super().validate(attrs)
        weights = {name: asked.pop(name, None) for name in ("colour_weight", "category_weight")}
        likeness = Likeness(**weights, floor=asked.pop("floor") == "on")
        return {**asked, "likeness": likeness}


class SimilarQuery(LikenessQuery):
    """What shapes the strip of what looks alike."""


class GoesWithQuery(StripQuery):
    slot = slot()
    per_slot = WholeField(
        min_value=1,
        max_value=MAX_STRIP,
        required=False,
        help_text="How many products of one slot at most; the shop's setting if not given.",
    )


@shape({"type": "string", "format": "crop", "maxLength": MAX_CROP, "example": "0.1,0.2,0.5,0.6"})
class CropField(serializers.Field[Crop, str, str, Any]):
    """Four numbers between commas: left, top, width and height as shares of the upright photo."""

    default_error_messages = {
        "invalid_crop": "Give left, top, width and height as four shares of the photo, like 0.1,0.2,0.5,0.6.",
        "outside": "This part lies outside the photo, or is empty.",
    }

    def to_internal_value(self, data: Any) -> Crop:
        numbers = str(data).split(",")
        if len(numbers) != SIDES or not all(_SHARE.fullmatch(number) for number in numbers):
            self.fail("invalid_crop")
        crop = Crop(*map(float, numbers))
        right, bottom = crop.x + crop.width, crop.y + crop.height
        if min(crop.width, crop.height) <= 0 or max(right, bottom) > 1 + ROUNDING:
            self.fail("outside")
        return crop


class PhotoQuery(StripQuery):
    slot = serializers.ChoiceField(
        choices=[*Slot.choices, (ANY_SLOT, "Any")],
        required=False,
        help_text="Only products that play this part in an outfit; the one that was recognised for sure if not given."
        " `ANY`: all of them.",
    )
    crop = CropField(
        required=False,
        help_text="Only this part of the photo: `x,y,width,height`, shares of the upright photo.",
    )
    boxes = FlagField(
        required=False,
        help_text="`true`: also find the garments in the photo; nothing to a `crop`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`ANY` is no slot, but that none is wished for."""
        is_any = attrs.get("slot") == ANY_SLOT
        named = {name: value for name, value in attrs.items() if name != "slot" or not is_any}
        return super().validate(named) | {"any_slot": is_any}
