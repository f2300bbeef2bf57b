"""Two checkpoints beside each other: asked for by a click, worked out by a worker, kept for all."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from recommender.models.checkpoints import Checkpoint

ABANDONED = timedelta(minutes=2)  # without a sign of whoever had begun


class ComparisonRunQuerySet(models.QuerySet["ComparisonRun"]):
    def due(self) -> "ComparisonRunQuerySet":
        """Asked for and not begun, or begun by a worker that has been silent since."""
        begun = Q(reported_at=None) | Q(reported_at__lt=Now() - ABANDONED)
        return self.filter(begun, finished_at=None).order_by("asked_at", "pk")


class ComparisonRun(models.Model):
    """The strips of one checkpoint beside those of the one that serves, as far as a worker is.

    Deleting a row costs one more look at some hundred products.
    """

    candidate = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="comparisons")
    active = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="+")
    seed = models.PositiveIntegerField(default=0, help_text="Chooses the sample.")
    asked_at = models.DateTimeField()
    reported_at = models.DateTimeField(
        null=True, help_text="When a worker said last how far it is."
    )
    finished_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    wanted = models.PositiveIntegerField(default=0, help_text="Products of the sample.")
    result = models.JSONField(null=True, help_text="As `comparison_runs` wrote it.")

    objects = ComparisonRunQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("comparison"), _("comparisons")
        constraints = [
            models.UniqueConstraint("candidate", "active", name="comparison_run_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.candidate} beside {self.active}"
