"""What the merchant wants, whatever the pictures say."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender.conf import product_model_label

SLOT = "slot"  # an attribute that every catalog has


class RuleState(models.TextChoices):
    """Whether a rule holds now; told by the clock, not stored."""

    FORCE = "force", _("In force")
    LATER = "later", _("Not yet")
    OVER = "over", _("Over")
    OFF = "off", _("Off")


class RuleQuerySet(models.QuerySet["Rule"]):
    def in_force(self) -> "RuleQuerySet":
        """Switched on, begun and not yet over."""
        begun = Q(starts_at=None) | Q(starts_at__lte=Now())
        return self.filter(begun, Q(ends_at=None) | Q(ends_at__gt=Now()), is_enabled=True)

    def with_state(self) -> "RuleQuerySet":
        """Annotate `state`, one of `RuleState`."""
        state = Case(
            When(is_enabled=False, then=Value(RuleState.OFF)),
            When(ends_at__lte=Now(), then=Value(RuleState.OVER)),
            When(starts_at__gt=Now(), then=Value(RuleState.LATER)),
            default=Value(RuleState.FORCE),
        )
        return self.annotate(state=state)


class Rule(models.Model):
    """One wish of the merchant; every recommendation statement obeys those in force."""

    class Kind(models.TextChoices):
        PIN = "PIN", _("Pin a product at a position")
        HIDE = "HIDE", _("Never show")
        BOOST = "BOOST", _("Show earlier")
        BURY = "BURY", _("Show later")
        NEVER_TOGETHER = "NEVER_TOGETHER", _("Never together")
        PRICE_WINDOW = "PRICE_WINDOW", _("Keep to a price window")

    class Strip(models.TextChoices):
        EVERYWHERE = "", _("Everywhere")
        SIMILAR = "SIMILAR", _("Similar")
        GOES_WITH = "GOES_WITH", _("Goes well with")

    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    strip = models.CharField(
        _("strip"), max_length=9, choices=Strip, blank=True, default=Strip.EVERYWHERE
    )
    on_product = models.ForeignKey(
        product_model_label(),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="recommender_rules_here",
        help_text=_("Only beside this product; empty for all."),
    )
    on_attribute = models.CharField(
        max_length=60, blank=True, help_text=_("Only beside products with this attribute …")
    )
    on_value = models.CharField(max_length=120, blank=True, help_text=_("… of this value."))
    product = models.ForeignKey(
        product_model_label(),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="recommender_rules",
        help_text=_("The product that is pinned, hidden, or shown earlier or later."),
    )
    attribute = models.CharField(
        max_length=60, blank=True, help_text=_("Or every product with this attribute …")
    )
    value = models.CharField(max_length=120, blank=True, help_text=_("… of this value."))
    both_ways = models.BooleanField(
        default=False, help_text=_("Hide each of the two beside the other.")
    )
    position = models.PositiveSmallIntegerField(
        _("position"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("1 is first."),
    )
    strength = models.FloatField(
        _("strength"),
        default=0.1,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Added to or taken off a score between 0 and 1."),
    )
    percent = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("How far from the product's own price, in per cent.")
    )
    is_enabled = models.BooleanField(_("in use"), default=True)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    is_feedback = models.BooleanField(
        _("feedback"), default=False, help_text=_("A thumbs down on what the machine chose.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("rule"), _("rules")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None)
                | Q(starts_at=None)
                | Q(ends_at__gt=models.F("starts_at")),
                name="rule_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        what = self.product or (f"{self.attribute} {self.value}" if self.attribute else "")
        where = self.on_product or (f"{self.on_attribute} {self.on_value}".strip())
        said = {
            Rule.Kind.PIN: gettext("Pin %(what)s at %(position)s"),
            Rule.Kind.PRICE_WINDOW: gettext("Prices within %(percent)s %%"),
        }
        words = said.get(Rule.Kind(self.kind), "%(kind)s: %(what)s") % {
            "what": what,
            "kind": self.get_kind_display(),
            "position": self.position,
            "percent": self.percent,
        }
        beside = gettext("%(rule)s, beside %(where)s")
        return beside % {"rule": words, "where": where} if where else words

    def clean(self) -> None:
        """Say which field a rule of this kind still needs."""
        missing = {name: _("A rule of this kind needs it.") for name in self._missing()}
        if missing:
            raise ValidationError(missing)

    def _missing(self) -> list[str]:
        has_target = bool(self.product_id or self.attribute)
        needs: dict[str, dict[str, Any]] = {
            Rule.Kind.PIN: {"product": self.product_id, "position": self.position},
            Rule.Kind.HIDE: {"product": has_target},
            Rule.Kind.BOOST: {"attribute": has_target},
            Rule.Kind.BURY: {"attribute": has_target},
            Rule.Kind.NEVER_TOGETHER: {
                "on_attribute": self.on_attribute,
                "attribute": self.attribute,
            },
            Rule.Kind.PRICE_WINDOW: {"percent": self.percent},
        }
        return [name for name, given in needs.get(self.kind, {}).items() if not given]
