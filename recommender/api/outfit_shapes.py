"""What may be asked about outfits and sets, and what the answers look like."""

from typing import Any

from rest_framework import serializers

from recommender.api import schema
from recommender.api.parameters import (
    MAX_VALUE,
    VALUE,
    FilterQuery,
    FlagField,
    GoesWithQuery,
    PriceField,
    WholeField,
)
from recommender.api.parsers import FIELD
from recommender.api.serializers import ItemSerializer
from recommender.models import Slot
from recommender.outfits.answer import OUTFITS
from recommender.outfits.plans import MOST_PIECES, PIECES
from recommender.ranking.filters import Filters, UnknownAttribute
from recommender.strips.goes_with_several import MOST_ITEMS

MAX_OUTFITS, MAX_WITHOUT = 10, 50
EMPTY = (
    ("worn_alone", "What was asked about is no part of an outfit"),
    ("impossible", "What was asked about or kept cannot be worn together"),
    ("gone", "A kept piece can no longer be bought"),
    ("no_room", "What is kept rules out a piece for the slot to swap"),
    ("over_budget", "Nothing in stock fits the budget"),
    ("nothing_fits", "Nothing in stock fits"),
)
KEY = {**VALUE, "minLength": 1, "description": "A product's primary key, as text."}


@schema.shape(KEY)
class KeyField(serializers.CharField):
    """A product's key: text, also where the shop's keys are numbers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_VALUE, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class KeysField(serializers.ListField):
    """Keys, counted before any of them is looked at."""

    def to_internal_value(self, data: Any) -> list[str]:
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            message = self.error_messages["max_length"].format(max_length=self.max_length)
            raise serializers.ValidationError(message, code="max_length")
        return super().to_internal_value(data)


def keys(text: str, *, most: int, least: int = 0) -> KeysField:
    return KeysField(
        child=KeyField(),
        min_length=least,
        max_length=most,
        required=bool(least),
        help_text=text,
    )


class SeveralQuery(GoesWithQuery):
    item = keys("A product; repeat it for each of them.", least=1, most=MOST_ITEMS)


class OutfitsQuery(FilterQuery):
    limit = WholeField(
        min_value=1, max_value=MAX_OUTFITS, default=OUTFITS, help_text="How many outfits at most."
    )
    pieces = WholeField(
        min_value=2,
        max_value=MOST_PIECES,
        default=PIECES,
        help_text="Pieces of an outfit at most, what it begins with included.",
    )
    budget = PriceField(
        required=False, help_text="What all pieces but the start may cost together."
    )
    include_start = FlagField(default=False, help_text="Whether the start counts as well.")
    keep = keys("A piece that stays; repeat it for several.", most=MOST_ITEMS)
    without = keys("A piece that is not wanted; repeat it for several.", most=MAX_WITHOUT)
    swap = serializers.ChoiceField(
        choices=Slot.choices, required=False, help_text="The one slot to fill beside what is kept."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        asked = super().validate(attrs)
        try:
            Filters(price_max=asked.get("budget")).check()
        except UnknownAttribute as error:
            raise serializers.ValidationError({"budget": str(error)}) from error
        return asked


def photo_slot() -> serializers.ChoiceField:
    text = "What the photo shows; as recognised if not given."
    return serializers.ChoiceField(choices=Slot.choices, required=False, help_text=text)


class SetQuery(GoesWithQuery):
    photo_slot = photo_slot()


class OutfitsOfSetQuery(OutfitsQuery):
    photo_slot = photo_slot()


class SetSerializer(serializers.Serializer[Any]):
    """What was asked about, without a photo; what the address may say, this body may say as well."""

    items = keys("Products.", least=1, most=MOST_ITEMS)


class SetWithPhotoSerializer(serializers.Serializer[Any]):
    """What was asked about, with a photo that is looked at once and never stored."""

    items = keys("Products.", most=MOST_ITEMS - 1)


PHOTO_FORM = {
    "type": "object",
    "properties": {
        FIELD: {**schema.PHOTO["multipart/form-data"]["properties"]["image"]},  # type: ignore[index]
        "items": {"type": "array", "items": KEY, "maxItems": MOST_ITEMS - 1},
    },
    "required": [FIELD],
}
BODY = {"application/json": SetSerializer, "multipart/form-data": PHOTO_FORM}


class PieceSerializer(ItemSerializer):
    """A product of an outfit; its score is how well it goes with all others."""

    slot = serializers.ChoiceField(choices=Slot.choices)
    given = serializers.BooleanField(source="is_given", help_text="Asked about or kept.")


class PriceTagField(serializers.DecimalField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=None, decimal_places=None, coerce_to_string=True, allow_null=True, **kwargs
        )


class OutfitSerializer(serializers.Serializer[Any]):
    """One look, what was asked about first; photos are no pieces."""

    pieces = PieceSerializer(many=True)
    score = serializers.FloatField(
        help_text="The share of its pairs that are right, 0 to 1, so far as that is known."
    )
    set_score = serializers.FloatField(
        allow_null=True,
        help_text="What a set scorer says of the whole, 0 to 1; null where pairs alone decided.",
    )
    total = PriceTagField(help_text="Of all pieces but the start.")
    total_with_start = PriceTagField(help_text="Of all pieces.")
    look = serializers.CharField(
        allow_null=True, help_text="The title of the shop's own look it follows, if it does."
    )
    replaced = serializers.ListField(
        child=serializers.CharField(),
        help_text="Slots for which that look has no piece to be had.",
    )
    relaxed = serializers.ListField(
        child=serializers.CharField(),
        help_text="Attributes (`season`, `gender`) on which its pieces do not agree, for want of better.",
    )
    note = serializers.CharField(help_text="The same in words; empty for the engine's own.")


class NothingSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=EMPTY)
    text = serializers.CharField()


class OutfitsSerializer(serializers.Serializer[Any]):
    """Outfits, the shop's own looks first, then best first; or why there are none."""

    outfits = OutfitSerializer(many=True)
    nothing = NothingSerializer(allow_null=True, help_text="Null unless there are no outfits.")
    versions = serializers.ListField(
        child=serializers.CharField(), help_text="Of the encoders that made it."
    )
    recommendation_id = serializers.UUIDField(help_text="Names this very reply.")
