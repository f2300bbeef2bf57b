"""The doors of the API: each checks its parameters and asks one selector."""

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api import schema
from recommender.api.endpoint import Endpoint, product_or_404
from recommender.api.pagination import page_of
from recommender.api.parameters import (
    GoesWithQuery,
    ListQuery,
    PhotoQuery,
    SimilarQuery,
    parameters,
)
from recommender.api.parsers import PhotoParser, photo_bytes
from recommender.api.serializers import (
    CardSerializer,
    PageSerializer,
    PhotoAnswerSerializer,
    StripSerializer,
)
from recommender.api.throttles import PhotoThrottle
from recommender.catalog import catalog
from recommender.ranking.visible_products import visible_products
from recommender.strips.goes_with import goes_with
from recommender.strips.photo_search import products_like_photo
from recommender.strips.similar import similar_products


class Products(Endpoint):
    """The products shoppers may see, page by page."""

    @schema.operation(
        "products",
        summary="Products, page by page",
        replies={200: PageSerializer},
        fails=(400, 410),
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
        fails=(400, 411, 413, 415, 422, 429, 503),
        tags=[schema.SEARCH],
        parameters=[PhotoQuery, schema.RETRY_AFTER],
        request=schema.PHOTO,
    )
    def post(self, request: Request) -> Response:
        answer = products_like_photo(photo_bytes(request), **parameters(request, PhotoQuery))
        return Response(PhotoAnswerSerializer(answer, context={"request": request}).data)
