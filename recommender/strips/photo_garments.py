"""Which garments a shopper's photo may hold, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.broker import ask_garment_features
from recommender.bulkhead import photo_in_flight
from recommender.models import Checkpoint
from recommender.photos import Crop
from recommender.strips.photo import (
    PhotoFeatures,
    encoder_of,
    features_in,
    photo_payload,
)

# Below this the encoder is guessing what a part of the photo shows, and the part is not offered.
MIN_CONFIDENCE = 0.5
MAX_GARMENTS = 4
SAME_BOX_OVERLAP = 0.6  # of two boxes together; more in common, and they are one


@dataclass(frozen=True)
class PhotoGarment:
    """A part of a photo in which something was recognised, or one that was `is_chosen` by hand."""

    place: Crop
    seen: PhotoFeatures
    is_chosen: bool = False


@dataclass(frozen=True)
class EncodedPhoto:
    """A photo as a whole, and the pieces in it, the surest first."""

    whole: PhotoFeatures
    pieces: Sequence[PhotoGarment] = ()

    def seen(self, piece: int | None) -> PhotoFeatures:
        """What was seen in a piece, by its number; in the whole where there is no such piece."""
        if piece is None or piece >= len(self.pieces):
            return self.whole
        return self.pieces[piece].seen


def encode_photo_garments(data: bytes) -> EncodedPhoto:
    """Have a worker look at a photo and at what stands out in it; one query, and a bounded wait.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
        NoRoom: as many photos as the shop looks at at once are being looked at.
    """
    with photo_in_flight():
        payload, checkpoint = photo_payload(data), encoder_of()
        reply = ask_garment_features(payload)
    return EncodedPhoto(features_in(reply, checkpoint), _garments(reply["boxes"], checkpoint))


def _garments(boxes: Sequence[Mapping[str, Any]], checkpoint: Checkpoint) -> list[PhotoGarment]:
    sure = [box for box in boxes if (box["category_confidence"] or 0) >= MIN_CONFIDENCE]
    kept: list[PhotoGarment] = []
    for box in sorted(sure, key=lambda box: -box["category_confidence"]):
        place = Crop(*(round(box[name], 4) for name in ("x", "y", "width", "height")))
        if not any(_overlap(place, piece.place) > SAME_BOX_OVERLAP for piece in kept):
            kept.append(PhotoGarment(place, features_in(box, checkpoint)))
    return kept[:MAX_GARMENTS]


def _overlap(one: Crop, other: Crop) -> float:
    """The share that two boxes have in common, of what they cover together."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0.0, width) * max(0.0, height)
    return common / (one.width * one.height + other.width * other.height - common)
