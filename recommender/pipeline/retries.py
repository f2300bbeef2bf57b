"""Gives failed work a new life when a person asks for it."""

from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from recommender import broker, worklist
from recommender.models import EmbeddingJob, PairingJob
from recommender.pipeline.status import failed_pictures

_BELLS: dict[type[Model], str] = {EmbeddingJob: broker.EMBED, PairingJob: broker.PAIR}


@transaction.atomic
def retry_failed_pictures(products: QuerySet[Any]) -> int:
    """Try the failed pictures of these products again; returns how many pictures, 0 for none.

    Pictures that are ready, running or queued are left alone.
    """
    failed = list(failed_pictures(products).values_list("pk", flat=True))
    retry_jobs(EmbeddingJob.objects.filter(picture__in=failed))
    return len(failed)


@transaction.atomic
def retry_jobs(jobs: QuerySet[Any]) -> int:
    """Try the failed ones among these jobs (of one kind) again; returns how many."""
    revived = worklist.retry(jobs)
    if revived:
        broker.ring(_BELLS[jobs.model])
    return revived
