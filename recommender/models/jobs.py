"""Work that is due. These rows are the queue of record; a Celery message only says "look here"."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recommender.conf import product_model_label
from recommender.models.checkpoints import Checkpoint
from recommender.models.pictures import Picture


class JobQuerySet(models.QuerySet[Any]):
    def due(self) -> "JobQuerySet":
        """Waiting and ripe, or claimed by a worker that has been silent past its lease."""
        return self.filter(
            Q(state=Job.State.PENDING, due_at__lte=Now())
            | Q(state=Job.State.LEASED, lease_until__lt=Now())
        )

    def running(self) -> "JobQuerySet":
        """Claimed by a worker that is not silent."""
        return self.filter(state=Job.State.LEASED, lease_until__gte=Now())

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[Job.State.PENDING, Job.State.LEASED])


class Job(models.Model):
    class State(models.TextChoices):
        PENDING = "PENDING", _("Queued")
        LEASED = "LEASED", _("Running")
        DONE = "DONE", _("Ready")
        DEAD = "DEAD", _("Failed")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("Counted when claimed.")
    )
    # The default is the database's, so that a process of an earlier release can still write rows.
    company = models.PositiveSmallIntegerField(
        db_default=0, editable=False, help_text="Claimed together the last time."
    )
    due_at = models.DateTimeField(_("due at"), db_default=Now())
    lease_token = models.UUIDField(_("lease token"), null=True, blank=True, default=None)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=40, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True, help_text=_("In plain words."))

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True

    @staticmethod
    def new_token() -> uuid.UUID:
        return uuid.uuid4()


class EmbeddingJob(Job):
    picture = models.ForeignKey(
        Picture, verbose_name=_("picture"), on_delete=models.CASCADE, related_name="jobs"
    )
    checkpoint = models.ForeignKey(
        Checkpoint, verbose_name=_("checkpoint"), on_delete=models.CASCADE, related_name="jobs"
    )
    sha256 = models.CharField(max_length=64, help_text=_("The bytes that are to be embedded."))

    class Meta:
        verbose_name, verbose_name_plural = _("picture in work"), _("pictures in work")
        constraints = [
            models.UniqueConstraint("picture", "checkpoint", name="embedding_job_is_unique"),
        ]
        indexes = [
            models.Index(
                "due_at", condition=Q(state__in=["PENDING", "LEASED"]), name="embedding_job_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: picture {self.picture_id} under {self.checkpoint_id}"


class PairingJob(Job):
    product = models.OneToOneField(
        product_model_label(),
        verbose_name=_("product"),
        on_delete=models.CASCADE,
        related_name="recommender_pairing_job",
    )

    class Meta:
        verbose_name, verbose_name_plural = _("match in work"), _("matches in work")
        indexes = [
            models.Index(
                "due_at", condition=Q(state__in=["PENDING", "LEASED"]), name="pairing_job_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: pairings of {self.product_id}"


class WorkerReport(models.Model):
    """When a worker swept last, and what it has to leave to others; written by each sweep."""

    worker = models.CharField(max_length=200, primary_key=True)
    swept_at = models.DateTimeField(db_default=Now())
    complaint = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.worker}: {self.complaint}" if self.complaint else self.worker
