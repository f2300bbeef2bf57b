"""Refuses what another site's page sends, where a token would cost every visitor a cookie."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.translation import gettext

OWN = {"same-origin", "none"}  # "none": no page sent it, the reader did


def refuse_other_sites(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only pages of this shop call a view.

    Browsers say where a POST comes from, and no page can make them say otherwise.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if _is_from_elsewhere(request):
            return HttpResponseForbidden(gettext("Please do this on a page of the shop."))
        return view(request, *args, **kwargs)

    return guarded


def _is_from_elsewhere(request: HttpRequest) -> bool:
    """Older browsers send an origin alone; what is no browser neither, and has no cookies to misuse."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in OWN
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.get_host()
