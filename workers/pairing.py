"""From due products to stored pairings, and the scores of whole outfits: what the serving scorers say."""

import logging
from collections.abc import Sequence
from typing import Any

from recommender import worklist
from recommender.catalog import product_model
from recommender.models import Checkpoint, PairingJob, Purpose, active_checkpoints
from recommender.pipeline.cover_vectors import cover_vectors, encoder_read_by
from recommender.pipeline.pairings import refresh_pairings
from workers.checkpoint_cache import pair_scorer_of, set_scorer_of

log = logging.getLogger(__name__)

PAIRINGS_AT_ONCE = 16


def pair_due() -> int:
    """Refresh due pairings until none is left; returns how many products."""
    done = 0
    while claim := worklist.claim_pairing_jobs(limit=PAIRINGS_AT_ONCE):
        for job in claim.jobs:
            _pair_one(job, claim)
        done += len(claim.jobs)
    return done


def score_pairs(first: Sequence[Any], second: Sequence[Any]) -> list[float]:
    """Score pairs of vectors by the serving scorer; never called while none serves."""
    return pair_scorer_of(active_checkpoints()[Purpose.PAIR]).score(first, second)


def score_sets(
    scorer: Checkpoint, *, items: Sequence[dict[str, Any]], sets: Sequence[Sequence[int]]
) -> list[float | None]:
    """Score whole outfits, None where a piece has no vector; a set names its items by their place."""
    vectors = _item_vectors(items, encoder_read_by(scorer))
    known = [one for one in sets if all(vectors[at] is not None for at in one)]
    scores = set_scorer_of(scorer).score(
        [[vectors[at] for at in one] for one in known],
        [[items[at]["slot"] for at in one] for one in known],
    )
    found = dict(zip(map(tuple, known), scores, strict=True))
    return [found.get(tuple(one)) for one in sets]


def _pair_one(job: PairingJob, claim: worklist.Claim) -> None:
    try:
        refresh_pairings(job.product_id, score=score_pairs)
    except Exception as error:  # the job says what happened and is tried again
        log.exception("Could not pair product %s", job.product_id)
        worklist.fail(
            PairingJob, ids=[job.pk], token=claim.token, code="scorer_failed", reason=str(error)
        )
    else:
        worklist.finish(PairingJob, ids=[job.pk], token=claim.token)


def _item_vectors(items: Sequence[dict[str, Any]], encoder: Checkpoint) -> list[Any]:
    """The vector of each item, or None; one query."""
    key = product_model()._meta.pk.to_python
    keys = [key(item["product"]) if "product" in item else None for item in items]
    stored = cover_vectors([each for each in keys if each is not None], encoder)
    return [
        item["vector"] if "vector" in item else stored.get(each)
        for item, each in zip(items, keys, strict=True)
    ]
