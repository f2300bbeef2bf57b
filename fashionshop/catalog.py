"""The one class a host shop writes: what the recommender may ask this shop."""

from decimal import Decimal

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.formats import number_format
from django.utils.translation import gettext

from fashionshop.models import Product, ProductPicture
from fashionshop.wishes import ALSO_FITS, fitting, of_size
from recommender.catalog import Card, Catalog, PictureSource


class ShopCatalog(Catalog):
    watch = {"fashionshop.ProductPicture": "product"}

    def products(self) -> QuerySet[Product]:
        return Product.objects.published().for_cards()

    def available(self) -> Q:
        return Q(stock__gt=0)

    def slot(self) -> F:
        return F("category__slot")

    def group_key(self) -> Coalesce:
        return Coalesce(NullIf("design", Value("")), Cast("pk", CharField()))

    def attributes(self) -> dict[str, F]:
        plain = {name: F(name) for name in ("price", "colour", "gender", "season")}
        return {**plain, "size": F("sizes"), "category": F("category__slug")}

    def fits(self, name: str, value: str) -> Q:
        if name == "size":
            return of_size([value])
        return fitting(name, [value]) if name in ALSO_FITS else super().fits(name, value)

    def pictures(self, product: Product) -> list:
        return [picture.file for picture in product.pictures.all()]

    def find(self, text: str) -> Product:
        return self.products().get(sku=text)

    def amount(self, price: Decimal) -> str:
        return amount(price)

    def card(self, product: Product) -> Card:
        cover = product.cover
        return Card(
            id=str(product.pk),
            title=product.title,
            url=product.get_absolute_url(),
            price=product.price,
            currency="EUR",
            price_label=self.amount(product.price),
            is_available=product.stock > 0,
            subtitle=_subtitle(product),
            picture=picture_source(cover, alt=product.title) if cover else None,
        )


def amount(price: Decimal) -> str:
    """A price as the shop writes it."""
    return gettext("€%(price)s") % {"price": number_format(price, 2, force_grouping=True)}


def _subtitle(product: Product) -> str:
    """The colour, unless the title names it already."""
    return "" if product.colour.lower() in product.title.lower() else product.colour


def picture_source(picture: ProductPicture, *, alt: str) -> PictureSource:
    """A stored picture in every size there is of it; costs no query."""
    return PictureSource(
        src=picture.file.url,
        width=picture.width,
        height=picture.height,
        alt=alt,
        srcset={
            f"image/{kind.lower()}": {width: file.url for width, file in sorted(files.items())}
            for kind, files in picture.file.aspect_ratios[None].items()
        },
    )
