"""From due products to stored pairings, and the scores of whole outfits: what the serving scorers say."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from recommender import worklist
from recommender.models import SCORER_PURPOSES, PairingJob, Purpose, active_checkpoints
from recommender.pipeline.pairings import refresh_pairings
from recommender.pipeline.set_scores import refresh_set_scores
from recommender.timing import timed
from workers.checkpoint_cache import is_here, pair_scorer_of, set_scorer_of

log = logging.getLogger(__name__)

PAIRINGS_AT_ONCE = 16


def pair_due(*, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Refresh due pairings until none is left, or the worker is to stop; returns how many products.

    Where a serving scorer is not on this machine, all are left to other workers.
    """
    done = 0
    while (
        not is_stopping()
        and _has_scorers()
        and (claim := worklist.claim_pairing_jobs(limit=PAIRINGS_AT_ONCE))
    ):
        for job in claim.jobs:
            _pair_one(job, claim)
        done += len(claim.jobs)
    return done


def score_pairs(first: Sequence[Any], second: Sequence[Any]) -> list[float]:
    """Score pairs of vectors by the serving scorer; never called while none serves."""
    return pair_scorer_of(active_checkpoints()[Purpose.PAIR]).score(first, second)


def score_sets(sets: Sequence[Sequence[Any]], slots: Sequence[Sequence[str]]) -> list[float]:
    """Score whole outfits by the serving set scorer; never called while none serves."""
    return set_scorer_of(active_checkpoints()[Purpose.SET]).score(sets, slots)


def _has_scorers() -> bool:
    scorers = [one for one in active_checkpoints().values() if one.purpose in SCORER_PURPOSES]
    return all(map(is_here, scorers))


@timed("pair")
def _pair_one(job: PairingJob, claim: worklist.Claim) -> None:
    try:
        refresh_pairings(job.product_id, score=score_pairs)
        refresh_set_scores(job.product_id, score=score_sets)
    except Exception as error:  # the job says what happened and is tried again
        log.exception("Could not pair product %s", job.product_id)
        worklist.fail(
            PairingJob, ids=[job.pk], token=claim.token, code="scorer_failed", reason=str(error)
        )
    else:
        worklist.finish(PairingJob, ids=[job.pk], token=claim.token)
