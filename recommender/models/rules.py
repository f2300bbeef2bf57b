"""What the merchant wants, whatever the pictures say."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

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


class ProductSet(NamedTuple):
    """One product, or every product with a value of an attribute; nothing said means all."""

    product_pk: Any = None
    attribute: str = ""
    value: str = ""

    def includes(self, product_pk: Any, attributes: Mapping[str, Any]) -> bool:
        if self.product_pk is not None and self.product_pk != product_pk:
            return False
        value = attributes.get(self.attribute)
        return not self.attribute or ("" if value is None else str(value)) == self.value

    def condition(self) -> Q:
        """Its products, among those that carry `reco_<attribute>`."""
        if self.product_pk is not None:
            return Q(pk=self.product_pk)
        return Q(**{f"reco_{self.attribute}": self.value}) if self.attribute else ~Q(pk__in=[])


class Rule(models.Model):
    """One wish of the merchant; every recommendation statement obeys those in force."""

    class Kind(models.TextChoices):
        """What a rule does: in words, which fields say it, and which of these it cannot do without."""

        explanation: Any
        fields: Sequence[str]
        needs: Sequence[str]

        def __new__(  # noqa: PLR0917 -- an enum calls it with the tuples below
            cls, value: str, explanation: Any = "", fields: str = "", needs: str = ""
        ) -> Self:
            kind = str.__new__(cls, value)
            kind._value_ = value
            kind.explanation, kind.fields, kind.needs = explanation, fields.split(), needs.split()
            return kind

        PIN = (
            "PIN",
            _("One product at a position of your choice, as long as it is in stock."),
            *("product position", "product position"),
            _("Pin a product at a position"),
        )
        HIDE = (
            "HIDE",
            _("A product, or a kind of product, is left out: everywhere or beside some."),
            *("product attribute both_ways", "product"),
            _("Never show"),
        )
        BOOST = (
            "BOOST",
            _("Moves products up, without forcing them."),
            *("product attribute strength", "attribute"),
            _("Show earlier"),
        )
        BURY = (
            "BURY",
            _("Moves products down, without hiding them."),
            *("product attribute strength", "attribute"),
            _("Show later"),
        )
        NEVER_TOGETHER = (
            "NEVER_TOGETHER",
            _("Two products or kinds of product are never beside each other: shoes and swimwear."),
            *("on_product on_attribute product attribute", "on_attribute attribute"),
            _("Never together"),
        )
        PRICE_WINDOW = (
            "PRICE_WINDOW",
            _("Only products of about the price of the one they stand beside."),
            *("percent", "percent"),
            _("Keep to a price window"),
        )

    class Strip(models.TextChoices):
        EVERYWHERE = "", _("Both strips")
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
        if self.kind not in Rule.Kind.values:
            return
        missing = [name for name in Rule.Kind(self.kind).needs if not self._says(name)]
        if missing:
            raise ValidationError(dict.fromkeys(missing, _("A rule of this kind needs it.")))

    def _says(self, name: str) -> bool:
        """Whether a field is filled in, or the one that may stand in its place."""
        product, kind = (
            ("on_product", "on_attribute") if "on_" in name else ("product", "attribute")
        )
        is_either = {product, kind} <= {*Rule.Kind(self.kind).fields} and name in {product, kind}
        names = [product, kind] if is_either else [name]
        return any(self.serializable_value(one) for one in names)

    def directions(self) -> list[tuple[ProductSet, ProductSet]]:
        """What it is about, beside what it holds; a rule that holds both ways has two."""
        about = ProductSet(self.product_id, self.attribute, self.value)
        beside = ProductSet(self.on_product_id, self.on_attribute, self.on_value)
        is_pair = self.both_ways and None not in {self.product_id, self.on_product_id}
        is_mutual = self.kind == Rule.Kind.HIDE and is_pair
        if is_mutual or self.kind == Rule.Kind.NEVER_TOGETHER:
            return [(about, beside), (beside, about)]
        return [(about, beside)]

    def price_range(self, own: Any) -> tuple[Any, Any] | None:
        """The lowest and the highest price in its window around a product's own, if it has one."""
        if self.kind != Rule.Kind.PRICE_WINDOW or self.percent is None or own is None:
            return None
        width = own * self.percent / 100
        return own - width, own + width
