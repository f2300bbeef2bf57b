"""Work that is due. These rows are the queue of record; a Celery message only says "look here"."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

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

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[Job.State.PENDING, Job.State.LEASED])


class Job(models.Model):
    class State(models.TextChoices):
        PENDING = "PENDING", "Queued"
        LEASED = "LEASED", "Running"
        DONE = "DONE", "Ready"
        DEAD = "DEAD", "Failed"

    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Counted when claimed.")
    due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True, blank=True, default=None)
    lease_until = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=300, blank=True, help_text="In plain words.")

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True

    @staticmethod
    def new_token() -> uuid.UUID:
        return uuid.uuid4()


class EmbeddingJob(Job):
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="jobs")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="jobs")
    sha256 = models.CharField(max_length=64, help_text="The bytes that are to be embedded.")

    class Meta:
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
        on_delete=models.CASCADE,
        related_name="recommender_pairing_job",
    )

    class Meta:
        indexes = [
            models.Index(
                "due_at", condition=Q(state__in=["PENDING", "LEASED"]), name="pairing_job_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: pairings of {self.product_id}"
