"""Where in two pictures a score comes from: asked for by a click, answered by a worker, kept for all."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegionSearch(models.Model):
    """A question to the workers, and the answer once there is one.

    Its key names the bytes of the pictures and who judges them, so an answer is never out of date.
    Deleting a row costs one more look at two pictures.
    """

    key = models.CharField(max_length=64, primary_key=True)
    question = models.JSONField(help_text=_("Which pictures, and by what they are judged."))
    regions = models.JSONField(null=True, help_text=_("One for each picture; null until found."))
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "region searches"

    def __str__(self) -> str:
        return self.key
