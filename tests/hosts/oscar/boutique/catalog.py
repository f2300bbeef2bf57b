from django.db.models import Case, Exists, F, Min, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model
from oscar.templatetags.currency_filters import currency

from recommender.catalog import Card, Catalog, PictureSource
from recommender.models import Slot

Category, Product = get_model("catalogue", "Category"), get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")
# The slug of a category → the slot of what lies in it or below it.
SLOTS = {"tops": Slot.TOP, "trousers": Slot.BOTTOM, "shoes": Slot.SHOES}


def below(slug):
    """Whether a product lies in the category of this slug, or anywhere below it in the tree."""
    ancestors = Category.objects.filter(slug=slug, path__rstartswith=OuterRef("path"))
    return Exists(Category.objects.filter(Exists(ancestors), product=OuterRef("pk")))


def family(product):
    """A product and the variants of it that shoppers may see."""
    return [product, *(child for child in product.children.all() if child.is_public)]


class OscarCatalog(Catalog):
    # A variant's picture is one of its parent, for it is the parent that strips show.
    watch = {"catalogue.ProductImage": lambda image: image.product.parent or image.product}

    def products(self):
        read = ("images", "stockrecords", "children__images", "children__stockrecords")
        return Product.objects.browsable().prefetch_related(*read)

    def available(self):
        """Something of it or of a variant is on the shelf and in nobody's order."""
        variant = Q(product__parent=OuterRef("pk"), product__is_public=True)
        mine = Q(product=OuterRef("pk")) | variant
        free = Q(num_in_stock__gt=Coalesce(F("num_allocated"), 0))
        return Q(Exists(StockRecord.objects.filter(mine, free)))

    def slot(self):
        whens = (When(below(slug), then=Value(slot)) for slug, slot in SLOTS.items())
        return Case(*whens, default=Value(""))

    def attributes(self):
        own, variants = Min("stockrecords__price"), Min("children__stockrecords__price")
        return {"category": F("categories__slug"), "price": Coalesce(own, variants)}

    def pictures(self, product):
        return [image.original for one in family(product) for image in one.images.all()]

    def card(self, product):
        first = next(iter(self.pictures(product)), None)  # its width would cost opening the file
        records = [record for one in family(product) for record in one.stockrecords.all()]
        cheapest = min(records, key=lambda record: record.price, default=None)
        title = product.get_title()
        return Card(
            *(str(product.pk), title, product.get_absolute_url()),
            price=cheapest and cheapest.price,
            currency=cheapest.price_currency if cheapest else "",
            price_label=currency(cheapest.price, cheapest.price_currency) if cheapest else "",
            picture=first and PictureSource(first.url, 300, 400, title),
        )
