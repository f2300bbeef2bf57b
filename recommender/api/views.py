"""The doors of the API: each checks its parameters and asks one selector."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from recommender.api import schema
from recommender.api.pagination import page_of
from recommender.api.parameters import (
    GoesWithQuery,
    ListQuery,
    PhotoQuery,
    SimilarQuery,
    parameters,
)
from recommender.api.parsers import PhotoParser, photo_bytes
from recommender.api.problems import problem_response
from recommender.api.serializers import (
    CardSerializer,
    PageSerializer,
    PhotoAnswerSerializer,
    StripSerializer,
)
from recommender.api.throttles import PhotoThrottle
from recommender.catalog import catalog
from recommender.ranking.visible_products import visible_product, visible_products
from recommender.strips.goes_with import goes_with
from recommender.strips.photo_search import products_like_photo
from recommender.strips.similar import similar_products


class FirstRenderer(DefaultContentNegotiation):
    """Answers in the one language we speak, whatever was asked for."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """What all endpoints share; nothing is left to the host's REST_FRAMEWORK settings."""

    http_method_names = ["get", "head", "post"]
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes: Sequence[type[BaseThrottle]] = ()
    parser_classes: Sequence[type[BaseParser]] = ()
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    content_negotiation_class: type[DefaultContentNegotiation] = FirstRenderer
    versioning_class = None

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return problem_response


class Products(Endpoint):
    """The products shoppers may see, page by page."""

    @schema.operation(
        "products",
        summary="Products, page by page",
        replies={200: PageSerializer},
        fails=(400, 410),
        tags=[schema.PRODUCTS],
        parameters=[ListQuery],
    )
    def get(self, request: Request) -> Response:
        asked = parameters(request, ListQuery)
        products = visible_products(slot=asked.get("slot"), is_available=asked.get("available"))
        page = page_of(products, request=request, limit=asked["limit"], cursor=asked.get("cursor"))
        return Response(PageSerializer(page, context={"request": request}).data)


class ProductDetail(Endpoint):
    """One product's card."""

    @schema.operation(
        "product",
        summary="One product",
        replies={200: CardSerializer},
        fails=(404,),
        tags=[schema.PRODUCTS],
        parameters=[schema.PRODUCT_ID],
    )
    def get(self, request: Request, id: str) -> Response:
        card = catalog().card(product_or_404(id, with_card=True))
        return Response(CardSerializer(card, context={"request": request}).data)


class Similar(Endpoint):
    """Products that look like this one: of the same slot, in stock, one of each design."""

    @schema.operation(
        "similar",
        summary="What looks like it",
        replies={200: StripSerializer},
        fails=(400, 404),
        tags=[schema.PRODUCTS],
        parameters=[schema.PRODUCT_ID, SimilarQuery],
    )
    def get(self, request: Request, id: str) -> Response:
        strip = similar_products(product_or_404(id), **parameters(request, SimilarQuery))
        return Response(StripSerializer(strip, context={"request": request}).data)


class GoesWith(Endpoint):
    """Products of other slots that go well with this one, in stock, a few of each slot."""

    @schema.operation(
        "goes_with",
        summary="What goes well with it",
        replies={200: StripSerializer},
        fails=(400, 404),
        tags=[schema.PRODUCTS],
        parameters=[schema.PRODUCT_ID, GoesWithQuery],
    )
    def get(self, request: Request, id: str) -> Response:
        strip = goes_with(product_or_404(id), **parameters(request, GoesWithQuery))
        return Response(StripSerializer(strip, context={"request": request}).data)


class PhotoSearch(Endpoint):
    """Products that look like a photo, which is looked at once and never stored."""

    parser_classes = (MultiPartParser, PhotoParser)
    throttle_classes = (PhotoThrottle,)

    @schema.operation(
        "search_image",
        summary="What looks like a photo",
        replies={200: PhotoAnswerSerializer},
        fails=(400, 413, 415, 422, 429, 503),
        tags=[schema.SEARCH],
        parameters=[PhotoQuery, schema.RETRY_AFTER],
        request=schema.PHOTO,
    )
    def post(self, request: Request) -> Response:
        answer = products_like_photo(photo_bytes(request), **parameters(request, PhotoQuery))
        return Response(PhotoAnswerSerializer(answer, context={"request": request}).data)


def product_or_404(key: str, *, with_card: bool = False) -> Any:
    """The visible product of this key; unknown and unpublished ones are the same 404."""
    try:
        return visible_product(key, with_card=with_card)
    except ObjectDoesNotExist as error:
        raise Http404 from error
