"""The values that occur in the shop, for choosing one."""

from django.db.models import CharField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from recommender.catalog import catalog
from recommender.models import Slot
from recommender.models.rules import SLOT
from recommender.ranking.filters import PRICE

MOST = 200  # values of one attribute that are offered


def attribute_values() -> dict[str, list[tuple[str, str]]]:
    """Attribute → (value, label) in use, in order, at most 200 each; one query per attribute.

    Prices are left out: a window says those better.
    """
    known = {SLOT: catalog().slot(), **catalog().attributes()}
    return {name: _values(name, known[name]) for name in known if name != PRICE}


def _values(name: str, expression: Combinable) -> list[tuple[str, str]]:
    rows = catalog().products().order_by().annotate(reco_value=Cast(expression, CharField()))
    found = rows.exclude(reco_value=Value("")).exclude(reco_value=None)
    values = found.values_list("reco_value", flat=True).distinct().order_by("reco_value")[:MOST]
    labels = dict(Slot.choices) if name == SLOT else {}
    return [(value, str(labels.get(value, value))) for value in values]
