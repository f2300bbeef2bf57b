"""Trainings on the shop's own looks: how far each one is, and how it was judged."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    def unfinished(self) -> "TrainingRunQuerySet":
        return self.filter(state__in=[TrainingRun.State.RUNNING, TrainingRun.State.INTERRUPTED])


class TrainingRun(models.Model):
    """One training, its figures on looks it never saw, and what became of it.

    A row whose process was killed says RUNNING until the same command goes on with it.
    """

    class State(models.TextChoices):
        RUNNING = "RUNNING", _("Running")
        INTERRUPTED = "INTERRUPTED", _("Interrupted")
        PASSED = "PASSED", _("Passed")
        NOT_PASSED = "NOT_PASSED", _("Not passed")
        FAILED = "FAILED", _("Failed")

    class Step(models.TextChoices):
        EXPORT = "EXPORT", _("Exporting the looks")
        TRAIN = "TRAIN", _("Learning from them")
        GATE = "GATE", _("Measuring on looks held out")

    name = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    folder = models.CharField(
        _("folder"), max_length=500, help_text=_("Where the checkpoint is written.")
    )
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    step = models.CharField(max_length=8, choices=Step, default=Step.EXPORT)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    products = models.PositiveIntegerField(default=0)
    learnt = models.PositiveIntegerField(_("looks learnt from"), default=0)
    held_out = models.PositiveIntegerField(_("looks held out"), default=0)
    left_out = models.JSONField(
        default=list, blank=True, help_text="[reason, how often, an example] of what was left out."
    )
    figures = models.JSONField(default=dict, blank=True, help_text="As the gate measured them.")
    reason = models.CharField(max_length=500, blank=True, help_text="In plain words.")
    output = models.TextField(blank=True, help_text="The last lines that were printed.")

    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name, verbose_name_plural = _("training"), _("trainings")
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
