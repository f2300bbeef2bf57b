"""Whole outfits, and what goes with several things at once, a photo of one's own among them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, QueryDict
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from recommender.api import schema
from recommender.api.endpoint import Endpoint, product_or_404
from recommender.api.outfit_shapes import (
    BODY,
    OutfitsOfSetQuery,
    OutfitsQuery,
    OutfitsSerializer,
    SetQuery,
    SetSerializer,
    SetWithPhotoSerializer,
    SeveralQuery,
)
from recommender.api.parameters import parameters
from recommender.api.parsers import SetParser, photo_bytes
from recommender.api.problems import InvalidBody
from recommender.api.serializers import StripSerializer
from recommender.api.throttles import PhotoThrottle
from recommender.broker import NoWorker
from recommender.models import Purpose
from recommender.outfits.answer import OutfitOptions, outfits
from recommender.photo_body import guard_body
from recommender.ranking.visible_products import keys_of, visible_products
from recommender.strips.goes_with_several import goes_with_several
from recommender.strips.photo import OutdatedFeatures, encode_photo


class ProductOutfits(Endpoint):
    """Outfits that begin with this product: one piece of each slot, in stock, within the budget."""

    @schema.operation(
        "outfits",
        summary="Outfits that begin with it",
        replies={200: OutfitsSerializer},
        fails=(400, 404),
        parameters=[schema.PRODUCT_ID, OutfitsQuery],
    )
    def get(self, request: Request, id: str) -> Response:
        asked = parameters(request, OutfitsQuery)
        return _outfits([product_or_404(id)], asked, request)


class SetEndpoint(Endpoint):
    """Reads a set of products, and a photo where the body is a form."""

    parser_classes = (SetParser, MultiPartParser)
    throttle_classes = (PhotoThrottle,)

    def get_throttles(self) -> list[BaseThrottle]:
        """Only a photo costs a worker's time."""
        return super().get_throttles() if _has_photo(self.request) else []

    def asked_set(
        self, request: Request, query: type[OutfitsOfSetQuery | SetQuery]
    ) -> tuple[list[Any], dict[str, Any]]:
        """The products and the photo of a body, and what the address and the body ask of them.

        Raises:
            ValidationError: names each parameter that is wrong.
            BadPhoto: there is no photo in the form, or it cannot be used.
            NoWorker: nobody could look at the photo in time.
            NoRoom: too many photos are being looked at.
            InvalidBody: names each field that is wrong.
        """
        photo = photo_bytes(request) if _has_photo(request) else None
        if photo is None:
            guard_body(request._request)
        asked = parameters(request, query, body=body_fields(request))
        slot = asked.pop("photo_slot", None)
        given = (SetSerializer if photo is None else SetWithPhotoSerializer)(data=request.data)
        if not given.is_valid():
            raise InvalidBody(given.errors)
        products = products_or_404(given.validated_data.get("items", []))
        if photo is None:
            return products, asked
        seen = encode_photo(photo, purpose=Purpose.STYLE)
        return [*products, replace(seen, slot=slot) if slot else seen], asked


class SetOutfits(SetEndpoint):
    """Outfits that begin with several products, or with a photo of one's own."""

    @schema.operation(
        "outfits_of_set",
        summary="Outfits that begin with several things",
        replies={200: OutfitsSerializer},
        fails=(400, 404, 411, 413, 415, 422, 429, 503),
        tags=[schema.SEARCH],
        parameters=[OutfitsOfSetQuery, schema.RETRY_AFTER],
        request=BODY,
    )
    def post(self, request: Request) -> Response:
        items, asked = self.asked_set(request, OutfitsOfSetQuery)
        return _outfits(items, asked, request)


class SetGoesWith(SetEndpoint):
    """Products that go well with several things at once."""

    @schema.operation(
        "goes_with_several",
        summary="What goes with several products",
        replies={200: StripSerializer},
        fails=(400, 404),
        tags=[schema.SEARCH],
        parameters=[SeveralQuery],
    )
    def get(self, request: Request) -> Response:
        asked = parameters(request, SeveralQuery)
        return _goes_with(products_or_404(asked.pop("item")), asked, request)

    @schema.operation(
        "goes_with_set",
        summary="What goes with several things, a photo among them",
        replies={200: StripSerializer},
        fails=(400, 404, 411, 413, 415, 422, 429, 503),
        tags=[schema.SEARCH],
        parameters=[SetQuery, schema.RETRY_AFTER],
        request=BODY,
    )
    def post(self, request: Request) -> Response:
        items, asked = self.asked_set(request, SetQuery)
        return _goes_with(items, asked, request)


def products_or_404(texts: Sequence[str]) -> list[Any]:
    """The visible products of these keys, each once, in order; one query.

    Raises:
        Http404: one of them is unknown or may not be seen.
    """
    wanted = keys_of(texts)
    products = visible_products().prefetch_related(None).filter(pk__in=wanted)
    found = {product.pk: product for product in products}
    if unknown := [
        text for text in texts if not keys_of([text]) or keys_of([text])[0] not in found
    ]:
        raise Http404(unknown[0])
    return [found[key] for key in wanted]


def body_fields(request: Request) -> Mapping[str, Any]:
    """What a body says besides its items and its photo; nothing where it is no object."""
    given = request.data
    if isinstance(given, QueryDict):
        return {name: values for name, values in given.lists() if name != "items"}
    return {k: v for k, v in given.items() if k != "items"} if isinstance(given, dict) else {}


def _has_photo(request: Any) -> bool:
    return str(request.content_type or "").startswith("multipart/")


def _outfits(items: Sequence[Any], asked: dict[str, Any], request: Request) -> Response:
    starts = {getattr(item, "pk", None) for item in items}
    options = OutfitOptions(
        budget=asked.get("budget"),
        include_start=asked["include_start"],
        keep=[key for key in keys_of(asked.get("keep", [])) if key not in starts],
        swap=asked.get("swap", ""),
        without=keys_of(asked.get("without", [])),
        pieces=asked["pieces"],
    )
    try:
        answer = outfits(items, limit=asked["limit"], filters=asked["filters"], options=options)
    except OutdatedFeatures as error:  # the encoder was switched since the photo was looked at
        raise NoWorker() from error
    return Response(OutfitsSerializer(answer, context={"request": request}).data)


def _goes_with(items: Sequence[Any], asked: dict[str, Any], request: Request) -> Response:
    try:
        strip = goes_with_several(items, **asked)
    except OutdatedFeatures as error:
        raise NoWorker() from error
    return Response(StripSerializer(strip, context={"request": request}).data)
