"""Every change of a rule, kept with who made it and when, so that it can be taken back."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleChange(models.Model):
    """What a rule was before and after; it outlives the rule and the person."""

    class Action(models.TextChoices):
        ADDED = "ADDED", _("Added")
        CHANGED = "CHANGED", _("Changed")
        DELETED = "DELETED", _("Deleted")

    rule_number = models.BigIntegerField(_("rule number"), db_index=True)
    label = models.CharField(_("rule"), max_length=300)
    action = models.CharField(_("action"), max_length=7, choices=Action)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    changed_by = models.CharField(_("by"), max_length=150, blank=True)
    changed_at = models.DateTimeField(_("at"), auto_now_add=True)
    undoes = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone_by"
    )

    class Meta:
        verbose_name, verbose_name_plural = _("rule change"), _("rule changes")
        ordering = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.label}"
