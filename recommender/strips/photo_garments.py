"""Which garments a shopper's photo may hold, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.broker import encoded_boxes
from recommender.models import Checkpoint
from recommender.photos import Crop
from recommender.strips.photo import SeenPhoto, encoder_of, opened, seen_in, sent

# Below this the encoder is guessing what a part of the photo shows, and the part is not offered.
SURE_OF_PIECE = 0.5
MOST_PIECES = 4
SAME_PLACE = 0.6  # of two boxes together; more in common, and they are one


@dataclass(frozen=True)
class Piece:
    """A part of a photo in which something was recognised."""

    place: Crop
    seen: SeenPhoto


@dataclass(frozen=True)
class LookedAt:
    """A photo as a whole, and the pieces in it, the surest first."""

    whole: SeenPhoto
    pieces: Sequence[Piece] = ()


def photo_in_pieces(data: bytes) -> LookedAt:
    """Have a worker look at a photo and at what stands out in it; one query, and a bounded wait.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
    """
    photo, checkpoint = opened(data), encoder_of()
    reply = encoded_boxes(sent(photo))
    return LookedAt(seen_in(reply, checkpoint), _pieces(reply["boxes"], checkpoint))


def _pieces(boxes: Sequence[Mapping[str, Any]], checkpoint: Checkpoint) -> list[Piece]:
    sure = [box for box in boxes if (box["category_confidence"] or 0) >= SURE_OF_PIECE]
    kept: list[Piece] = []
    for box in sorted(sure, key=lambda box: -box["category_confidence"]):
        place = Crop(*(round(box[name], 4) for name in ("x", "y", "width", "height")))
        if not any(_overlap(place, piece.place) > SAME_PLACE for piece in kept):
            kept.append(Piece(place, seen_in(box, checkpoint)))
    return kept[:MOST_PIECES]


def _overlap(one: Crop, other: Crop) -> float:
    """The share that two boxes have in common, of what they cover together."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0.0, width) * max(0.0, height)
    return common / (one.width * one.height + other.width * other.height - common)
