"""What the page of a photo search shows: the products, and the ways to narrow them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from fashionshop.garment_names import garment_name
from fashionshop.models import Category, Product
from fashionshop.sizes import by_size, sizes_of
from recommender.models import Slot
from recommender.photos import Crop
from recommender.ranking.filters import Filters
from recommender.strips.photo import PhotoFeatures
from recommender.strips.photo_garments import EncodedPhoto, PhotoGarment
from recommender.strips.photo_search import SURE, PhotoAnswer, photo_answer, recognised_slot

RESULTS = 24
EVERYTHING = "ALL"


@dataclass(frozen=True)
class Choice:
    """A way to narrow the result, for a link."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Wishes:
    """What the shopper chose on the page; None and "" where nothing was chosen."""

    box: int | None = None
    slot: str | None = None
    category: str = ""
    size: str = ""
    price_min: Decimal | None = None
    price_max: Decimal | None = None

    @property
    def has_price_or_size(self) -> bool:
        return bool(self.size) or self.price_min is not None or self.price_max is not None


@dataclass(frozen=True)
class PieceChoice:
    """A garment found in the photo, for a button; `place` is in per cent of the photo."""

    value: int
    label: str
    place: Crop
    is_chosen: bool


@dataclass(frozen=True)
class PhotoResults:
    answer: PhotoAnswer
    pieces: Sequence[PieceChoice]
    slots: Sequence[Choice]
    categories: Sequence[Choice]
    sizes: Sequence[Choice]
    wishes: Wishes

    @property
    def is_piece(self) -> bool:
        """Whether a part of the photo was searched, and not the whole."""
        return any(piece.is_chosen for piece in self.pieces)

    @property
    def recognised(self) -> str:
        """What the photo shows, in words; empty where nobody is sure."""
        seen = self.answer.seen
        is_sure = (seen.category_confidence or 0) >= SURE
        return garment_name(seen.category) if is_sure else ""


def photo_results(looked: EncodedPhoto, wishes: Wishes) -> PhotoResults:
    """Products like the photo or a piece of it, narrowed by the shopper's wishes; six or seven queries.

    With no slot asked for, the recognised one is chosen if the encoder is sure and the shop sells
    any of it. Only what can be bought is found.
    """
    sold = list(Category.objects.filter(Exists(_products_of_category())).exclude(slot=""))
    slots = [value for value in Slot.values if value in {each.slot for each in sold}]
    chosen = _chosen_slot(looked.seen(wishes.box), wishes.slot, slots)
    within = [each for each in sold if each.slot == chosen]
    sizes = _sizes(chosen)
    filters = _filters(wishes, chosen, categories=[each.slug for each in within], sizes=sizes)
    return PhotoResults(
        photo_answer(looked, piece=wishes.box, filters=filters, limit=RESULTS),
        pieces=_pieces(looked, wishes.box),
        slots=[
            Choice(EVERYTHING, gettext("Everything"), not chosen),
            *(Choice(each, str(Slot(each).label), each == chosen) for each in slots),
        ],
        categories=[Choice(each.slug, each.name, each.slug == wishes.category) for each in within],
        sizes=[Choice(each, each, each == wishes.size) for each in sizes],
        wishes=wishes,
    )


def with_crop(looked: EncodedPhoto, crop: Crop, seen: PhotoFeatures) -> EncodedPhoto:
    """Put the part that the shopper chose first, in place of one chosen before; what was found stays."""
    found = [piece for piece in looked.pieces if not piece.is_chosen]
    return EncodedPhoto(looked.whole, [PhotoGarment(crop, seen, is_chosen=True), *found])


def _pieces(looked: EncodedPhoto, chosen: int | None) -> list[PieceChoice]:
    return [
        PieceChoice(number, _name(piece.seen), _in_per_cent(piece.place), number == chosen)
        for number, piece in enumerate(looked.pieces)
    ]


def _name(seen: PhotoFeatures) -> str:
    """Name a piece and how sure that is: "Jacket, 92 %"; nobody is sure of a part of one's own."""
    if not seen.category:
        return gettext("A part of it")
    share = round(100 * (seen.category_confidence or 0))
    words = {"garment": garment_name(seen.category).capitalize(), "share": share}
    return gettext("%(garment)s, %(share)s %%") % words


def _in_per_cent(place: Crop) -> Crop:
    return Crop(*(round(100 * share, 2) for share in asdict(place).values()))


def _filters(
    wishes: Wishes, slot: str, *, categories: Sequence[str], sizes: Sequence[str]
) -> Filters:
    asked = {"category": (wishes.category, categories), "size": (wishes.size, sizes)}
    return Filters(
        slots=[slot] if slot else [],
        attributes={name: [value] for name, (value, offered) in asked.items() if value in offered},
        price_min=wishes.price_min,
        price_max=wishes.price_max,
    )


def _sizes(slot: str) -> list[str]:
    """The sizes to be had in a slot, small to large; one query, none without a slot."""
    if not slot:
        return []
    products = Product.objects.published().in_stock().filter(category__slot=slot)
    texts = products.order_by().values_list("sizes", flat=True).distinct()
    return sorted({size for text in texts for size in sizes_of(text)}, key=by_size)


def _chosen_slot(seen: PhotoFeatures, asked: str | None, slots: Sequence[str]) -> str:
    if asked is not None:
        return asked if asked in slots else ""
    slot = recognised_slot(seen)
    return slot if slot in slots else ""


def _products_of_category():
    return Product.objects.published().in_stock().filter(category=OuterRef("pk"))
