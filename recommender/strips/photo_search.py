"""What a photo search answers: products, what was recognised, and the pieces in the photo."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class PhotoAnswer:
    """What looks like the photo, or like the piece of it that was `seen`; `message` says why nothing does."""

    strip: Strip
    seen: PhotoFeatures
    message: str = ""
    pieces: Sequence[PhotoGarment] = ()


def products_like_photo(
    data: bytes,
    *,
    filters: Filters = ANYTHING,
    limit: int | None = None,
    diversity: float | None = None,
    crop: Crop | None = None,
    boxes: bool = False,
) -> PhotoAnswer:
    """Products that look like a photo nobody has seen before, or a part of it, best first.

    Four or five queries, and a bounded wait for a worker; see `encode_photo` and `photo_answer`.
    `boxes` asks for the pieces in the photo too; a part of it is not looked through once more.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
    """
    is_whole = crop is None and boxes
    looked = (
        encode_photo_garments(data) if is_whole else EncodedPhoto(encode_photo(data, crop=crop))
    )
    return photo_answer(looked, filters=filters, limit=limit, diversity=diversity)


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
