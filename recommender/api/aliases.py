"""The plain paths other systems of this kind use; include them at the root of the site.

Each gives the very answer of its `/api/v1/` counterpart, errors included.
"""

from django.apps import apps
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api import health, schema, views
from recommender.api.endpoint import Endpoint, product_or_404
from recommender.catalog import catalog

app_name = "recommender-aliases"


class Similar(views.Similar):
    """The same as `GET /api/v1/products/{id}/similar`; the body is not read."""

    http_method_names = ["post"]

    @schema.alias("similar_alias", views.Similar.get, request=None)
    def post(self, request: Request, id: str) -> Response:
        return self.get(request, id)


class Compatible(views.GoesWith):
    """The same as `GET /api/v1/products/{id}/goes-with`; the body is not read."""

    http_method_names = ["post"]

    @schema.alias("compatible_alias", views.GoesWith.get, request=None)
    def post(self, request: Request, id: str) -> Response:
        return self.get(request, id)


class SearchImage(views.PhotoSearch):
    """The same as `POST /api/v1/search/image`."""

    @schema.alias("search_image_alias", views.PhotoSearch.post)
    def post(self, request: Request) -> Response:
        return super().post(request)


class Image(Endpoint):
    """To the product's first picture."""

    @schema.operation(
        "image_alias",
        summary="The product’s first picture",
        replies={302: "`Location` is the picture."},
        fails=(404,),
        tags=[schema.ALIASES],
        parameters=[schema.PRODUCT_ID],
    )
    def get(self, request: Request, id: str) -> HttpResponseBase:
        card = catalog().card(product_or_404(id, with_card=True))
        if card.picture is None:
            raise Http404
        return redirect(request.build_absolute_uri(card.picture.src))


urlpatterns = [
    path("healthz", health.Healthz.as_view(), name="healthz"),
    path("healthz/process", health.Process.as_view(), name="healthz-process"),
    path("healthz/app", health.App.as_view(), name="healthz-app"),
    path("healthz/pipeline", health.Pipeline.as_view(), name="healthz-pipeline"),
    path("similar/<str:id>", Similar.as_view(), name="similar"),
    path("compatible/<str:id>", Compatible.as_view(), name="compatible"),
    path("search_image", SearchImage.as_view(), name="search-image"),
    path("image/<str:id>", Image.as_view(), name="image"),
]

if apps.is_installed("drf_spectacular"):
    from recommender.api.openapi import describe_endpoints

    describe_endpoints()
