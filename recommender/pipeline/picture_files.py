"""Where the file of a picture lies, and its bytes: each file in the storage of its own field."""

from typing import Any

from django.db.models import FileField, QuerySet

from recommender.catalog import catalog
from recommender.models import Picture

CURE = (
    "Upload them again, or make the storage of their field the one that holds them "
    "(docs/host-shop.md, Storage); then run manage.py embed_catalog."
)


class StorageFailed(OSError):  # noqa: N818 -- reads as what happened
    """The storage of a picture cannot be read; says which picture, which storage and why."""


def stored_files(product: Any) -> dict[str, Any]:
    """The product's files by name, in the order shoppers see them; a field without a file is none.

    Each once: the same picture twice is one file where files are named by their bytes.
    """
    return {file.name: file for file in catalog().pictures(product) if file and file.name}


def field_of(file: Any) -> str:
    """The model field that holds a file, as in `shop.Shot.image`; "" for a file of no field."""
    field = getattr(file, "field", None)
    return f"{field.model._meta.label}.{field.name}" if isinstance(field, FileField) else ""


def read_picture(picture: Picture) -> bytes:
    """The stored bytes; no query.

    Raises:
        FileNotFoundError: the file is gone.
        StorageFailed: its storage does not answer, or is none.
    """
    try:
        with catalog().storage_of(picture).open(picture.name) as file:
            data: bytes = file.read()
    except FileNotFoundError:
        raise
    except (
        Exception
    ) as error:  # storages raise what they like: an object store's errors are no OSErrors
        raise StorageFailed(f"{whereabouts(picture)} cannot be read: {error}") from error
    return data


def unreadable_pictures() -> QuerySet[Picture]:
    """The pictures whose file was not there when they were last looked at."""
    return Picture.objects.filter(sha256="")


def whereabouts(picture: Picture) -> str:
    """Product, file, field and storage of a picture, to look for what is wrong."""
    field = picture.field or "no field"
    try:
        storage = catalog().storage_of(picture).__class__.__name__
    except Exception as error:  # noqa: BLE001 -- that is what is wrong
        storage = f"none: {error}"
    return f"{picture.name} of product {picture.product_id} ({field}, storage {storage})"
