"""The form of a rule: the fields its kind needs, and no other."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recommender.models import Rule
from recommender.rules.attribute_values import attribute_values

Kind = Rule.Kind
HERE = ("strip", "on_product", "on_attribute")
WHEN = ("is_enabled", ("starts_at", "ends_at"), "note")
SAID = {
    Kind.PIN: _("One product at a position of your choice, as long as it is in stock."),
    Kind.HIDE: _("A product, or a kind of product, is left out: everywhere or beside some."),
    Kind.BOOST: _("Moves products up, without forcing them."),
    Kind.BURY: _("Moves products down, without hiding them."),
    Kind.NEVER_TOGETHER: _(
        "Two kinds of product are never beside each other, such as shoes and swimwear."
    ),
    Kind.PRICE_WINDOW: _("Only products of about the price of the one they stand beside."),
}
WHAT: dict[str, tuple[str, ...]] = {
    Kind.PIN: ("product", "position"),
    Kind.HIDE: ("product", "attribute", "both_ways"),
    Kind.BOOST: ("product", "attribute", "strength"),
    Kind.BURY: ("product", "attribute", "strength"),
    Kind.NEVER_TOGETHER: ("on_attribute", "attribute"),
    Kind.PRICE_WINDOW: ("percent",),
}
LABELS = {
    "product": _("Product"),
    "attribute": _("Or every product of"),
    "on_product": _("Only beside this product"),
    "on_attribute": _("Only beside products of"),
    "both_ways": _("Both ways"),
    "percent": _("Per cent"),
    "starts_at": _("From"),
    "ends_at": _("Until"),
}
ATTRIBUTES = {  # those every shop's API knows; a host's own keep the name it gave them
    "slot": _("Slot"),
    "category": _("Category"),
    "gender": _("Gender"),
    "season": _("Season"),
    "size": _("Size"),
    "colour": _("Colour"),
}
HELP: dict[str, Any] = {
    "product": "",
    "on_product": _("Empty: beside all."),
    "percent": _("40 keeps to prices from 40 % below to 40 % above the product's own."),
    "strength": _("0 does nothing, 0.1 moves a few places, 1 puts first or last."),
    "both_ways": _("Hide each of the two beside the other."),
}


def fieldsets_of(kind: str) -> list[tuple[Any, dict[str, Any]]]:
    """The groups of fields that a rule of this kind is asked for."""
    here = [name for name in HERE if name not in WHAT[kind]]
    where = ["strip"] if kind == Kind.NEVER_TOGETHER else here
    return [
        (str(Kind(kind).label), {"fields": WHAT[kind], "description": SAID[Kind(kind)]}),
        (_("Where"), {"fields": where}),
        (_("When"), {"fields": WHEN}),
    ]


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A kind of product is one choice, `season=SUMMER`; the rule keeps the two apart."""

    class Meta:
        model = Rule
        exclude = ("kind", "value", "on_value", "is_feedback")  # noqa: DJ006 -- fieldsets name the fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = _kinds_of_product(self.instance)
        for name in ("attribute", "on_attribute"):
            if name in self.fields:
                self._offer(name, kinds)
        for name, field in self.fields.items():
            field.label = LABELS.get(name) or field.label
            field.help_text = HELP.get(name, field.help_text)
        self._name_two_kinds()

    def _offer(self, name: str, kinds: list[Any]) -> None:
        field = forms.ChoiceField(choices=kinds, required=False)
        self.fields[name] = field
        rule, value = self.instance, name.replace("attribute", "value")
        if getattr(rule, name):
            self.initial[name] = f"{getattr(rule, name)}={getattr(rule, value)}"

    def _name_two_kinds(self) -> None:
        if self.instance.kind == Kind.NEVER_TOGETHER:
            self.fields["on_attribute"].label = _("Products of")
            self.fields["attribute"].label = _("never with products of")

    def clean_attribute(self) -> str:
        return self._apart("attribute")

    def clean_on_attribute(self) -> str:
        return self._apart("on_attribute")

    def _apart(self, name: str) -> str:
        chosen, _equals, value = self.cleaned_data[name].partition("=")
        setattr(self.instance, name.replace("attribute", "value"), value)
        return str(chosen)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("product") and cleaned.get("attribute"):
            self.add_error("attribute", _("Choose a product or a kind of product, not both."))
        if cleaned.get("on_product") and cleaned.get("on_attribute"):
            self.add_error("on_attribute", _("Choose a product or a kind of product, not both."))
        if cleaned.get("both_ways") and not (cleaned.get("product") and cleaned.get("on_product")):
            self.add_error("both_ways", _("It takes two products: one, and the one it is beside."))
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("It must end after it starts."))
        return cleaned


def _kinds_of_product(rule: Rule) -> list[Any]:
    """Choices in groups by attribute; what the rule says already stays choosable."""
    groups = attribute_values()
    for name, value in ((rule.attribute, rule.value), (rule.on_attribute, rule.on_value)):
        offered = groups.setdefault(name, []) if name else []
        if name and value not in [known for known, _label in offered]:
            offered.append((value, value))
    return [
        ("", "---------"),
        *((_heading(name), _choices(name, values)) for name, values in groups.items() if values),
    ]


def _heading(name: str) -> str:
    return str(ATTRIBUTES.get(name, name.capitalize()))


def _choices(name: str, values: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(f"{name}={value}", label) for value, label in values]
