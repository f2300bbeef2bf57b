"""Smaller versions of a stored picture, made when it is saved.

Made at once and not by a worker: a page must never offer a browser a file that is not there yet.
"""

import io
from typing import Any

from django.core.files.base import ContentFile
from pictures.utils import reconstruct
from PIL import Image

# Measured on drawn garments of 480 × 640: 13 ms and 12 kB, against 27 ms and 13 kB as WebP.
AVIF_QUALITY = 65
AVIF_SPEED = 9


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
            files.save(rendition.name, ContentFile(_avif(image, width=rendition.width)))


def _avif(image: Image.Image, *, width: int) -> bytes:
    height = round(image.height * width / image.width)
    buffer = io.BytesIO()
    smaller = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    smaller.save(buffer, "AVIF", quality=AVIF_QUALITY, speed=AVIF_SPEED)
    return buffer.getvalue()
