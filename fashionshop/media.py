"""The door for pictures: only of what is on sale, whatever address somebody has kept."""

import os
from pathlib import PurePosixPath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from django.views.static import serve

from fashionshop.models import ProductPicture

# What a shopper's browser keeps must go when the product does, so it asks again after this.
KEPT_SECONDS = 300
HANDED_ON = "/stored/"  # where nginx.conf has the files, for nobody but this view


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """A stored picture or a smaller version, of a product on sale; of any other for staff alone.

    One query. Where a web server stands in front (`X_ACCEL`), it sends the file.
    """
    shown = ProductPicture.objects.filter(file=_original(path))
    if "\0" in path:  # which PostgreSQL refuses in a text
        raise Http404
    is_open = shown.filter(product__is_published=True).exists()
    if not is_open and not (_is_staff(request) and shown.exists()):
        raise Http404
    response = _handed_on(path) if settings.X_ACCEL else serve(request, path, settings.MEDIA_ROOT)
    kept = f"public, max-age={KEPT_SECONDS}" if is_open else "private, no-store"
    response["Cache-Control"] = kept
    response["Content-Disposition"] = str(content_disposition_header(False, os.path.basename(path)))
    return response


def _original(path: str) -> str:
    """The picture a stored file belongs to: itself, or what `a/b/240w.avif` is a smaller `a/b.jpg` of."""
    file = PurePosixPath(path)
    return path if file.suffix == ".jpg" else f"{file.parent}.jpg"


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_staff


def _handed_on(path: str) -> HttpResponse:
    """An answer without a body or a type: both come from the web server."""
    response = HttpResponse(headers={"X-Accel-Redirect": HANDED_ON + path})
    del response["Content-Type"]
    return response
