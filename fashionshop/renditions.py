"""Smaller versions of a stored picture, made when it is saved.

Made at once and not by a worker: a page must never offer a browser a file that is not there yet.
"""

import io
from typing import Any

from django.core.files.base import ContentFile
from pictures.utils import reconstruct
from PIL import Image

WEBP_QUALITY = 82
WEBP_METHOD = 2  # of 0 to 6; 4, the default, takes twice the time for 3 % fewer bytes


def make(
    *,
    storage: tuple[str, list, dict],
    file_name: str,
    sender: Any = None,
    new: list | None = None,
    old: list | None = None,
) -> None:
    """Write the renditions in `new` and delete those in `old`; django-pictures calls this."""
    for rendition in (reconstruct(*parts) for parts in old or []):
        rendition.delete()
    if not new:
        return
    files = reconstruct(*storage)
    with files.open(file_name) as file, Image.open(file) as image:
        for rendition in (reconstruct(*parts) for parts in new):
            files.delete(rendition.name)
            files.save(rendition.name, ContentFile(_webp(image, width=rendition.width)))


def _webp(image: Image.Image, *, width: int) -> bytes:
    height = round(image.height * width / image.width)
    buffer = io.BytesIO()
    smaller = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    smaller.save(buffer, "WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD)
    return buffer.getvalue()
