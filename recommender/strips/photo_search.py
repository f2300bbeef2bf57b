"""What a photo search answers: products, what was recognised, and the pieces in the photo."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from recommender import product_columns
from recommender.catalog import product_model
from recommender.photos import Crop
from recommender.ranking.filters import ANYTHING, Filters
from recommender.strips.items import Strip
from recommender.strips.photo import (
    PhotoFeatures,
    encode_photo,
    no_match_text,
    products_like_features,
)
from recommender.strips.photo_garments import EncodedPhoto, PhotoGarment, encode_photo_garments

SURE = 0.6  # below this the recognised slot is told, but not chosen for the shopper
FIRST = 5  # products that say what the shop calls such a thing


@dataclass(frozen=True)
class PhotoAnswer:
    """What looks like the photo, or like the piece of it that was `seen`; `message` says why nothing does.

    `narrowed_to` is the slot that was recognised and taken for what is looked for, `category` what the
    shop calls most of what was found.
    """

    strip: Strip
    seen: PhotoFeatures
    message: str = ""
    pieces: Sequence[PhotoGarment] = ()
    narrowed_to: str = ""
    category: str = ""


def products_like_photo(
    data: bytes,
    *,
    filters: Filters = ANYTHING,
    limit: int | None = None,
    diversity: float | None = None,
    crop: Crop | None = None,
    boxes: bool = False,
    any_slot: bool = False,
) -> PhotoAnswer:
    """Products that look like a photo nobody has seen before, or a part of it, best first.

    Of the slot that was recognised, if the encoder is sure, the shop has any of it, and neither the
    filters nor `any_slot` say otherwise. Five to nine queries, and a bounded wait for a worker; see
    `encode_photo` and `photo_answer`. `boxes` asks for the pieces in the photo too; a part of it is not looked through once more.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
    """
    is_whole = crop is None and boxes
    looked = (
        encode_photo_garments(data) if is_whole else EncodedPhoto(encode_photo(data, crop=crop))
    )
    seen = looked.seen(None)
    slot = "" if any_slot or filters.slots else recognised_slot(seen)
    narrowed = replace(filters, slots=[slot]) if slot else filters
    answer = photo_answer(looked, filters=narrowed, limit=limit, diversity=diversity)
    if slot and not answer.strip:
        slot, answer = "", photo_answer(looked, filters=filters, limit=limit, diversity=diversity)
    return replace(answer, narrowed_to=slot, category=_main_category(answer.strip))


def recognised_slot(seen: PhotoFeatures) -> str:
    """The slot that an encoder is sure to have recognised; "" where it is not."""
    return seen.slot if (seen.slot_confidence or 0) >= SURE else ""


def _main_category(strip: Strip) -> str:
    """What the shop calls most of the first products, as its filter takes it; one query."""
    offered = product_columns.attributes()
    if "category" not in offered:
        return ""
    first = [item.product.pk for item in strip.items[:FIRST]]
    found = product_model()._default_manager.filter(pk__in=first)
    values = found.annotate(reco_category=offered["category"]).values_list("pk", "reco_category")
    by_key = dict(values)
    counts = Counter(by_key[pk] for pk in first if by_key.get(pk))
    return str(counts.most_common(1)[0][0]) if counts else ""


def photo_answer(
    looked: EncodedPhoto,
    *,
    piece: int | None = None,
    filters: Filters = ANYTHING,
    limit: int | None = None,
    diversity: float | None = None,
) -> PhotoAnswer:
    """Products that look like a photo, or one of its pieces by number, that was looked at before.

    Three or four queries; see `products_like_features`.

    Raises:
        OutdatedFeatures: another checkpoint serves by now; its vectors cannot be compared.
    """
    seen = looked.seen(piece)
    strip = products_like_features(seen, filters=filters, limit=limit, diversity=diversity)
    return PhotoAnswer(strip, seen, "" if strip else no_match_text(filters), looked.pieces)
