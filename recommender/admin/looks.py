"""Looks: products a person put together, with their pictures."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from recommender.admin.rendering import can_search_products, cards_of, product_row, thumbnail
from recommender.catalog import Card
from recommender.models import Look, LookItem


class LookItemInline(admin.TabularInline):  # type: ignore[type-arg]
    model = LookItem
    fields = ["preview", "product", "position"]
    readonly_fields = ["preview"]
    raw_id_fields = ["product"]
    extra = 0
    verbose_name = _("product")
    verbose_name_plural = _("Products of this look")

    cards: dict[Any, Card]  # an inline lives for one request

    def get_autocomplete_fields(self, _request: HttpRequest) -> list[str]:
        return ["product"] if can_search_products(self.admin_site) else []

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        items = obj.items.values_list("product_id", flat=True) if obj else ()
        self.cards = cards_of(items)
        return super().get_formset(request, obj, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LookItem]:
        rows: QuerySet[LookItem] = super().get_queryset(request)
        return rows.select_related("product", "look")

    @admin.display(description="")
    def preview(self, item: LookItem) -> SafeString:
        card = self.cards.get(item.product_id)
        return thumbnail(card.picture if card else None)


@admin.register(Look)
class LookAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["__str__", "pictures", "source", "created_at"]
    search_fields = ["title", "source"]
    list_per_page = 25
    inlines = [LookItemInline]
    change_list_template = "recommender/admin/change_list.html"
    change_form_template = "recommender/admin/look_form.html"

    class Media:
        css = {"all": ["recommender/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Look]:
        rows: QuerySet[Look] = super().get_queryset(request)
        return rows.prefetch_related("items")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Fetch the products of all looks of the page at once."""
        page = super().get_changelist_instance(request)
        cards = cards_of(item.product_id for look in page.result_list for item in look.items.all())
        for look in page.result_list:
            look.cards = [cards[item.product_id] for item in look.items.all()]
        return page

    @admin.display(description=_("Products"))
    def pictures(self, look: Any) -> SafeString:
        return product_row(look.cards)
