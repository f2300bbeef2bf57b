"""How far the engine is with each picture, and why it is no further."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, Exists, Min, OuterRef, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from recommender import conf
from recommender.catalog import catalog
from recommender.models import Checkpoint, Embedding, EmbeddingJob, Job, Picture
from recommender.stored_texts import translated

NOT_QUEUED = _("No encoder has asked for it yet.")
LATE = timedelta(minutes=2)  # an upload takes seconds; past this the merchant should hear of it


class State(models.TextChoices):
    """What a merchant is told of a picture, or of a product by its worst picture."""

    NONE = "NONE", _("No picture")
    QUEUED = "QUEUED", _("Queued")
    RUNNING = "RUNNING", _("Running")
    READY = "READY", _("Ready")
    FAILED = "FAILED", _("Failed")


# The worst first: one failed encoder makes a failed picture, one failed picture a failed product.
_STATE_OF_JOB = {
    Job.State.DEAD: State.FAILED,
    Job.State.LEASED: State.RUNNING,
    Job.State.PENDING: State.QUEUED,
    Job.State.DONE: State.READY,
}
WAITING = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class PictureStatus:
    """One picture's state, the reason in plain words, and what happens next."""

    state: State
    reason: str | Promise = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None


NOT_NOTED = PictureStatus(State.QUEUED, NOT_QUEUED)


@dataclass(frozen=True)
class Workload:
    """How many pictures are in each state, and since when the oldest of them has been due."""

    queued: int
    running: int
    ready: int
    failed: int
    due_since: datetime | None = None

    @property
    def waiting(self) -> int:
        return self.queued + self.running

    def lateness(self, *, now: datetime) -> timedelta:
        """How far behind the workers are; zero while nothing has been due for long."""
        behind = now - self.due_since if self.due_since else timedelta()
        return behind if behind >= LATE else timedelta()

    def sentence(self, *, now: datetime) -> str:
        """Say it in a line for the merchant, such as `12 pictures waiting, 1 failed.`."""
        late = self.lateness(now=now)
        behind = gettext("The queue is %(time)s behind.") % {
            "time": timesince(now - late, now, depth=1)
        }
        return f"{self._counts()} {behind}" if late else self._counts()

    def _counts(self) -> str:
        if self.waiting and self.failed:
            text = ngettext(
                "%(waiting)s picture waiting, %(failed)s failed.",
                "%(waiting)s pictures waiting, %(failed)s failed.",
                self.waiting,
            )
        elif self.waiting:
            text = ngettext(
                "%(waiting)s picture waiting.", "%(waiting)s pictures waiting.", self.waiting
            )
        elif self.failed:
            text = ngettext(
                "%(failed)s picture failed.", "%(failed)s pictures failed.", self.failed
            )
        elif self.ready:
            text = ngettext("%(ready)s picture ready.", "%(ready)s pictures ready.", self.ready)
        else:
            text = gettext("No pictures yet.")
        return text % {"waiting": self.waiting, "failed": self.failed, "ready": self.ready}


def picture_statuses(product: Any) -> Mapping[str, PictureStatus]:
    """The status of each picture of a product that the engine knows, by file name.

    Two queries. A picture counts as ready once every serving encoder has seen it; those still
    being built in the shadow change nothing for the merchant.
    """
    names = Picture.objects.filter(product=product.pk).values_list("pk", "name")
    jobs: dict[int, list[EmbeddingJob]] = {}
    for job in _serving_jobs().filter(picture__product=product.pk):
        jobs.setdefault(job.picture_id, []).append(job)
    return {name: _status(jobs.get(pk, [])) for pk, name in names}


def job_status(job: Job) -> PictureStatus:
    """What one job says, in a merchant's words."""
    state = _STATE_OF_JOB[Job.State(job.state)]
    is_retry = state == State.QUEUED and job.attempts > 0
    return PictureStatus(
        state,
        _retry_reason(job) if is_retry else translated(job.error),
        attempts=job.attempts,
        next_attempt_at=job.due_at if is_retry else None,
    )


def picture_state() -> Case:
    """An expression giving the `State` of a `Picture`."""
    return _worst(_serving_jobs().filter(picture=OuterRef("pk")), otherwise=Value(State.QUEUED))


def product_state() -> Case:
    """An expression giving a product's `State`, that of its worst picture; for the host's queries."""
    pictures = Picture.objects.filter(product=OuterRef("pk"))
    without = Case(When(Exists(pictures), then=Value(State.QUEUED)), default=Value(State.NONE))
    return _worst(_serving_jobs().filter(picture__product=OuterRef("pk")), otherwise=without)


def failed_pictures(products: QuerySet[Any]) -> QuerySet[Picture]:
    """The pictures of these products that wait for a person."""
    pictures = Picture.objects.filter(product__in=products.order_by().values("pk"))
    return pictures.annotate(state=picture_state()).filter(state=State.FAILED)


def workload() -> Workload:
    """Count the pictures in each state; two queries."""
    states = Picture.objects.annotate(state=picture_state()).order_by().values("state")
    counts = dict(states.annotate(count=models.Count("pk")).values_list("state", "count"))
    due = EmbeddingJob.objects.due().aggregate(since=Min("due_at"))
    return Workload(
        queued=counts.get(State.QUEUED, 0),
        running=counts.get(State.RUNNING, 0),
        ready=counts.get(State.READY, 0),
        failed=counts.get(State.FAILED, 0),
        due_since=due["since"],
    )


def unrecommended_products() -> int:
    """How many products that shoppers see have no vector that serves, so no recommendations; one query."""
    seen = Embedding.objects.filter(
        picture__product=OuterRef("pk"), checkpoint__state=Checkpoint.State.ACTIVE
    )
    return int(catalog().products().exclude(Exists(seen)).count())


def _serving_jobs() -> QuerySet[Any]:
    return EmbeddingJob.objects.filter(checkpoint__state=Checkpoint.State.ACTIVE)


def _worst(jobs: QuerySet[Any], *, otherwise: Any) -> Case:
    return Case(
        *(
            When(Exists(jobs.filter(state=job_state)), then=Value(state))
            for job_state, state in _STATE_OF_JOB.items()
        ),
        default=otherwise,
        output_field=models.CharField(),
    )


def _status(jobs: Sequence[EmbeddingJob]) -> PictureStatus:
    """Speak of the job that is furthest behind; of a picture's jobs one tells the merchant enough."""
    order = list(_STATE_OF_JOB)
    if not jobs:
        return NOT_NOTED
    return job_status(min(jobs, key=lambda job: (order.index(Job.State(job.state)), -job.attempts)))


def _retry_reason(job: Job) -> str:
    text = gettext("Attempt %(number)s of %(most)s failed: %(error)s")
    words = {"number": job.attempts, "most": conf.get("MAX_ATTEMPTS")}
    return text % (words | {"error": translated(job.error)})
