"""Trainings on the shop's own looks: how far each one is, and how it was judged."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    def unfinished(self) -> "TrainingRunQuerySet":
        return self.filter(state__in=[TrainingRun.State.RUNNING, TrainingRun.State.INTERRUPTED])


class TrainingRun(models.Model):
    """One training, its figures on looks it never saw, and what became of it.

    A row whose process was killed says RUNNING until the same command goes on with it.
    """

    class State(models.TextChoices):
        RUNNING = "RUNNING", "Running"
        INTERRUPTED = "INTERRUPTED", "Interrupted"
        PASSED = "PASSED", "Passed"
        NOT_PASSED = "NOT_PASSED", "Not passed"
        FAILED = "FAILED", "Failed"

    class Step(models.TextChoices):
        EXPORT = "EXPORT", "Exporting the looks"
        TRAIN = "TRAIN", "Learning from them"
        GATE = "GATE", "Measuring on looks held out"

    name = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    folder = models.CharField(max_length=500, help_text="Where the checkpoint is written.")
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    step = models.CharField(max_length=8, choices=Step, default=Step.EXPORT)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    products = models.PositiveIntegerField(default=0)
    learnt = models.PositiveIntegerField("looks learnt from", default=0)
    held_out = models.PositiveIntegerField("looks held out", default=0)
    left_out = models.JSONField(
        default=list, blank=True, help_text="[reason, how often, an example] of what was left out."
    )
    figures = models.JSONField(default=dict, blank=True, help_text="As the gate measured them.")
    reason = models.CharField(max_length=500, blank=True, help_text="In plain words.")
    output = models.TextField(blank=True, help_text="The last lines that were printed.")

    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = "training"
        constraints = [
            models.UniqueConstraint(
                "state", condition=Q(state="RUNNING"), name="one_training_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How the checkpoint is named: `style@2`."""
        return f"{self.name}@{self.version}"

    def duration(self, *, now: datetime) -> timedelta:
        """How long it took, or has taken so far; rests after an interruption count too."""
        return (self.finished_at or now) - self.started_at
