"""A photo search as an address: what was seen in the photo, signed; never the photo itself."""

import base64
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.core import signing
from django.utils.translation import gettext

from recommender.photos import Crop
from recommender.strips.photo import PhotoFeatures
from recommender.strips.photo_garments import EncodedPhoto, PhotoGarment

SALT = "fashionshop.photo"
# One byte a number keeps a vector of 1,000 numbers within the 4,094 bytes of a request line;
# the cosine of a vector and its copy in bytes is above 0.999.
LEVELS = 127
DAYS = 7  # after which the photo is to be sent again: what was seen in it is the shopper's own
LONGEST_LINK = 3_700  # leaves room for the path and the choices


class BadLink(ValueError):  # noqa: N818 -- reads as the thing it is
    """This link is incomplete. Please send your photo once more."""

    def __str__(self) -> str:
        return gettext("This link is incomplete. Please send your photo once more.")


class ExpiredLink(BadLink):
    """This link has expired. Please send your photo once more."""

    def __str__(self) -> str:
        return gettext("This link has expired. Please send your photo once more.")


def photo_link(looked: EncodedPhoto) -> str:
    """Write what was seen as one word for an address; pieces only while they fit, the surest first."""
    for count in range(len(looked.pieces), -1, -1):
        pieces = [_piece(piece) for piece in looked.pieces[:count]]
        link = signing.dumps(_fields(looked.whole) | {"pieces": pieces}, salt=SALT, compress=True)
        if len(link) <= LONGEST_LINK:
            break
    return link


def photo_of_link(link: str) -> EncodedPhoto:
    """Read what `photo_link` wrote.

    Raises:
        ExpiredLink: it is older than `DAYS`.
        BadLink: it was cut short, or written by somebody else.
    """
    try:
        fields = signing.loads(link, salt=SALT, max_age=DAYS * 86_400)
    except signing.SignatureExpired as error:
        raise ExpiredLink() from error
    except signing.BadSignature as error:
        raise BadLink() from error
    pieces = [
        PhotoGarment(Crop(*piece.pop("place")), _features(piece))
        for piece in fields.pop("pieces", [])
    ]
    return EncodedPhoto(_features(fields), pieces)


def _piece(piece: PhotoGarment) -> dict[str, Any]:
    return _fields(piece.seen) | {"place": list(asdict(piece.place).values())}


def _fields(seen: PhotoFeatures) -> dict[str, Any]:
    return asdict(seen) | {"vector": _pack(seen.vector)}


def _features(fields: Mapping[str, Any]) -> PhotoFeatures:
    return PhotoFeatures(**{**fields, "vector": _unpack(fields["vector"])})


def _pack(vector: Sequence[float]) -> list[float | str]:
    """The largest number, and each number as a share of it: [0.5, "f4A="] is [0.5, -0.504]."""
    largest = max(map(abs, vector)) or 1.0
    levels = array("b", [round(number / largest * LEVELS) for number in vector])
    return [largest, base64.b64encode(levels.tobytes()).decode()]


def _unpack(packed: Sequence[float | str]) -> list[float]:
    largest, text = packed
    return [level / LEVELS * float(largest) for level in array("b", base64.b64decode(str(text)))]
