"""A photo search as an address: what was seen in the photo, kept for a day under a key nobody can guess."""

import re
import secrets
from dataclasses import asdict

from django.core.cache import cache
from django.utils.translation import gettext

from recommender.photos import Crop
from recommender.strips.photo import PhotoFeatures
from recommender.strips.photo_garments import EncodedPhoto, PhotoGarment

KEY = "photo.{link}"
LINK = re.compile(r"[\w-]{22}", re.ASCII)
KEPT_SECONDS = (
    86_400  # after which the photo is to be sent again: what was seen in it is the shopper's own
)


class ExpiredLink(LookupError):  # noqa: N818 -- reads as the thing it is
    """This link has expired. Please send your photo once more."""

    def __str__(self) -> str:
        return gettext("This link has expired. Please send your photo once more.")


def photo_link(looked: EncodedPhoto) -> str:
    """Keep what was seen, never the photo; the word by which an address finds it again."""
    link = secrets.token_urlsafe(16)
    cache.set(KEY.format(link=link), asdict(looked), KEPT_SECONDS)
    return link


def photo_of_link(link: str) -> EncodedPhoto:
    """Find what `photo_link` kept.

    Raises:
        ExpiredLink: it is older than a day, or nobody was given this link.
    """
    kept = cache.get(KEY.format(link=link)) if LINK.fullmatch(link) else None
    if kept is None:
        raise ExpiredLink()
    pieces = [
        PhotoGarment(Crop(**piece["place"]), PhotoFeatures(**piece["seen"]), piece["is_chosen"])
        for piece in kept["pieces"]
    ]
    return EncodedPhoto(PhotoFeatures(**kept["whole"]), pieces)
