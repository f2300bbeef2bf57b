"""The merchant's side of the shop."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fashionshop.catalog import amount, picture_source
from fashionshop.login import ThrottledLogin
from fashionshop.misfiled import misfiled_products, misfiled_text
from fashionshop.models import Category, Order, OrderLine, Product, ProductPicture
from fashionshop.uploads import PhotosField, add_pictures
from recommender.admin.products import RETRY_FORM, ProductStateFilter, RecommendedProductAdmin
from recommender.admin.rendering import badge, thumbnail
from recommender.pipeline.status import NOT_NOTED, picture_statuses
from recommender.ranking.designs import products_with_same_picture

admin.site.site_header = "Fashionshop"
admin.site.site_title = "Fashionshop"
admin.site.index_title = _("Your shop")
admin.site.login_form = ThrottledLogin


class ProductForm(forms.ModelForm):
    add_pictures = PhotosField(
        label=_("Add pictures"),
        required=False,
        help_text=_(
            "One photo or many at once, the first is the cover: JPEG, PNG, WebP, AVIF or HEIC."
        ),
    )

    class Meta:
        model = Product
        exclude = ()  # noqa: DJ006 -- the admin's fieldsets name the fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "stock" in self.fields:  # a piece may be sold while the form is open
            self.fields["stock"].show_hidden_initial = True
        if "title" in self.fields:
            self.fields["title"].required = False
            self.fields["title"].help_text = _("Left empty: the category and the SKU.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("is_published"):
            for name, reason in self._missing(cleaned):
                self.add_error(name, reason)
        if "title" in cleaned and not cleaned["title"] and cleaned.get("category"):
            cleaned["title"] = f"{cleaned['category']} {cleaned.get('sku', '')}".strip()
        return cleaned

    def _missing(self, cleaned: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """What a product needs before shoppers may see it, by the field that gives it."""
        if "price" in self.fields and "price" not in self.errors and not cleaned.get("price"):
            yield (
                "price",
                gettext("Without a price it cannot be published. Say one, or keep it as a draft."),
            )
        has_picture = self.instance.pk and self.instance.pictures.exists()
        photos = cleaned.get("add_pictures")
        if not has_picture and not photos and "add_pictures" not in self.errors:
            field = "add_pictures" if "add_pictures" in self.fields else "is_published"
            yield (
                field,
                gettext(
                    "Without a picture it cannot be published. Add one, or keep it as a draft."
                ),
            )


class PictureInline(admin.StackedInline):
    """The stored pictures: seen, put in order, deleted. New ones come by `add_pictures`."""

    model = ProductPicture
    fields = ["preview", "state", "position"]
    readonly_fields = ["preview", "state"]
    extra = 0
    template = "admin/fashionshop/product/pictures.html"
    verbose_name_plural = _("Pictures")

    def has_add_permission(self, _request: HttpRequest, _obj: Any) -> bool:
        return False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Look up the states once; an inline lives for one request."""
        self.statuses = picture_statuses(obj)
        self.retry_form = RETRY_FORM if self.has_change_permission(request, obj) else ""
        return super().get_formset(request, obj, **kwargs)

    @admin.display(description="")
    def preview(self, picture: ProductPicture) -> SafeString:
        return thumbnail(picture_source(picture, alt=""))

    @admin.display(description="")
    def state(self, picture: ProductPicture) -> SafeString:
        status = self.statuses.get(picture.file.name, NOT_NOTED)
        return badge(status, retry_form=self.retry_form)


class MisfiledFilter(admin.SimpleListFilter):
    title = _("picture and category")
    parameter_name = "misfiled"

    def lookups(self, _request: HttpRequest, _pages: Any) -> list[tuple[str, str]]:
        return [("yes", gettext("Looks like something else"))]

    def queryset(self, _request: HttpRequest, products: Any) -> Any:
        return misfiled_products(products) if self.value() == "yes" else products


