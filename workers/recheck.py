"""Looks again at a picture that was embedded before: the same picture and weights must give the same vector.

Another release of a library, a card that computes in halves, a broken memory: a worker whose vectors
differ from those that are stored would spoil the shop's strips little by little.
"""

import logging

import numpy as np
from django.db.models import F

from recommender.models import Checkpoint, Embedding
from recommender.photos import BadPhoto
from recommender.pipeline.picture_sync import serving_encoders
from workers.checkpoint_cache import encoder_of, is_here
from workers.embedding import SourceChanged, read_picture
from workers.serving.encoders import BadVector

log = logging.getLogger(__name__)

# Halves of one network on CPU and GPU agree to 0.99; the same files on one machine to 0.9999.
LEAST_COSINE = 0.99
_doubts: dict[str, str] = {}  # by checkpoint, what this worker sees otherwise


def look_again() -> None:
    """Embed one picture anew for each encoder that serves, chosen by chance; note what differs."""
    for encoder in serving_encoders():
        if is_here(encoder) and (cosine := _cosine(encoder)) is not None:
            _note(encoder, cosine)


def doubt() -> str:
    """What this worker sees otherwise than it was stored, in words; "" while nothing is."""
    return " ".join(_doubts.values())


def _note(encoder: Checkpoint, cosine: float) -> None:
    _doubts.pop(encoder.label, None)
    if cosine < LEAST_COSINE:
        _doubts[encoder.label] = (
            f"Pictures look otherwise to {encoder.label} here than they were stored (cosine {cosine:.3f}): "
            "install this worker anew, as the others are, then embed again what it has seen."
        )
        log.error(_doubts[encoder.label])


def _cosine(encoder: Checkpoint) -> float | None:
    """How alike a stored vector and a fresh one of its picture are; None where none can be had."""
    current = Embedding.objects.filter(checkpoint=encoder, sha256=F("picture__sha256"))
    stored = current.select_related("picture").order_by("?").first()
    if stored is None:
        return None
    try:
        image = read_picture(stored.picture, stored.sha256, is_suspect=True)
    except (BadPhoto, SourceChanged, OSError):  # check_recommender finds those
        return None
    (fresh,) = encoder_of(encoder).encode([image])
    if isinstance(fresh, BadVector):
        return 0.0
    first, second = np.asarray(stored.vector), np.asarray(fresh.embeddings[encoder.label])
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
