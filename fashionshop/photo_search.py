"""What the page of a photo search shows: the products, and the ways to narrow them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from fashionshop.models import Category, Product
from recommender.filters import Filters
from recommender.models import Slot
from recommender.selectors.photo import SeenPhoto, products_like_seen
from recommender.strips import Strip

RESULTS = 24
# Below this the recognised slot is offered, but not chosen for the shopper.
SURE = 0.6
EVERYTHING = "ALL"


@dataclass(frozen=True)
class Choice:
    """A way to narrow the result, for a link."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class PhotoResults:
    seen: SeenPhoto
    strip: Strip
    slots: Sequence[Choice]
    categories: Sequence[Choice]

    @property
    def recognised(self) -> str:
        """What the photo shows, in words; empty where nobody is sure."""
        is_sure = (self.seen.category_confidence or 0) >= SURE
        return self.seen.category.replace("_", " ") if is_sure else ""


def photo_results(seen: SeenPhoto, *, slot: str | None, category: str) -> PhotoResults:
    """Products like the photo within a slot and a category; five queries.

    With no slot asked for, the recognised one is chosen if the encoder is sure and the shop sells
    any of it.
    """
    sold = list(Category.objects.filter(Exists(_products_of_category())).exclude(slot=""))
    slots = [value for value in Slot.values if value in {each.slot for each in sold}]
    chosen = _chosen_slot(seen, slot, slots)
    within = [each for each in sold if each.slot == chosen]
    is_within = category in {each.slug for each in within}
    filters = Filters(
        slots=[chosen] if chosen else [],
        attributes={"category": [category]} if is_within else {},
    )
    return PhotoResults(
        seen,
        products_like_seen(seen, filters=filters, limit=RESULTS),
        slots=[
            Choice(EVERYTHING, "Everything", not chosen),
            *(Choice(each, Slot(each).label, each == chosen) for each in slots),
        ],
        categories=[Choice(each.slug, each.name, each.slug == category) for each in within],
    )


def _chosen_slot(seen: SeenPhoto, asked: str | None, slots: Sequence[str]) -> str:
    if asked is not None:
        return asked if asked in slots else ""
    is_sure = (seen.slot_confidence or 0) >= SURE
    return seen.slot if is_sure and seen.slot in slots else ""


def _products_of_category():
    return Product.objects.published().in_stock().filter(category=OuterRef("pk"))
