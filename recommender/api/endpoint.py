"""What every endpoint of the API is built on."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from recommender.api.problems import problem_response
from recommender.ranking.visible_products import visible_product


class FirstRenderer(DefaultContentNegotiation):
    """Answers in the one language we speak, whatever was asked for."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """What all endpoints share; nothing is left to the host's REST_FRAMEWORK settings."""

    http_method_names = ["get", "head", "post"]
    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    permission_classes: Sequence[type[BasePermission]] = (AllowAny,)
    throttle_classes: Sequence[type[BaseThrottle]] = ()
    parser_classes: Sequence[type[BaseParser]] = ()
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    content_negotiation_class: type[DefaultContentNegotiation] = FirstRenderer
    versioning_class = None

    def check_throttles(self, request: Request) -> None:
        """Spend nothing of what one may ask where a request is refused for its form, as 405 or 415."""
        parser = self.get_content_negotiator().select_parser(request, self.get_parsers())
        is_readable = request.method != "POST" or parser is not None
        if request.method in self.allowed_methods and is_readable:
            super().check_throttles(request)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return problem_response


def product_or_404(key: str, *, with_card: bool = False) -> Any:
    """The visible product of this key; unknown and unpublished ones are the same 404."""
    try:
        return visible_product(key, with_card=with_card)
    except ObjectDoesNotExist as error:
        raise Http404 from error
