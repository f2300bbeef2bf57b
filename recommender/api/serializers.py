"""What the API says: cards, strips, pages, problems."""

from typing import Any

from rest_framework import serializers

from recommender.api.schema import shape
from recommender.catalog import catalog
from recommender.ranking.rung import Rung
from recommender.strips.items import Item
from recommender.strips.photo_garments import PhotoGarment
from recommender.strips.photo_search import PhotoAnswer

AVAILABILITY = [("IN_STOCK", "Can be bought now"), ("OUT_OF_STOCK", "Sold out")]


@shape({"type": "string", "format": "uri"})
class AddressField(serializers.CharField):
    """An address as the host wrote it, made absolute."""

    def to_representation(self, value: Any) -> str:
        return str(self.context["request"].build_absolute_uri(value))


@shape(serializers.ChoiceField(choices=AVAILABILITY))
class AvailabilityField(serializers.Field[Any, Any, str, Any]):
    def to_representation(self, value: Any) -> str:
        return "IN_STOCK" if value else "OUT_OF_STOCK"


class RenditionSerializer(serializers.Serializer[Any]):
    src = AddressField()
    width = serializers.IntegerField(help_text="In pixels.")


class RenditionsField(serializers.DictField):
    """MIME type → the same picture in several widths, smallest first."""

    child = RenditionSerializer(many=True)

    def to_representation(self, value: Any) -> dict[str, Any]:
        return super().to_representation(
            {
                kind: [{"src": src, "width": width} for width, src in sorted(widths.items())]
                for kind, widths in value.items()
                if widths
            }
        )


class PictureSerializer(serializers.Serializer[Any]):
    src = AddressField()
    width = serializers.IntegerField(help_text="In pixels.")
    height = serializers.IntegerField(help_text="In pixels.")
    alt = serializers.CharField()
    sources = RenditionsField(
        source="srcset", help_text="By MIME type, the same picture in several widths."
    )


class CardSerializer(serializers.Serializer[Any]):
    """Everything needed to draw a product once."""

    id = serializers.CharField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    price = serializers.DecimalField(
        max_digits=None, decimal_places=None, coerce_to_string=True, allow_null=True
    )
    currency = serializers.CharField(help_text="ISO 4217.")
    price_label = serializers.CharField(help_text="The price as the shop writes it.")
    url = AddressField(help_text="Of the product's page.")
    availability = AvailabilityField(source="is_available")
    picture = PictureSerializer(allow_null=True)


class ReasonSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField(help_text="For shoppers.")
    value = serializers.FloatField(help_text="Higher is better.")


class ItemSerializer(CardSerializer):
    """A recommended product: its card, and why it is there."""

    score = serializers.FloatField(help_text="Higher is better.")
    rank = serializers.IntegerField(help_text="1 is best.")
    reasons = ReasonSerializer(many=True)
    variants = serializers.ListField(
        child=serializers.CharField(),
        help_text="Ids of others of its design, of those looked at, that might stand there instead.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared above, because every field has an attribute `source` of its own.
        source = serializers.ChoiceField(
            choices=Rung.choices, help_text="The rung of the ladder that it comes from."
        )
        return super().get_fields() | {"source": source}

    def to_representation(self, instance: Item) -> dict[str, Any]:
        card = catalog().card(instance.product)
        return super().to_representation({**vars(card), **vars(instance)})


class StripSerializer(serializers.Serializer[Any]):
    """A row of recommendations, best first."""

    items = ItemSerializer(many=True)
    versions = serializers.ListField(
        child=serializers.CharField(), help_text="Of the encoders and scorers that made it."
    )
    recommendation_id = serializers.UUIDField(help_text="Names this very reply.")


class ShadeSerializer(serializers.Serializer[Any]):
    hex = serializers.CharField()
    share = serializers.FloatField(help_text="Of the garment, 0 to 1.")


class SeenSerializer(serializers.Serializer[Any]):
    """What was recognised in the photo; texts are empty where nothing was."""

    category = serializers.CharField(
        help_text="What the shop calls most of what was found; the filter `category` takes it."
    )
    garment = serializers.CharField(help_text="What the encoder calls it, in English.")
    garment_confidence = serializers.FloatField(allow_null=True)
    slot = serializers.CharField()
    slot_confidence = serializers.FloatField(allow_null=True)
    palette = ShadeSerializer(many=True)


class BoxSerializer(serializers.Serializer[Any]):
    """Where in the photo a garment was recognised, as shares of its sides; `crop` searches it alone."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    width = serializers.FloatField()
    height = serializers.FloatField()
    crop = serializers.CharField(help_text="The same as the parameter `crop` takes it.")
    category = serializers.CharField()
    category_confidence = serializers.FloatField()
    slot = serializers.CharField()

    def to_representation(self, instance: PhotoGarment) -> dict[str, Any]:
        place = vars(instance.place)
        crop = ",".join(format(share, "g") for share in place.values())
        return super().to_representation({**vars(instance.seen), **place, "crop": crop})


class PhotoAnswerSerializer(StripSerializer):
    """Products that look like the photo, and what was recognised in it."""

    seen = SeenSerializer()
    narrowed_to = serializers.CharField(
        help_text="The recognised slot that alone was searched; empty where all were, or one was asked for."
    )
    message = serializers.CharField(help_text="Why there is nothing, for shoppers; else empty.")
    boxes = BoxSerializer(many=True, help_text="If asked for with `boxes=true`; the surest first.")

    def to_representation(self, instance: PhotoAnswer) -> dict[str, Any]:
        features = vars(instance.seen)
        seen = {
            **features,
            "category": instance.category,
            "garment": features["category"],
            "garment_confidence": features["category_confidence"],
        }
        found = {**vars(instance), "seen": seen, "boxes": instance.pieces}
        return super().to_representation({**vars(instance.strip), **found})


class PageSerializer(serializers.Serializer[Any]):
    """A page of products, the highest key first."""

    items = serializers.SerializerMethodField()
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one.")

    @shape(CardSerializer(many=True))
    def get_items(self, page: Any) -> Any:
        cards = [catalog().card(product) for product in page.items]
        return CardSerializer(cards, many=True, context=self.context).data


class FaultSerializer(serializers.Serializer[Any]):
    location = serializers.ChoiceField(choices=["query", "body"])
    pointer = serializers.CharField(help_text="JSON Pointer to the parameter or field.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. Compare `type` or `code`: they never change; `title` and `detail` are for people."""

    type = serializers.CharField(help_text="`urn:problem-type:recommender:` and the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = FaultSerializer(many=True)  # type: ignore[assignment]  # declared, not an attribute


class TierSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok", "degraded", "down"])


class HealthSerializer(TierSerializer):
    database = serializers.BooleanField()
    broker = serializers.BooleanField()
    worker = serializers.BooleanField()


class PipelineHealthSerializer(TierSerializer):
    database = serializers.BooleanField()
    broker = serializers.BooleanField()
    worker = serializers.BooleanField()
    late_seconds = serializers.IntegerField(help_text="For how long the oldest job has been due.")
    failed = serializers.IntegerField(help_text="Pictures that wait for a person.")
