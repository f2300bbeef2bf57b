"""The OpenAPI document of this API, and the words its operations share."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from recommender.api import problems
from recommender.api.serializers import ProblemSerializer

Door = TypeVar("Door", bound=Callable[..., Any])
PRODUCTS, SEARCH, ALIASES, OPERATIONS = "products", "search", "aliases", "operations"
PRODUCT_ID = OpenApiParameter(
    "id", str, OpenApiParameter.PATH, description="The product's primary key, as text."
)
RETRY_AFTER = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, response=[429, 503], description="Seconds."
)
TRY_LATER = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, response=[429], description="Seconds."
)
PHOTO = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "image": {
                "type": "string",
                "format": "binary",
                "description": "JPEG, PNG, WebP, AVIF or HEIC, at most 10 MB.",
            }
        },
        "required": ["image"],
    },
    "image/jpeg": OpenApiTypes.BINARY,
    "image/png": OpenApiTypes.BINARY,
    "image/webp": OpenApiTypes.BINARY,
    "image/avif": OpenApiTypes.BINARY,
    "image/heic": OpenApiTypes.BINARY,
}


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


def operation(
    name: str, *, replies: Mapping[int, Any], fails: tuple[int, ...] = (), **words: Any
) -> Callable[[Door], Door]:
    """Describe an operation: what it replies by status, and with which statuses it may fail."""
    failures = {
        (status, problems.MEDIA_TYPE): OpenApiResponse(
            ProblemSerializer, description=HTTPStatus(status).phrase
        )
        for status in fails
    }
    described: Callable[[Door], Door] = extend_schema(
        operation_id=name, responses={**replies, **failures}, **words
    )
    return described


def document(request: Request) -> Any:
    """The OpenAPI document, built anew; some 50 ms."""
    return Generator().get_schema(request=request, public=True)  # type: ignore[no-untyped-call]
