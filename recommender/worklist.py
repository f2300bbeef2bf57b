"""Claim, finish, fail, sweep: how workers share the jobs in the database.

Every step is a conditional UPDATE whose row count tells who won, and all times are the database's,
so that a worker with a wrong clock does no harm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, ExpressionWrapper, F, Value, When
from django.db.models.fields import CharField, DateTimeField
from django.db.models.functions import Now

from recommender import conf
from recommender.locks import try_advisory_lock
from recommender.models import EmbeddingJob, Job, PairingJob
from recommender.timing import timed

CRASHED = "crashed"
CRASHED_TEXT = "The worker stopped while it worked on this, several times."


@dataclass(frozen=True)
class Claim:
    """Jobs that are ours until the lease runs out; `token` proves it."""

    token: UUID
    jobs: tuple[Any, ...]

    def __bool__(self) -> bool:
        return bool(self.jobs)


@timed("claim")
@transaction.atomic
def claim_embedding_jobs(*, limit: int) -> Claim:
    """Claim due jobs, the newest pictures first: a merchant's upload overtakes a long import."""
    due = EmbeddingJob.objects.due().order_by("-picture_id", "checkpoint_id")
    return _claim(EmbeddingJob, due, limit=limit, related=("picture", "checkpoint"))


@transaction.atomic
def claim_pairing_jobs(*, limit: int) -> Claim:
    """Claim products whose pairings are to be made again, the newest first."""
    due = PairingJob.objects.due().order_by("-pk")
    return _claim(PairingJob, due, limit=limit, related=())


def finish(model: type[Job], *, ids: Iterable[int], token: UUID) -> int:
    """Mark jobs done that are still ours; returns how many were."""
    changed: int = _ours(model, ids, token).update(
        state=Job.State.DONE, lease_token=None, lease_until=None, error_code="", error=""
    )
    return changed


def fail(model: type[Job], *, ids: Iterable[int], token: UUID, code: str, reason: str) -> int:
    """Put jobs of ours back for a later attempt, or to rest after the last one."""
    changed: int = _ours(model, ids, token).update(
        state=_rest_or_retry(),
        due_at=_later(),
        lease_token=None,
        lease_until=None,
        error_code=code,
        error=reason[:300],
    )
    return changed


def give_up(model: type[Job], *, ids: Iterable[int], token: UUID, code: str, reason: str) -> int:
    """Put jobs of ours to rest at once: no retry will mend a file that is not a picture."""
    changed: int = _ours(model, ids, token).update(
        state=Job.State.DEAD,
        lease_token=None,
        lease_until=None,
        error_code=code,
        error=reason[:300],
    )
    return changed


def retry(jobs: Any) -> int:
    """Give dead jobs (a queryset) a new life; returns how many."""
    dead = jobs.filter(state=Job.State.DEAD)
    return int(
        dead.update(state=Job.State.PENDING, attempts=0, due_at=Now(), error_code="", error="")
    )


@timed("sweep")
@transaction.atomic
def sweep() -> dict[str, bool]:
    """Bury jobs that crashed their workers too often; say for which kinds work is due.

    Only one sweep runs at a time, however many workers sweep; the others find nothing to do.
    """
    if not try_advisory_lock("recommender.sweep"):
        return {"embed": False, "pair": False}
    for model in (EmbeddingJob, PairingJob):
        model.objects.due().filter(
            state=Job.State.LEASED, attempts__gte=conf.get("MAX_ATTEMPTS")
        ).update(
            state=Job.State.DEAD,
            lease_token=None,
            lease_until=None,
            error_code=CRASHED,
            error=CRASHED_TEXT,
        )
    return {
        "embed": EmbeddingJob.objects.due().exists(),
        "pair": PairingJob.objects.due().exists(),
    }


def _claim(model: type[Job], due: Any, *, limit: int, related: tuple[str, ...]) -> Claim:
    open_ = due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    retries = open_.filter(attempts__gt=0, attempts__lt=conf.get("MAX_ATTEMPTS"))
    # What failed before goes alone: if it kills the worker again, it takes nobody with it.
    ids = list(open_.filter(attempts=0)[:limit]) or list(retries[:1])
    token = model.new_token()
    model._default_manager.filter(pk__in=ids).update(
        state=Job.State.LEASED,
        attempts=F("attempts") + 1,
        lease_token=token,
        lease_until=_in_seconds(conf.get("LEASE_SECONDS")),
    )
    jobs = model._default_manager.filter(pk__in=ids).select_related(*related)
    return Claim(token, tuple(jobs.order_by("pk")))


def _ours(model: type[Job], ids: Iterable[int], token: UUID) -> Any:
    return model._default_manager.filter(pk__in=list(ids), lease_token=token)


def _rest_or_retry() -> Case:
    return Case(
        When(attempts__gte=conf.get("MAX_ATTEMPTS"), then=Value(Job.State.DEAD)),
        default=Value(Job.State.PENDING),
        output_field=CharField(),
    )


def _later() -> Case:
    """Wait longer after every attempt: 30 s, then 60 s."""
    seconds = conf.get("RETRY_SECONDS")
    steps = [
        When(attempts=attempt, then=_in_seconds(seconds * 2 ** (attempt - 1)))
        for attempt in range(1, conf.get("MAX_ATTEMPTS") + 1)
    ]
    return Case(*steps, default=_in_seconds(seconds), output_field=DateTimeField())


def _in_seconds(seconds: float) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
