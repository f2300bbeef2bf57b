"""What a host's own product page may use: states, retry, and what shoppers will be shown.

class GarmentAdmin(RecommendedProductAdmin):
    list_display = ["title", "price", "recommender_state"]
    list_filter = [ProductStateFilter]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from recommender.admin.inspector import inspector
from recommender.admin.jobs import tell_retried
from recommender.admin.rendering import badge, cards_of, product_page, rule_page, thumbnail
from recommender.catalog import Card, catalog
from recommender.explain.farthest import farthest_products
from recommender.models import Rule
from recommender.pipeline.retries import retry_failed_pictures
from recommender.pipeline.status import WAITING, PictureStatus, State, product_state
from recommender.rules.changes import forbid_pair
from recommender.strips.goes_with import goes_with
from recommender.strips.items import Item, Strip
from recommender.strips.similar import similar_products

ADD_RULE = "recommender.add_rule"
RETRY_FORM = "retry-form"  # its button sits inside the product's own form, the form itself below it


class ProductStateFilter(admin.SimpleListFilter):
    """By how far the engine is with a product's pictures."""

    title = _("recommendations")
    parameter_name = "recommendations"
    states = {
        "waiting": (_("Waiting"), WAITING),
        "failed": (_("Failed"), (State.FAILED,)),
        "ready": (_("Ready"), (State.READY,)),
        "none": (_("No picture"), (State.NONE,)),
    }

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, (label, _states) in self.states.items()]

    def queryset(self, _request: Any, products: QuerySet[Any]) -> QuerySet[Any]:
        _label, wanted = self.states.get(self.value() or "", ("", ()))
        if not wanted:
            return products
        return products.filter(recommender_state_value__in=wanted)


@dataclass(frozen=True)
class PreviewedItem:
    """One product of a strip as the merchant sees it: with its score and its own admin page."""

    item: Item
    card: Card
    thumbnail: SafeString
    page: str
    pin: str  # where a rule about it is written, begun with what is known
    hide: str  # beside this product, in this strip
    hide_everywhere: str
    never: str


@dataclass(frozen=True)
class FarProduct:
    """A product at the other end of the order: shown to nobody, to judge the order by."""

    score: float
    card: Card
    thumbnail: SafeString
    page: str


@dataclass(frozen=True)
class Preview:
    """A strip as shoppers will see it, for the merchant."""

    title: str
    strip: Strip
    name: str
    items: Sequence[PreviewedItem]


class RecommendedProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A product's page with the state of its pictures, a retry and a preview of both strips."""

    actions: Sequence[Any] = ["retry_failed"]
    change_form_template = "recommender/admin/product_change_form.html"
    change_list_template = "recommender/admin/change_list.html"

    class Media:
        css = {"all": ["recommender/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        rows = rows.annotate(recommender_state_value=product_state())
        return rows

    @admin.display(description=_("Recommendations"), ordering="recommender_state_value")
    def recommender_state(self, product: Any) -> SafeString:
        return badge(PictureStatus(State(product.recommender_state_value)))

    @admin.action(description=_("Try failed pictures again"), permissions=["change"])
    def retry_failed(self, request: HttpRequest, products: QuerySet[Any]) -> None:
        count = retry_failed_pictures(products)
        text = ngettext(
            "%(n)s picture will be tried again.", "%(n)s pictures will be tried again.", count
        )
        none = gettext("No failed pictures among these.")
        tell_retried(self, request, count, text=text, none=none)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name the products only: what the engine kept of them is no loss to the merchant."""
        lines, counts, missing, protected = super().get_deleted_objects(objs, request)
        engine = {
            str(m._meta.verbose_name_plural)
            for m in apps.get_app_config("recommender").get_models()
        }
        shown = {name: count for name, count in counts.items() if str(name) not in engine}
        return [line for line in lines if isinstance(line, str)], shown, missing, protected

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        retry = self.admin_site.admin_view(self.retry_view)
        apart = self.admin_site.admin_view(self.apart_view)
        inspect = self.admin_site.admin_view(self.inspect_view)
        return [
            path("<path:object_id>/retry/", retry, name=f"{name}_retry"),
            path("<path:object_id>/apart/", apart, name=f"{name}_apart"),
            path("<path:object_id>/inspect/", inspect, name=f"{name}_inspect"),
            *super().get_urls(),
        ]

    def inspect_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Why another product stands beside this one, or why not."""
        return inspector(request, pages=self, product=self.get_object(request, object_id))

    def retry_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Try one product's failed pictures again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        product = self.get_object(request, object_id)
        if product is None or not self.has_change_permission(request, product):
            raise PermissionDenied
        self.retry_failed(request, self.model._default_manager.filter(pk=product.pk))
        return HttpResponseRedirect(product_page(product.pk))

    def apart_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Thumbs down: the two are never beside each other again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        product = self.get_object(request, object_id)
        other = self.get_object(request, request.POST.get("other", ""))
        if product is None or other is None or not request.user.has_perm(ADD_RULE):
            raise PermissionDenied
        by = request.user.get_username()
        rule = forbid_pair(product.pk, other.pk, strip="", by=by)
        link = format_html('<a href="{}">{}</a>', rule_page(rule.pk), gettext("The rule"))
        text = format_html("{} {}", gettext("No more beside %s.") % other, link)
        self.message_user(request, text)
        return HttpResponseRedirect(product_page(product.pk))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        obj = context["original"]
        previews = [preview for preview in (previews_of(obj) if obj else ()) if preview.items]
        may_rule = request.user.has_perm(ADD_RULE) and bool(rule_page())
        context |= {"previews": previews, "retry_form": RETRY_FORM, "may_rule": may_rule}
        context["farthest"] = farthest_of(obj) if previews else []
        return super().render_change_form(request, context, *args, **named)


def previews_of(product: Any) -> list[Preview]:
    """Both strips of a product, as its page in the shop will show them."""
    strips = [
        (gettext("Similar"), Rule.Strip.SIMILAR, similar_products(product)),
        (gettext("Goes well with"), Rule.Strip.GOES_WITH, goes_with(product)),
    ]
    return [
        Preview(title, strip, name, [_previewed(item, product, name) for item in strip.items])
        for title, name, strip in strips
    ]


def farthest_of(product: Any) -> list[FarProduct]:
    """The five products that look least like it, the farthest first."""
    scores = dict(farthest_products(product.pk))
    cards = cards_of(scores)
    return [
        FarProduct(score, cards[pk], thumbnail(cards[pk].picture), product_page(pk))
        for pk, score in scores.items()
    ]


def _previewed(item: Item, product: Any, strip: str) -> PreviewedItem:
    card = catalog().card(item.product)
    pair = {"product": item.product.pk, "on_product": product.pk}
    here = pair | {"strip": strip}
    return PreviewedItem(
        item,
        card,
        thumbnail(card.picture),
        product_page(item.product.pk),
        pin=rule_page(kind=Rule.Kind.PIN, position=item.rank, **here),
        hide=rule_page(kind=Rule.Kind.HIDE, **here),
        hide_everywhere=rule_page(kind=Rule.Kind.HIDE, product=item.product.pk),
        never=rule_page(kind=Rule.Kind.NEVER_TOGETHER, **pair),
    )
