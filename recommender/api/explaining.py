"""Why a product is in a strip, and why it is not."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api import schema
from recommender.api.endpoint import Endpoint, product_or_404
from recommender.api.parameters import FlagField, GoesWithQuery, LikenessQuery, parameters
from recommender.api.serializers import ReasonSerializer
from recommender.api.staff import StaffAuthentication, StaffOnly, check_staff, is_staff
from recommender.api.throttles import ExplainThrottle
from recommender.explain.region_searches import StillSearching
from recommender.explain.regions import Region, regions
from recommender.explain.strip_question import GOES_WITH, SIMILAR
from recommender.explain.why import Explanation, ScorePart, why, without_rules
from recommender.explain.why_not import Placement, why_not
from recommender.ranking.exclusion import Exclusion

ASK_AGAIN_SECONDS = 2  # a worker looks at two pictures in about as long
ASK_AGAIN = schema.Parameter("Retry-After", "Seconds.", int, replies=(202,))
STRIPS = {"similar": SIMILAR, "goes_with": GOES_WITH}
OTHER = schema.Parameter("other", "The other product's primary key, as text.")


class ExplainQuery(LikenessQuery, GoesWithQuery):
    """What shapes a strip also shapes its explanation."""

    strip = serializers.ChoiceField(
        choices=[("similar", _("Similar")), ("goes_with", _("Goes well with"))],
        default="similar",
        help_text="The strip that is asked about.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        asked = super().validate(attrs)
        return {**asked, "strip": STRIPS[asked["strip"]]}


class WhyQuery(ExplainQuery):
    """A worker looks at the pictures only where it is asked to."""

    regions = FlagField(
        default=False,
        help_text="Also find where in the two pictures the score comes from; 202 until a worker has looked.",
    )


class PlacementSerializer(serializers.Serializer[Any]):
    """What became of the other product; what does not apply is null."""

    exclusion = serializers.ChoiceField(
        choices=Exclusion.choices, help_text="The first exclusion in its way, or `shown`."
    )
    text = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True, help_text="1 is best.")
    score = serializers.FloatField(allow_null=True)
    last_score = serializers.FloatField(allow_null=True, help_text="Of the last one shown.")
    rule = serializers.IntegerField(allow_null=True, help_text="The id of the rule.")
    instead = serializers.CharField(
        allow_null=True, help_text="The id of the product of its design that stands in its place."
    )
    filter = serializers.CharField(allow_null=True, help_text="The filter that leaves it out.")

    def to_representation(self, instance: Placement) -> dict[str, Any]:
        return super().to_representation({**vars(instance), "exclusion": instance.exclusion.value})


class BecauseSerializer(ReasonSerializer):
    """A reason, and what it refers to; what does not apply is null or empty."""

    weight = serializers.FloatField(allow_null=True, help_text="The part's share in the score.")
    rule = serializers.IntegerField(allow_null=True, help_text="The id of the rule.")
    looks = serializers.ListField(
        child=serializers.CharField(), help_text="Looks of the shop that hold both; five at most."
    )

    def to_representation(self, instance: ScorePart) -> dict[str, Any]:
        return super().to_representation({**vars(instance.reason), **vars(instance)})


class BoxField(serializers.ListField):
    """Left, top, right and bottom as shares of the picture's sides."""

    def __init__(self, **kwargs: Any) -> None:
        share = serializers.FloatField(min_value=0, max_value=1)
        super().__init__(child=share, min_length=4, max_length=4, **kwargs)


class RegionSerializer(serializers.Serializer[Any]):
    """The window of a product's first picture whose covering lowers the score most."""

    product = serializers.CharField(help_text="The id of the product whose picture it is.")
    text = serializers.CharField(help_text="What was measured, for people.")
    place = serializers.CharField(help_text="Where on the garment, in words.")
    part = serializers.CharField(help_text="The part of the score that falls most.")
    score = serializers.FloatField(help_text="Raw, of the two first pictures with nothing covered.")
    drop = serializers.FloatField(help_text="What the score loses with the window covered.")
    box = BoxField(help_text="Left, top, right and bottom as shares of the picture's sides.")
    frame = BoxField(help_text="What `heat` lies over, in the same way.")
    heat = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(min_value=0, max_value=1)),
        help_text="Rows of a grid over `frame`; 1 is where covering costs most.",
    )


class ExplanationSerializer(serializers.Serializer[Any]):
    """Everything that speaks for a product that is shown; no reasons for one that is not."""

    placement = PlacementSerializer()
    reasons = BecauseSerializer(many=True, source="parts")
    regions = RegionSerializer(
        many=True,
        help_text="One for each of the two pictures, the anchor's first; empty unless asked for.",
    )

    def to_representation(self, instance: tuple[Explanation, list[Region]]) -> dict[str, Any]:
        explanation, found = instance
        return super().to_representation({**vars(explanation), "regions": found})


class WhyNot(Endpoint):
    """The first exclusion that keeps a product out of a strip, or its rank there; for staff."""

    authentication_classes = (StaffAuthentication,)
    permission_classes = (StaffOnly,)
    throttle_classes = (ExplainThrottle,)

    @schema.operation(
        "why_not",
        summary="Why it is not there",
        replies={200: PlacementSerializer},
        fails=(400, 401, 403, 404, 429),
        parameters=[schema.PRODUCT_ID, OTHER, ExplainQuery, schema.TRY_LATER],
    )
    def get(self, request: Request, id: str, other: str) -> Response:
        placement: Placement = why_not(
            product_or_404(id), product_or_404(other), **parameters(request, ExplainQuery)
        )
        return Response(PlacementSerializer(placement).data)


class Why(Endpoint):
    """What the score of a product in a strip is made of, and the shop's part in its place.

    Which rules had a part in it, and why a product is not there, is told to staff alone.
    """

    authentication_classes = (StaffAuthentication,)
    throttle_classes = (ExplainThrottle,)

    @schema.operation(
        "why",
        summary="Why it is there",
        replies={200: ExplanationSerializer, 202: ExplanationSerializer},
        fails=(400, 401, 403, 404, 429, 503),
        parameters=[schema.PRODUCT_ID, OTHER, WhyQuery, schema.RETRY_AFTER, ASK_AGAIN],
    )
    def get(self, request: Request, id: str, other: str) -> Response:
        """202 has everything but the regions: a worker is looking at the pictures."""
        product, beside = product_or_404(id), product_or_404(other)
        asked = parameters(request, WhyQuery)
        with_regions = asked.pop("regions")
        explanation = why(product, beside, **asked)
        if not explanation.is_shown:
            check_staff(request)
        if not is_staff(request):
            explanation = without_rules(explanation)
        found: list[Region] = []
        is_searching = False
        if with_regions and explanation.parts:
            strip = asked.get("strip", SIMILAR)
            try:
                found = regions(product, beside, explanation=explanation, strip=strip)
            except StillSearching:
                is_searching = True
        body = ExplanationSerializer((explanation, found)).data
        if is_searching:
            return Response(body, status=202, headers={"Retry-After": str(ASK_AGAIN_SECONDS)})
        return Response(body)
