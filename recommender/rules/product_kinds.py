"""The kinds of product in the shop, for choosing one: every value of every attribute."""

from typing import Any

from django.db.models import CharField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from recommender.catalog import catalog, product_model
from recommender.models import Slot
from recommender.models.rules import SLOT
from recommender.ranking.filters import PRICE

MOST = 200  # values of one attribute that are offered
HEADINGS = {  # of attributes that every shop's API knows; a host's own keep the name it gave them
    SLOT: _("Slot"),
    "category": _("Category"),
    "gender": _("Gender"),
    "season": _("Season"),
    "size": _("Size"),
    "colour": _("Colour"),
}


def product_kinds(*chosen: tuple[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(`attribute=value`, label) in groups by attribute: what occurs, in order, and what is `chosen`.

    At most 200 each; one query per attribute. Prices are left out: a window says those better.
    """
    columns = {SLOT: catalog().slot(), **catalog().attributes()}
    labels = {name: _labels(column) for name, column in columns.items()}
    labels[SLOT] = labels[SLOT] or dict(Slot.choices)
    groups = {name: _values(column) for name, column in columns.items() if name != PRICE}
    for name, value in chosen:
        if name and value not in groups.setdefault(name, []):
            groups[name].append(value)
    return [
        (
            str(HEADINGS.get(name, name.capitalize())),
            [(f"{name}={value}", str(labels.get(name, {}).get(value, value))) for value in values],
        )
        for name, values in groups.items()
        if values
    ]


def _values(column: Combinable) -> list[str]:
    rows = catalog().products().order_by().annotate(reco_value=Cast(column, CharField()))
    values = (
        rows.exclude(reco_value="").exclude(reco_value=None).values_list("reco_value", flat=True)
    )
    return list(values.distinct().order_by("reco_value")[:MOST])


def _labels(column: Combinable) -> dict[Any, Any]:
    """What people call the values, where the column is a field of the host's with choices."""
    name = getattr(column, "name", "")
    fields = {field.name: field for field in product_model()._meta.concrete_fields}
    return dict(fields[name].flatchoices) if name in fields else {}
