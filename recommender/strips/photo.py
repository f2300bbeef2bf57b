"""Which products look like a shopper's own photo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from recommender.broker import NoWorker, ask_photo_features
from recommender.bulkhead import photo_in_flight
from recommender.decoder import decode_photo
from recommender.models import Checkpoint, Purpose, active_checkpoint
from recommender.photos import SHOPPER, Crop, encode_jpeg
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.question import photo_question
from recommender.strips.items import Strip
from recommender.strips.similar import products_like_vector

# Encoders look at 224 pixels or so; this leaves room for a crop and travels in some 60 kB.
PHOTO_SIDE_PX = 640
PHOTO_QUALITY = 85
# In the category: the shipped encoder is at most 0.17 sure of plain noise or a bare wall, and at least
# 0.28 of what amateurs' photos show of a garment.
LEAST_CONFIDENCE = 0.18


@dataclass(frozen=True)
class PhotoFeatures:
    """All that is left of a photo once it was looked at: a vector, and what was recognised."""

    label: str  # of the checkpoint whose space the vector lives in
    vector: Sequence[float]
    category: str = ""
    category_confidence: float | None = None
    slot: str = ""
    slot_confidence: float | None = None
    palette: Sequence[Mapping[str, Any]] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether an encoder that names what it sees recognised no garment in the photo."""
        confidence = self.category_confidence if self.category else None
        return confidence is not None and confidence < LEAST_CONFIDENCE


class OutdatedFeatures(LookupError):  # noqa: N818 -- reads as what happened
    """This photo was looked at by an earlier version. Please send it once more."""

    def __str__(self) -> str:
        return gettext("This photo was looked at by an earlier version. Please send it once more.")


def no_match_text(filters: Filters) -> str:
    """Say to a shopper that a photo search found nothing."""
    if filters == ANYTHING:
        return gettext("Nothing in the shop looks like this.")
    return gettext("Nothing in the shop looks like this and is what you asked for.")


def encode_photo(
    data: bytes, *, purpose: Purpose = Purpose.VISUAL, crop: Crop | None = None
) -> PhotoFeatures:
    """Have a worker look at a photo, or at a part of it; one query, and a bounded wait.

    The vector is the one for this purpose: visual to find what looks alike, style to find partners.

    The photo loses its EXIF data before it leaves the process and is never stored.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
        NoRoom: as many photos as the shop looks at at once are being looked at.
    """
    with photo_in_flight():
        payload, checkpoint = photo_payload(data, crop=crop), encoder_of(purpose)
        reply = ask_photo_features(payload)
    return features_in(reply, checkpoint)


def photo_payload(data: bytes, *, crop: Crop | None = None) -> bytes:
    """What of a photo, or of a part of it, travels to a worker: pixels alone.

    Raises:
        BadPhoto: what is wrong with the photo or the part, for people.
    """
    photo = decode_photo(data, limits=SHOPPER, max_side_px=PHOTO_SIDE_PX, crop=crop)
    return encode_jpeg(photo, quality=PHOTO_QUALITY)


def encoder_of(purpose: Purpose = Purpose.VISUAL) -> Checkpoint:
    """The encoder that serves; one query.

    Raises:
        NoWorker: none does yet.
    """
    checkpoint = active_checkpoint(purpose)
    if checkpoint is None:
        raise NoWorker()
    return checkpoint


def features_in(reply: Mapping[str, Any], checkpoint: Checkpoint) -> PhotoFeatures:
    """Read what a worker saw.

    Raises:
        NoWorker: it has not heard yet of the checkpoint that serves now.
    """
    vector = reply["embeddings"].get(checkpoint.label)
    if vector is None:
        raise NoWorker()
    return PhotoFeatures(
        checkpoint.label,
        vector,
        category=reply.get("category") or "",
        category_confidence=reply.get("category_confidence"),
        slot=reply.get("slot") or "",
        slot_confidence=reply.get("slot_confidence"),
        palette=reply.get("palette") or (),
    )


def products_like_features(
    seen: PhotoFeatures,
    *,
    filters: Filters = ANYTHING,
    limit: int | None = None,
    diversity: float | None = None,
) -> Strip:
    """Products that look like a photo that was looked at before, best first.

    Three queries. Where hardly anything was recognised in it, the strip is empty; one query.

    Raises:
        OutdatedFeatures: another checkpoint serves by now; its vectors cannot be compared.
    """
    question = photo_question()
    checkpoint = question.checkpoints.get(Purpose.VISUAL)
    if checkpoint is None or checkpoint.label != seen.label:
        raise OutdatedFeatures()
    if seen.is_doubtful:
        return Strip(versions=(checkpoint.label,))
    return products_like_vector(
        seen.vector, question=question, filters=filters, limit=limit, diversity=diversity
    )
