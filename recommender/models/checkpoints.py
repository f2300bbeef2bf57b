"""Which checkpoints this shop knows, and which of them serve."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recommender.cards import encoder_read


class Purpose(models.TextChoices):
    """The question a checkpoint's numbers answer."""

    VISUAL = "VISUAL", _("Similar")
    STYLE = "STYLE", _("Goes well with")
    PAIR = "PAIR", _("Judges pairs")
    SET = "SET", _("Judges outfits")


SCORER_PURPOSES = (
    Purpose.PAIR,
    Purpose.SET,
)  # they read stored vectors and no picture; a shop does without


class Checkpoint(models.Model):
    class State(models.TextChoices):
        BUILDING = "BUILDING", _("Building")
        ACTIVE = "ACTIVE", _("Active")
        RETIRED = "RETIRED", _("Retired")

    name = models.CharField(_("name"), max_length=80)
    version = models.CharField(_("version"), max_length=40)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    folder = models.CharField(
        _("folder"), max_length=500, help_text=_("Where the workers find its files.")
    )
    sha256 = models.CharField(max_length=64, help_text=_("Of the weights."))
    network_sha256 = models.CharField(
        max_length=64, db_default="", blank=True, help_text=_("Of what a CPU runs.")
    )
    reads = models.CharField(
        _("reads"),
        max_length=120,
        blank=True,
        help_text=_('What it looks at: "pixels", "embeddings of visual@1".'),
    )
    dimension = models.PositiveIntegerField(_("dimension"), default=0)
    parts = models.JSONField(
        _("parts"),
        default=list,
        blank=True,
        help_text=_("[name, width] of each part of the vector, in order."),
    )
    weights = models.JSONField(
        _("weights"),
        default=dict,
        blank=True,
        help_text=_("How much each part counts unless a query says otherwise."),
    )
    indexes = models.JSONField(
        _("indexes"),
        default=dict,
        blank=True,
        help_text=_(
            "Which slots have an index of these vectors, and how many rows it had at last."
        ),
    )
    calibration = models.JSONField(
        _("calibration"),
        default=dict,
        blank=True,
        help_text=_("How a score becomes the share of such pairs that are right."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.BUILDING)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    activated_at = models.DateTimeField(_("activated at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("checkpoint"), _("checkpoints")
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint("name", "version", name="checkpoint_is_unique"),
            models.UniqueConstraint(
                "purpose", condition=Q(state="ACTIVE"), name="one_active_checkpoint_per_purpose"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How vectors and replies name it: `visual@1`."""
        return f"{self.name}@{self.version}"

    @property
    def encoder_label(self) -> str:
        """The encoder whose stored vectors it reads: `visual@1`; "" where it reads pixels."""
        return encoder_read(self.reads)

    @property
    def part_weights(self) -> dict[str, float]:
        """How much each part counts in a score; the weights sum to 1."""
        names = [name for name, _width in self.parts]
        return {name: self.weights.get(name, 1 / len(names)) for name in names}


def active_checkpoint(purpose: str) -> Checkpoint | None:
    """The checkpoint that serves a purpose, if any does."""
    return active_checkpoints().get(purpose)


def active_checkpoints() -> dict[str, Checkpoint]:
    """The serving checkpoints by purpose; one query."""
    serving = Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE)
    return {checkpoint.purpose: checkpoint for checkpoint in serving}
