"""The form of a rule: the fields its kind needs, and no other."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recommender.models import Rule
from recommender.rules.product_kinds import product_kinds

PREVIEW = "_preview"  # the button that tries a rule and stores nothing
VALUES = {"attribute": "value", "on_attribute": "on_value"}


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A kind of product is one choice, `season=SUMMER`; the rule keeps the two apart."""

    kind = ""  # of a new rule

    class Meta:
        model = Rule
        exclude = ("kind", "value", "on_value", "is_feedback")  # noqa: DJ006 -- fieldsets name the fields
        labels = {
            "product": _("Product"),
            "attribute": _("Or every product of"),
            "on_product": _("Only beside this product"),
            "on_attribute": _("Only beside products of"),
            "both_ways": _("Both ways"),
            "percent": _("Per cent"),
            "starts_at": _("From"),
            "ends_at": _("Until"),
        }
        help_texts = {
            "product": "",
            "on_product": _("Empty: beside all."),
            "percent": _("40 keeps to prices from 40 % below to 40 % above the product's own."),
            "strength": _("0 does nothing, 0.1 moves a few places, 1 puts first or last."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["instance"] = rule = kwargs.get("instance") or Rule(kind=self.kind)
        super().__init__(*args, **kwargs)
        stored = {name: (getattr(rule, name), getattr(rule, VALUES[name])) for name in VALUES}
        choices = [("", "---------"), *product_kinds(*stored.values())]
        for name in VALUES.keys() & self.fields.keys():
            label = self.fields[name].label
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
            if stored[name][0]:
                self.initial[name] = "=".join(stored[name])
        if rule.kind == Rule.Kind.NEVER_TOGETHER:
            self.fields["on_product"].label = _("Product")
            self.fields["on_product"].help_text = ""
            self.fields["on_attribute"].label = _("Or every product of")
            self.fields["product"].label = _("Never with the product")
            self.fields["attribute"].label = _("Or with every product of")

    def is_valid(self) -> bool:
        """Tell whether the rule may be stored; one that is only tried may not."""
        return super().is_valid() and PREVIEW not in self.data

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in VALUES.keys() & cleaned.keys():
            cleaned[name], _equals, value = cleaned[name].partition("=")
            setattr(self.instance, VALUES[name], value)
        for product, kind in (("product", "attribute"), ("on_product", "on_attribute")):
            if cleaned.get(product) and cleaned.get(kind):
                self.add_error(kind, _("Choose a product or a kind of product, not both."))
        if cleaned.get("both_ways") and not (cleaned.get("product") and cleaned.get("on_product")):
            self.add_error("both_ways", _("It takes two products: one, and the one it is beside."))
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("It must end after it starts."))
        return cleaned
