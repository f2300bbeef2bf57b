"""Which products look like a shopper's own photo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from recommender.dispatch import NoWorker, encoded_photo
from recommender.models import Checkpoint, Purpose
from recommender.photos import SHOPPER, encode_jpeg, open_photo
from recommender.selectors.checkpoints import active_checkpoint
from recommender.selectors.similar import products_like_vector
from recommender.strips import Strip

# Encoders look at 224 pixels or so; this leaves room for a crop and travels in some 60 kB.
PHOTO_SIDE_PX = 640
PHOTO_QUALITY = 85


@dataclass(frozen=True)
class PhotoAnswer:
    """What looks like the photo, and what was recognised in it; the photo itself is gone."""

    strip: Strip
    category: str = ""
    category_confidence: float | None = None
    slot: str = ""
    slot_confidence: float | None = None
    palette: Sequence[Mapping[str, Any]] = ()


def products_like_photo(
    data: bytes, *, where: Q | None = None, limit: int | None = None
) -> PhotoAnswer:
    """Products that look like a photo nobody has seen before, best first.

    Three queries, and a bounded wait for a worker. The photo loses its EXIF data before it leaves
    the process and is never stored. `where` narrows the answer, in terms of the product model.

    Raises:
        BadPhoto: what is wrong with the photo, for people.
        NoWorker: nobody could look at the photo in time, or no encoder serves yet.
    """
    jpeg = encode_jpeg(
        open_photo(data, limits=SHOPPER, max_side_px=PHOTO_SIDE_PX), quality=PHOTO_QUALITY
    )
    checkpoint = active_checkpoint(Purpose.VISUAL)
    if checkpoint is None:
        raise NoWorker(NoWorker.__doc__)
    seen = encoded_photo(jpeg)
    strip = products_like_vector(
        _vector(seen, checkpoint), checkpoint=checkpoint, where=where, limit=limit
    )
    return PhotoAnswer(
        strip,
        category=seen.get("category") or "",
        category_confidence=seen.get("category_confidence"),
        slot=seen.get("slot") or "",
        slot_confidence=seen.get("slot_confidence"),
        palette=seen.get("palette") or (),
    )


def _vector(seen: Mapping[str, Any], checkpoint: Checkpoint) -> Sequence[float]:
    """The vector of the serving space; a worker that still speaks an older one counts as absent."""
    vector: Sequence[float] | None = seen["embeddings"].get(checkpoint.label)
    if vector is None:
        raise NoWorker(NoWorker.__doc__)
    return vector
