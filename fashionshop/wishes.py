"""Which products do for a shopper's wish, where one value serves several wishes."""

import re
from collections.abc import Iterable

from django.db.models import Q

from recommender.catalog import Catalog

# What a shopper who asks for a gender or a season accepts as well.
ALSO_FITS = Catalog.suits_all


def fitting(name: str, values: Iterable[str]) -> Q:
    """Products of any of these genders or seasons, and those for all of them."""
    return Q(**{f"{name}__in": [*values, ALSO_FITS[name]]})


def of_size(values: Iterable[str]) -> Q:
    """Products to be had in any of these sizes, which stand in one text with spaces between."""
    words = "|".join(re.escape(value) for value in values)
    return Q(sizes__regex=rf"(^|\s)({words})(\s|$)")
