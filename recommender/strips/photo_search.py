"""What a photo search answers: products, what was recognised, and the pieces in the photo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    """What looks like the photo, and what was recognised in it; `message` says why there is nothing."""

    strip: Strip
    category: str = ""
    category_confidence: float | None = None
    slot: str = ""
    slot_confidence: float | None = None
    palette: Sequence[Mapping[str, Any]] = ()
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

    Four or five queries, and a bounded wait for a worker; see `encode_photo` and `products_like_features`.
    `boxes` asks for the pieces in the photo too; a part of it is not looked through once more.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
    """
    is_whole = crop is None and boxes
    looked = (
        encode_photo_garments(data) if is_whole else EncodedPhoto(encode_photo(data, crop=crop))
    )
    strip = products_like_features(looked.whole, filters=filters, limit=limit, diversity=diversity)
    return PhotoAnswer(
        strip,
        **_recognised(looked.whole),
        message="" if strip else no_match_text(filters),
        pieces=looked.pieces,
    )


def _recognised(seen: PhotoFeatures) -> dict[str, Any]:
    names = ("category", "category_confidence", "slot", "slot_confidence", "palette")
    return {name: getattr(seen, name) for name in names}
