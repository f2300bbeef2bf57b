"""The inspector: for two products and a strip, why the one stands beside the other, or why not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender.admin.regions import region_view
from recommender.admin.rendering import cards_of, product_page, rule_page, thumbnail
from recommender.catalog import Card, catalog
from recommender.explain.strip_question import GOES_WITH, SIMILAR
from recommender.explain.why import why
from recommender.explain.why_not import Placement
from recommender.ranking.statement import Standing

BEYOND = 4  # rows that are shown below the strip's end


class InspectForm(forms.Form):
    other = forms.CharField(label=_("Product"), max_length=200)
    strip = forms.ChoiceField(
        label=_("Strip"),
        choices=[(SIMILAR.value, SIMILAR.label), (GOES_WITH.value, GOES_WITH.label)],
    )

    regions = forms.BooleanField(
        label=_("Show where in the pictures"),
        required=False,
        help_text=_("A worker looks at both pictures again; takes a few seconds the first time."),
    )

    def __init__(self, *args: Any, pages: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages, self._request = pages, request
        self.fields["other"].help_text = _("Its number, its primary key or words of its name.")

    def clean_other(self) -> Any:
        text = self.cleaned_data["other"].strip()
        found = found_products(text, pages=self._pages, request=self._request)
        if not found:
            raise ValidationError(gettext("There is no such product."))
        if len(found) > 1:
            names = ", ".join(str(product) for product in found)
            raise ValidationError(gettext("Several products match: %s …") % names)
        return found[0]


@dataclass(frozen=True)
class RankedRow:
    """One line of the list around the cut."""

    rank: int | None
    score: float
    card: Card
    thumbnail: SafeString
    page: str
    is_asked: bool
    is_shown: bool


def found_products(text: str, *, pages: Any, request: HttpRequest) -> Sequence[Any]:
    """The products a merchant means, hidden ones too; three at most where the text is vague.

    `pages` is the admin of the host's products, here and below.
    """
    rows = pages.get_queryset(request)
    for find in (catalog().find, lambda key: rows.get(pk=key)):
        try:
            return [find(text)]
        except (ObjectDoesNotExist, ValueError, ValidationError):
            continue
    if not pages.search_fields:
        return []
    matching, _may_repeat = pages.get_search_results(request, rows, text)
    return list(matching[:3])


def inspector(request: HttpRequest, *, pages: Any, product: Any) -> HttpResponse:
    """The page for one product; what is asked stands in its address."""
    if product is None:
        raise Http404
    if not pages.has_view_permission(request, product):
        raise PermissionDenied
    form = InspectForm(
        request.GET or None, pages=pages, request=request, initial={"strip": SIMILAR.value}
    )
    context = {
        **pages.admin_site.each_context(request),
        "title": _("Inspector"),
        "opts": pages.opts,
        "product": product,
        "page": product_page(product.pk),
        "form": form,
    }
    if form.is_valid():
        context |= _answer(product, **form.cleaned_data)
    return TemplateResponse(request, "recommender/admin/inspector.html", context)


def _answer(product: Any, *, other: Any, strip: str, regions: bool) -> dict[str, Any]:
    explanation = why(product, other, strip=strip, beyond=BEYOND)
    cards = cards_of([other.pk])
    return {
        "explanation": explanation,
        "other": cards[other.pk],
        "other_picture": thumbnail(cards[other.pk].picture),
        "other_page": product_page(other.pk),
        "instead_page": product_page(explanation.placement.instead or ""),
        "rule_page": rule_page(explanation.placement.rule),
        "rows": _rows(explanation.placement, other),
        **(region_view(product, other, strip=strip, explanation=explanation) if regions else {}),
    }


def _rows(placement: Placement, other: Any) -> list[RankedRow]:
    """The strip, a few below its end, and the product asked about or the one in its place."""
    standings = placement.standings
    cards = cards_of(one.row.pk for one in standings)
    return [
        RankedRow(
            rank=rank,
            score=placement.scores[one.row.pk],
            card=cards[one.row.pk],
            thumbnail=thumbnail(cards[one.row.pk].picture),
            page=product_page(one.row.pk),
            is_asked=one.row.pk == other.pk,
            is_shown=one.is_shown,
        )
        for one, rank in zip(standings, _ranks(standings), strict=True)
    ]


def _ranks(standings: Sequence[Standing]) -> Iterator[int | None]:
    """Ranks without a gap: what gave way to something more unlike counts among those not shown.

    Only one that is asked about from far below says its own. None: its slot has used up its share.
    """
    end = sum(one.is_shown for one in standings)
    below = 0
    for one in standings:
        if one.is_shown:
            yield one.rank
        elif one.is_crowded_out:
            yield None
        else:
            below += 1
            yield one.rank if one.rank > end + BEYOND else end + below
