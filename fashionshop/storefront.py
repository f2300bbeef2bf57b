"""What the pages of the shop show: the questions behind the home and the product page."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from fashionshop.models import Category, Product, ProductPicture
from recommender.models import Look, LookItem

PIECES_OF_A_LOOK = 3  # fewer visible products make no look


@dataclass(frozen=True)
class Tile:
    """A category and the product that stands for it."""

    category: Category
    product: Product


def new_arrivals(limit: int) -> QuerySet[Product]:
    """The newest products in stock, one of each slot before a second of any; two queries.

    A delivery is unpacked kind by kind: without this a shop shows nothing but its last crate.
    """
    place = Window(
        RowNumber(),
        partition_by=F("category__slot"),
        order_by=[F("created_at").desc(), F("pk").desc()],
    )
    newest = _products_with_picture().in_stock().annotate(place=place)
    return newest.order_by("place", "-category__slot", "-pk").for_cards()[:limit]


def most_worn(limit: int) -> QuerySet[Product]:
    """What stands in most looks and can be bought, the newest first among equals; two queries."""
    worn = _products_with_picture().in_stock().annotate(looks=Count("recommender_look_items"))
    return worn.filter(looks__gt=0).order_by("-looks", "-pk").for_cards()[:limit]


def category_tiles(limit: int) -> list[Tile]:
    """The largest categories, each with its newest picture, by name; three queries."""
    in_stock = Count("products", filter=Q(products__is_published=True, products__stock__gt=0))
    largest = Category.objects.annotate(count=in_stock).filter(count__gt=0).order_by("-count", "pk")
    newest = (
        _products_with_picture()
        .in_stock()
        .order_by("category_id", "-created_at", "-pk")
        .distinct("category_id")
    )
    covers = {product.category_id: product for product in newest.for_cards()}
    tiles = [Tile(each, covers[each.pk]) for each in largest[:limit] if each.pk in covers]
    return sorted(tiles, key=lambda tile: tile.category.name)


def looks(limit: int) -> list[Look]:
    """The newest looks of at least three visible products, as `look.pieces`; three queries."""
    visible = Q(products__is_published=True, products__stock__gt=0)
    whole = Look.objects.annotate(count=Count("products", filter=visible))
    pieces = LookItem.objects.filter(product__is_published=True, product__stock__gt=0)
    with_cards = pieces.select_related("product__category").prefetch_related("product__pictures")
    return list(
        whole.filter(count__gte=PIECES_OF_A_LOOK).prefetch_related(
            Prefetch("items", queryset=with_cards, to_attr="pieces")
        )[:limit]
    )


def colour_siblings(product: Product) -> QuerySet[Product]:
    """The same design in its other colours; two queries, none where it has no design."""
    if not product.design:
        return Product.objects.none()
    same = Product.objects.published().filter(design=product.design).exclude(pk=product.pk)
    return same.for_cards().order_by("colour", "pk")


def _products_with_picture() -> QuerySet[Product]:
    return Product.objects.published().filter(
        Exists(ProductPicture.objects.filter(product=OuterRef("pk")))
    )
