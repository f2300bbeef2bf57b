"""How a shopper narrows a category."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import (
    BooleanFilter,
    ChoiceFilter,
    FilterSet,
    MultipleChoiceFilter,
    NumberFilter,
)

from fashionshop.models import Gender, Product, Season
from fashionshop.sizes import by_size, sizes_of
from fashionshop.wishes import ALSO_FITS, fitting, of_size

ORDERS = {
    "new": (_("New in"), ("-created_at", "-pk")),
    "cheap": (_("Price, low to high"), ("price", "-pk")),
    "dear": (_("Price, high to low"), ("-price", "-pk")),
}


class ProductFilter(FilterSet):
    """Offers only what the given products have, in stock; values that make no sense are passed over."""

    gender = MultipleChoiceFilter(
        method="fitting", widget=forms.CheckboxSelectMultiple, label=_("For")
    )
    season = MultipleChoiceFilter(
        method="fitting", widget=forms.CheckboxSelectMultiple, label=_("Season")
    )
    size = MultipleChoiceFilter(
        method="of_size", widget=forms.CheckboxSelectMultiple, label=_("Size")
    )
    colour = ChoiceFilter(label=_("Colour"), empty_label=_("Any colour"))
    price_min = NumberFilter("price", lookup_expr="gte", min_value=0, label=_("From €"))
    price_max = NumberFilter("price", lookup_expr="lte", min_value=0, label=_("To €"))
    sold_out = BooleanFilter(
        method="also_sold_out", widget=forms.CheckboxInput, label=_("Also what is sold out")
    )
    sort = ChoiceFilter(
        method="in_order",
        empty_label=None,
        label=_("Sort by"),
        choices=[(key, label) for key, (label, _fields) in ORDERS.items()],
    )

    class Meta:
        model = Product
        fields: list[str] = []

    def __init__(self, data: Mapping[str, Any], *, queryset: QuerySet[Product]) -> None:
        super().__init__(data, queryset=queryset)
        for name, choices in _choices(queryset).items():
            self.filters[name].extra["choices"] = choices

    @property
    def is_narrowed(self) -> bool:
        """Whether less was asked for than there is."""
        widening = {"sort", "sold_out"}
        return any(value for name, value in self.form.cleaned_data.items() if name not in widening)

    def fitting(self, products: QuerySet, name: str, values: list[str]) -> QuerySet:
        return products.filter(fitting(name, values)) if values else products

    def of_size(self, products: QuerySet, _name: str, values: list[str]) -> QuerySet:
        return products.filter(of_size(values)) if values else products

    def also_sold_out(self, products: QuerySet, _name: str, is_wanted: bool) -> QuerySet:
        return products if is_wanted else products.in_stock()

    def in_order(self, products: QuerySet, _name: str, order: str) -> QuerySet:
        return products.order_by(*ORDERS[order][1])


class SearchFilter(ProductFilter):
    """The same for what a search found, which comes in an order of its own."""

    sort = ChoiceFilter(
        method="in_order",
        empty_label=_("Best match"),
        label=_("Sort by"),
        choices=ProductFilter.base_filters["sort"].extra["choices"],
    )


def _choices(products: QuerySet[Product]) -> dict[str, list[tuple[str, str]]]:
    """The values that occur among the products; one query."""
    fields = ("gender", "season", "colour", "sizes")
    found = products.order_by().aggregate(
        **{
            f"all_{name}": ArrayAgg(name, distinct=True, default=[], filter=~Q(**{name: ""}))
            for name in fields
        }
    )
    sizes = {size for text in found["all_sizes"] for size in sizes_of(text)}
    return {
        "gender": _values_in_use(Gender, found["all_gender"]),
        "season": _values_in_use(Season, found["all_season"]),
        "colour": _same(sorted(found["all_colour"], key=str.lower)),
        "size": _same(sorted(sizes, key=by_size)),
    }


def _values_in_use(kinds: type[Gender | Season], found: Iterable[str]) -> list[tuple[str, str]]:
    """Offer what occurs, but for the value that fits every wish."""
    return [
        (value, label)
        for value, label in kinds.choices
        if value in found and value not in ALSO_FITS.values()
    ]


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]
