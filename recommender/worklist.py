"""Claim, finish, fail, sweep: how workers share the jobs in the database.

Every step is a conditional UPDATE whose row count tells who won, and all times are the database's,
so that a worker with a wrong clock does no harm.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.fields import CharField, DateTimeField
from django.db.models.functions import Now

from recommender import conf
from recommender.locks import try_advisory_lock
from recommender.models import Checkpoint, EmbeddingJob, Job, PairingJob, WorkerReport
from recommender.timing import timed

# A crash accuses everything that was claimed together. Of 32 pictures 4 go together next, then 1.
NARROWED_BY = 8
REPORTS_KEPT = timedelta(days=1)
CRASHED = "crashed"
CRASHED_TEXT = "The worker stopped while it worked on this, several times."


_CRASHED_ALONE = Q(state=Job.State.LEASED, company__lte=1)


@dataclass(frozen=True)
class Claim:
    """Jobs that are ours until the lease runs out; `token` proves it."""

    token: UUID
    jobs: tuple[Any, ...]
    is_counted: bool = True  # as an attempt of each
    are_suspects: bool = False  # left behind by a crash

    def __bool__(self) -> bool:
        return bool(self.jobs)


@timed("claim")
@transaction.atomic
def claim_embedding_jobs(*, limit: int, encoders: Collection[Checkpoint] | None = None) -> Claim:
    """Claim due jobs, the newest pictures first: a merchant's upload overtakes a long import.

    Of all encoders, or of these: what a worker cannot do it leaves to others.
    """
    due = EmbeddingJob.objects.due()
    if encoders is not None:
        due = due.filter(checkpoint__in=encoders)
    related = ("picture", "checkpoint")
    return _claim(EmbeddingJob, due, limit=limit, owner="picture_id", related=related)


@transaction.atomic
def claim_pairing_jobs(*, limit: int) -> Claim:
    """Claim products whose pairings are to be made again, the newest first."""
    return _claim(PairingJob, PairingJob.objects.due(), limit=limit, owner="pk", related=())


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


def hand_back(model: type[Job], claim: Claim) -> int:
    """Undo a claim of which nothing was begun; returns how many jobs were still ours.

    What was found after a crash is due at once, and goes no less narrow than before.
    """
    freed: dict[str, Any] = {"state": Job.State.PENDING, "lease_token": None, "lease_until": None}
    changed: int = _ours(model, [job.pk for job in claim.jobs], claim.token).update(
        attempts=F("attempts") - int(claim.is_counted),
        **({"lease_until": Now()} if claim.are_suspects else freed),
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
def sweep(*, worker: str = "", complaint: str = "") -> dict[str, bool]:
    """Bury jobs that crashed their workers too often; say for which kinds work is due.

    Notes that this worker is there, and what it cannot do. Only one sweep runs at a time, however
    many workers sweep; the others find nothing to do.
    """
    WorkerReport.objects.update_or_create(
        worker=worker, defaults={"swept_at": Now(), "complaint": complaint}
    )
    WorkerReport.objects.filter(swept_at__lt=Now() - REPORTS_KEPT).delete()
    if not try_advisory_lock("recommender.sweep"):
        return {"embed": False, "pair": False}
    for model in (EmbeddingJob, PairingJob):
        model.objects.due().filter(_CRASHED_ALONE, attempts__gte=conf.get("MAX_ATTEMPTS")).update(
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


def _claim(
    model: type[Job], due: Any, *, limit: int, owner: str, related: tuple[str, ...]
) -> Claim:
    """Claim what waits, else what a crash left behind; `owner` says which jobs are one piece of work.

    Every claim counts as an attempt but those of suspects in company: a crash says of each of them
    only that it was there.
    """
    open_ = due.select_for_update(skip_locked=True, of=("self",)).order_by(f"-{owner}", "pk")
    waiting = open_.filter(state=Job.State.PENDING).order_by("attempts", f"-{owner}", "pk")
    owners = dict(waiting.values_list("pk", owner)[:limit])
    if are_suspects := not owners:
        owners = _suspects(open_.filter(state=Job.State.LEASED), owner=owner, limit=limit)
    is_counted = not are_suspects or len(set(owners.values())) == 1
    token = model.new_token()
    model._default_manager.filter(pk__in=owners).update(
        state=Job.State.LEASED,
        attempts=F("attempts") + int(is_counted),
        company=len(set(owners.values())),
        lease_token=token,
        lease_until=_in_seconds(conf.get("LEASE_SECONDS")),
    )
    jobs = model._default_manager.filter(pk__in=owners).select_related(*related)
    return Claim(token, tuple(jobs.order_by("pk")), is_counted, are_suspects)


def _suspects(crashed: Any, *, owner: str, limit: int) -> dict[int, Any]:
    """Of what crashed in the largest company, an eighth as much at once, down to one; by key."""
    crashed = crashed.exclude(_CRASHED_ALONE, attempts__gte=conf.get("MAX_ATTEMPTS"))
    largest = crashed.order_by("-company").values_list("company", flat=True).first()
    if largest is None:
        return {}
    most = max(1, largest // NARROWED_BY)
    rows = dict(crashed.filter(company=largest).values_list("pk", owner)[:limit])
    chosen = list(dict.fromkeys(rows.values()))[:most]
    return {pk: one for pk, one in rows.items() if one in chosen}


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
