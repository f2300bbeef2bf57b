"""The sizes a shopper may choose for a look: one for clothes, one for trousers and skirts, one for shoes."""

from collections.abc import Iterable, Mapping
from functools import partial

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from fashionshop.models import Gender, Product
from fashionshop.sizes import ONE_SIZE, by_size, sizes_of
from fashionshop.wishes import fitting, of_size
from recommender.garments import BOTTOM, DRESS, OUTERWEAR, SHOES, TOP, partner_slots
from recommender.outfits.address import OutfitChoice

# Name in the address → its label, and the slots whose pieces come in such sizes. A 38 of shoes is
# no 38 of trousers, hence a choice for each.
GROUPS = {
    "clothes": (_("Clothes size"), (TOP, DRESS, OUTERWEAR)),
    "bottoms": (_("Trouser or skirt size"), (BOTTOM,)),
    "shoes": (_("Shoe size"), (SHOES,)),
}


def size_choices(product: Product) -> list[OutfitChoice]:
    """What may be chosen for a look around this product, of the sizes that occur; one query."""
    found: dict[str, set[str]] = {}
    for slot, text in _partners(product).values_list("category__slot", "sizes").distinct():
        found.setdefault(slot, set()).update(sizes_of(text))
    choices = [
        OutfitChoice(
            name, str(label), _sizes_of_slots(slots, found), partial(_comes_in_size, slots=slots)
        )
        for name, (label, slots) in GROUPS.items()
    ]
    return [choice for choice in choices if choice.options]


def size_chosen(product: Product, chosen: Mapping[str, str]) -> str:
    """Which of the choices made, by name, is a size of this product; "" for none."""
    sizes = sizes_of(product.sizes)
    of_slot = (name for name, (_label, slots) in GROUPS.items() if product.category.slot in slots)
    return next((size for name in of_slot if (size := chosen.get(name, "")) in sizes), "")


def _partners(product: Product) -> QuerySet[Product]:
    """What may stand in a look with it; where it is for everybody, for anybody."""
    partners = Product.objects.published().in_stock().order_by()
    if product.gender != Gender.UNISEX:
        partners = partners.filter(fitting("gender", [product.gender]))
    return partners.filter(category__slot__in=partner_slots(product.category.slot))


def _sizes_of_slots(slots: Iterable[str], found: Mapping[str, Iterable[str]]) -> list[str]:
    sizes = {size for slot in slots for size in found.get(slot, ())}
    return sorted(sizes - {ONE_SIZE}, key=by_size)


def _comes_in_size(size: str, *, slots: tuple[str, ...]) -> Q:
    """Pieces of other slots, and those that come in this size or in one for all."""
    return ~Q(category__slot__in=slots) | of_size([size]) | Q(sizes__iexact=ONE_SIZE)
