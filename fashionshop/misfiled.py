"""Products that look like something else than what they are filed under."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from fashionshop.garment_names import garment_name
from fashionshop.models import Category, Product
from recommender.models import Picture

SURE = 0.7  # below it the encoder may be wrong as well as the merchant


def misfiled_products(products: QuerySet[Product]) -> QuerySet[Product]:
    """Those whose cover shows, for sure, what plays another part in an outfit than their category."""
    another = _sure_covers().filter(product=OuterRef("pk")).exclude(slot=OuterRef("category__slot"))
    return products.exclude(category__slot="").filter(Exists(another))


def misfiled_text(product: Product) -> str:
    """Say what the cover looks like and where such things are; "" where product and picture agree.

    Two queries.
    """
    cover = _sure_covers().filter(product=product.pk).first()
    if cover is None or product.category.slot in {"", cover.slot}:
        return ""
    names = Category.objects.filter(slot=cover.slot).values_list("name", flat=True)
    words = {
        "garment": garment_name(cover.category),
        "share": round(100 * (cover.category_confidence or 0)),
        "category": product.category.name,
        "others": ", ".join(names) or gettext("no category yet"),
    }
    return (
        gettext(
            "The picture looks like: %(garment)s, %(share)s %%. The product is filed under %(category)s; such things are under: %(others)s."
        )
        % words
    )


def _sure_covers() -> QuerySet[Picture]:
    covers = Picture.objects.filter(position=0, slot_confidence__gte=SURE)
    return covers.filter(category_confidence__gte=SURE).exclude(slot="")