@admin.register(Product)
class ProductAdmin(RecommendedProductAdmin):
    form = ProductForm
    inlines = [PictureInline]
    list_display = [
        *("cover", "title", "category", "price", "stock", "is_published"),
        "recommender_state",
    ]
    list_display_links = ["cover", "title"]
    list_filter = [
        *("is_published", ProductStateFilter, MisfiledFilter),
        *("category__slot", "category"),
    ]
    list_select_related = ["category"]
    list_per_page = 50
    show_full_result_count = False
    change_list_template = "admin/fashionshop/product/change_list.html"
    search_fields = ["title", "sku", "colour", "design"]
    search_help_text = _("Title, SKU, colour or design")
    radio_fields = {"gender": admin.HORIZONTAL, "season": admin.HORIZONTAL}
    fieldsets = [
        (
            None,
            {"fields": ["add_pictures", "title", "category", ("price", "stock"), "is_published"]},
        ),
        (
            _("Details"),
            {
                "fields": ["sku", "design", "colour", "sizes", "gender", "season", "description"],
                "classes": ["collapse"],
            },
        ),
    ]

    @property
    def media(self) -> forms.Media:
        own = forms.Media(css={"all": ["fashionshop/admin.css"]}, js=["fashionshop/admin.js"])
        return super().media + own

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).prefetch_related("pictures")

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        """Offer the upload to those who may add pictures."""
        may_save = (
            self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        )
        if may_save and request.user.has_perm("fashionshop.add_productpicture"):
            return self.fieldsets
        (_name, first), *rest = self.fieldsets
        kept = [name for name in first["fields"] if name != "add_pictures"]
        return [(None, {"fields": kept}), *rest]

    def get_inlines(self, _request: HttpRequest, obj: Product | None) -> list[Any]:
        return self.inlines if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "sku": _next_sku(),
            "stock": 1,
            "is_published": False,
        } | super().get_changeform_initial_data(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        product = context["original"]
        if product and (text := misfiled_text(product)):
            self.message_user(request, text, messages.WARNING)
        return super().render_change_form(request, context, *args, **named)

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:  # noqa: PLR0917 -- Django calls it so
        """Write what was changed and no more."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        fields = {field.name for field in obj._meta.fields}
        obj.save(update_fields=fields & set(form.changed_data))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: PLR0917 -- Django calls it so
        super().save_related(request, form, formsets, change)
        photos = form.cleaned_data.get("add_pictures", [])
        added = add_pictures(form.instance, photos)
        if added < len(photos):
            text = ngettext(
                "%(n)s of the photos was here already and was left out.",
                "%(n)s of the photos were here already and were left out.",
                len(photos) - added,
            )
            self.message_user(request, text % {"n": len(photos) - added}, messages.WARNING)
        if added:
            self._warn_of_duplicates(request, form.instance)

    def _warn_of_duplicates(self, request: HttpRequest, product: Product) -> None:
        twins = products_with_same_picture(product)[:5]
        if names := ", ".join(f"{twin.title} ({twin.sku})" for twin in twins):
            text = gettext("A picture of this product is also a picture of: %s.") % names
            self.message_user(request, text, messages.WARNING)

    @admin.display(description="")
    def cover(self, product: Product) -> SafeString:
        return thumbnail(picture_source(product.cover, alt="") if product.cover else None)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "slot", "product_count"]
    list_filter = ["slot"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return super().get_queryset(request).annotate(product_count=Count("products"))

    @admin.display(description=_("Products"), ordering="product_count")
    def product_count(self, category: Category) -> int:
        return category.product_count


class ReadOnly:
    """What shoppers made is looked at, and changed by nobody."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class OrderLineInline(ReadOnly, admin.TabularInline):
    model = OrderLine
    fields = ["title", "sku", "size", "price", "quantity"]
    extra = 0


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    inlines = [OrderLineInline]
    list_display = ["__str__", "created_at", "name", "email", "sum"]
    fields = ["created_at", "name", "email", "address", "user", "sum"]
    readonly_fields = ["sum"]
    date_hierarchy = "created_at"
    search_fields = ["name", "email", "lines__sku", "lines__title"]
    search_help_text = _("Name, e-mail, SKU or title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).prefetch_related("lines")

    @admin.display(description=_("Total"))
    def sum(self, order: Order) -> str:
        return amount(order.total)


def _next_sku() -> str:
    last = Product.objects.aggregate(pk=Max("pk"))["pk"] or 0
    return f"P{last + 1:05d}"
