"""Which products look like a shopper's own photo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from recommender.calibration import is_doubtful, is_no_match
from recommender.dispatch import NoWorker, encoded_photo
from recommender.filters import ANYTHING, Filters
from recommender.models import Purpose
from recommender.photos import SHOPPER, encode_jpeg, open_photo
from recommender.selectors.checkpoints import active_checkpoint
from recommender.selectors.question import Question, question_of_its_own
from recommender.selectors.similar import nearest_score, products_like_vector
from recommender.strips import Strip

# Encoders look at 224 pixels or so; this leaves room for a crop and travels in some 60 kB.
PHOTO_SIDE_PX = 640
PHOTO_QUALITY = 85


@dataclass(frozen=True)
class SeenPhoto:
    """All that is left of a photo once it was looked at: a vector, and what was recognised."""

    label: str  # of the checkpoint whose space the vector lives in
    vector: Sequence[float]
    category: str = ""
    category_confidence: float | None = None
    slot: str = ""
    slot_confidence: float | None = None
    palette: Sequence[Mapping[str, Any]] = ()


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


class SeenByAnother(LookupError):  # noqa: N818 -- reads as what happened
    """This photo was looked at by an earlier version. Please send it once more."""


def products_like_photo(
    data: bytes, *, filters: Filters = ANYTHING, limit: int | None = None
) -> PhotoAnswer:
    """Products that look like a photo nobody has seen before, best first.

    Four or five queries, and a bounded wait for a worker; see `seen_photo` and `products_like_seen`.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
    """
    seen = seen_photo(data)
    strip = products_like_seen(seen, filters=filters, limit=limit)
    return PhotoAnswer(
        strip,
        category=seen.category,
        category_confidence=seen.category_confidence,
        slot=seen.slot,
        slot_confidence=seen.slot_confidence,
        palette=seen.palette,
        message="" if strip else nothing_found(filters),
    )


def nothing_found(filters: Filters) -> str:
    """Say to a shopper that a photo search found nothing."""
    if filters == ANYTHING:
        return gettext("Nothing in the shop looks like this.")
    return gettext("Nothing in the shop looks like this and is what you asked for.")


def seen_photo(data: bytes, *, purpose: Purpose = Purpose.VISUAL) -> SeenPhoto:
    """Have a worker look at a photo; one query, and a bounded wait.

    The vector is the one for this purpose: visual to find what looks alike, style to find partners.

    The photo loses its EXIF data before it leaves the process and is never stored.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
    """
    photo = open_photo(data, limits=SHOPPER, max_side_px=PHOTO_SIDE_PX)
    checkpoint = active_checkpoint(purpose)
    if checkpoint is None:
        raise NoWorker(NoWorker.__doc__)
    reply = encoded_photo(encode_jpeg(photo, quality=PHOTO_QUALITY))
    vector = reply["embeddings"].get(checkpoint.label)
    if vector is None:  # the worker has not heard yet of the checkpoint that serves now
        raise NoWorker(NoWorker.__doc__)
    return SeenPhoto(
        checkpoint.label,
        vector,
        category=reply.get("category") or "",
        category_confidence=reply.get("category_confidence"),
        slot=reply.get("slot") or "",
        slot_confidence=reply.get("slot_confidence"),
        palette=reply.get("palette") or (),
    )


def products_like_seen(
    seen: SeenPhoto, *, filters: Filters = ANYTHING, limit: int | None = None
) -> Strip:
    """Products that look like a photo that was looked at before, best first.

    Three queries, and one more for a photo in which hardly anything was recognised: where nothing in
    the whole shop is near it either, the strip is empty. Filters do not make a photo more unlike.

    Raises:
        SeenByAnother: another checkpoint serves by now; its vectors cannot be compared.
    """
    question = question_of_its_own()
    checkpoint = question.checkpoints.get(Purpose.VISUAL)
    if checkpoint is None or checkpoint.label != seen.label:
        raise SeenByAnother(SeenByAnother.__doc__)
    if _shows_nothing(seen, question):
        return Strip(versions=(checkpoint.label,))
    return products_like_vector(seen.vector, question=question, filters=filters, limit=limit)


def _shows_nothing(seen: SeenPhoto, question: Question) -> bool:
    checkpoint = question.checkpoints[Purpose.VISUAL]
    confidence = seen.category_confidence if seen.category else None
    if not is_doubtful(confidence, checkpoint):
        return False
    return is_no_match(nearest_score(seen.vector, question=question), confidence, checkpoint)
