"""The OpenAPI document of this API and its page; the one module that knows drf-spectacular."""

from http import HTTPStatus
from typing import Any

from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api import problems, schema
from recommender.api.endpoint import Endpoint
from recommender.api.serializers import ProblemSerializer


class StaffKey(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a program of the shop says that it is one."""

    target_class = "recommender.api.staff.StaffAuthentication"
    name = "staffKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "The shop's `STAFF_KEY`."}


class Description(AutoSchema):
    """Describes one endpoint; where a body is read, it is needed."""

    def _get_request_body(self, direction: str = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        return body and {**body, "required": True}


class Generator(SchemaGenerator):
    """Describes the endpoints of this app alone, whatever else the host serves."""

    def _get_paths_and_endpoints(self) -> list[Any]:
        return [
            endpoint
            for endpoint in super()._get_paths_and_endpoints()  # type: ignore[no-untyped-call]
            if type(endpoint[-1]).__module__.startswith("recommender.")
        ]


def describe_endpoints() -> None:
    """Hand drf-spectacular what `schema` collected since; the host's own document then has it too."""
    Endpoint.schema = Description()
    while schema.SHAPES:
        field, shape = schema.SHAPES.pop()
        extend_schema_field(shape)(field)
    while schema.DESCRIBED:
        door, operation = schema.DESCRIBED.pop()
        door.schema = Description  # type: ignore[attr-defined]  # else it would be the host's default
        _describe(door, operation)


def _describe(door: Any, operation: schema.Operation) -> None:
    failures = {
        (status, problems.MEDIA_TYPE): OpenApiResponse(
            ProblemSerializer, description=HTTPStatus(status).phrase
        )
        for status in operation.fails
    }
    replies = {
        status: OpenApiResponse(description=reply) if isinstance(reply, str) else reply
        for status, reply in operation.replies.items()
    }
    words = dict(operation.words)
    if parameters := words.pop("parameters", ()):
        words["parameters"] = [_parameter(one) for one in parameters]
    extend_schema(operation_id=operation.name, responses={**replies, **failures}, **words)(door)


def _parameter(one: Any) -> Any:
    """A serializer describes the parameters of a query by itself."""
    if not isinstance(one, schema.Parameter):
        return one
    if one.replies:
        words: dict[str, Any] = {"location": "header", "response": list(one.replies)}
    else:
        words = {"location": "path"}
    return OpenApiParameter(one.name, one.type, description=one.description, **words)


class Document(Endpoint):
    """The OpenAPI document, as JSON or YAML; built anew, some 50 ms."""

    renderer_classes = (OpenApiJsonRenderer2, OpenApiYamlRenderer)
    content_negotiation_class = DefaultContentNegotiation
    schema = None

    def get(self, request: Request) -> Response:
        return Response(Generator().get_schema(request=request, public=True))  # type: ignore[no-untyped-call]


class Docs(Endpoint, SpectacularSwaggerSplitView):
    """The page of the OpenAPI document; its scripts come from this server where the host says `SIDECAR`."""

    renderer_classes = [TemplateHTMLRenderer]
    template_name = "recommender/api/docs.html"
    url_name = "recommender:schema"
    schema = None


urlpatterns = [
    path("schema", Document.as_view(), name="schema"),
    path("docs", Docs.as_view(), name="docs"),
]
