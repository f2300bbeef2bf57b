"""REST framework settings that would break any view which leaves something to them."""

from rest_framework import (
    authentication,
    exceptions,
    filters,
    metadata,
    negotiation,
    pagination,
    parsers,
    permissions,
    renderers,
    schemas,
    throttling,
    versioning,
)

HERE = "shop.hostile"


def _refuse(*_args, **_kwargs):
    raise AssertionError("a setting of the host was asked")


class Authentication(authentication.BaseAuthentication):
    authenticate = _refuse


class Permission(permissions.IsAuthenticated):
    has_permission = _refuse


class Throttle(throttling.BaseThrottle):
    allow_request = _refuse


class Renderer(renderers.BaseRenderer):
    media_type, format = "text/plain", "txt"
    render = _refuse


class Parser(parsers.BaseParser):
    media_type = "*/*"
    parse = _refuse


class Negotiation(negotiation.BaseContentNegotiation):
    select_parser = select_renderer = _refuse


class Metadata(metadata.BaseMetadata):
    determine_metadata = _refuse


class Versioning(versioning.BaseVersioning):
    determine_version = _refuse


class Pagination(pagination.BasePagination):
    paginate_queryset = _refuse


class Filter(filters.BaseFilterBackend):
    filter_queryset = _refuse


class Schema(schemas.openapi.AutoSchema):
    get_operation = _refuse


def handle_exception(error, context):
    raise exceptions.APIException("the host's handler was asked")


REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [f"{HERE}.Authentication"],
    "DEFAULT_PERMISSION_CLASSES": [f"{HERE}.Permission"],
    "DEFAULT_THROTTLE_CLASSES": [f"{HERE}.Throttle"],
    "DEFAULT_RENDERER_CLASSES": [f"{HERE}.Renderer"],
    "DEFAULT_PARSER_CLASSES": [f"{HERE}.Parser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": f"{HERE}.Negotiation",
    "DEFAULT_METADATA_CLASS": f"{HERE}.Metadata",
    "DEFAULT_VERSIONING_CLASS": f"{HERE}.Versioning",
    "DEFAULT_PAGINATION_CLASS": f"{HERE}.Pagination",
    "DEFAULT_FILTER_BACKENDS": [f"{HERE}.Filter"],
    "DEFAULT_SCHEMA_CLASS": f"{HERE}.Schema",
    "EXCEPTION_HANDLER": f"{HERE}.handle_exception",
    "UNAUTHENTICATED_USER": None,
    "NON_FIELD_ERRORS_KEY": "oops",
    "URL_FORMAT_OVERRIDE": "limit",
    "FORMAT_SUFFIX_KWARG": "id",
    "COERCE_DECIMAL_TO_STRING": False,
    "COMPACT_JSON": False,
    "STRICT_JSON": False,
}
