"""The pictures of products: which to add, to move and to take away."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fashionshop.importing.pictures import Fetched
from fashionshop.models import Product, ProductPicture


@dataclass(frozen=True)
class Gallery:
    """A product and its pictures as the catalogue has them now, in order.

    Only a whole gallery takes pictures away: when one could not be read, the shop keeps its copy.
    What the merchant uploaded is never touched.
    """

    product: Product
    stored: list[ProductPicture]
    fetched: list[Fetched]
    is_whole: bool


@dataclass
class _Changes:
    added: list[ProductPicture] = field(default_factory=list)
    moved: list[ProductPicture] = field(default_factory=list)
    removed: list[ProductPicture] = field(default_factory=list)


def store_galleries(galleries: Iterable[Gallery]) -> set[int]:
    """Write what differs; returns the keys of the products that have other pictures now."""
    changes = _Changes()
    for gallery in galleries:
        _compare(gallery, changes)
    ProductPicture.objects.filter(pk__in=[each.pk for each in changes.removed]).delete()
    ProductPicture.objects.bulk_update(changes.moved, ["position"])
    ProductPicture.objects.bulk_create(changes.added)
    return {each.product_id for each in (*changes.added, *changes.moved, *changes.removed)}


def _compare(gallery: Gallery, changes: _Changes) -> None:
    stored = {each.source_sha256: each for each in gallery.stored if each.source_sha256}
    for position, fetched in enumerate(gallery.fetched):
        picture = stored.pop(fetched.source_sha256, None)
        if picture is None and fetched.picture is not None:
            fetched.picture.product = gallery.product
            fetched.picture.position = position
            changes.added.append(fetched.picture)
        elif picture is not None and picture.position != position:
            picture.position = position
            changes.moved.append(picture)
    if gallery.is_whole:
        changes.removed.extend(stored.values())
