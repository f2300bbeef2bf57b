"""The merchant's rules: written without code, tried out before they hold, taken back at will."""

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.admin.rendering import thumbnail
from recommender.admin.rule_forms import SAID, RuleForm, fieldsets_of
from recommender.catalog import catalog, product_model
from recommender.models import Rule, RuleChange
from recommender.models.rules import RuleState
from recommender.rules.changes import CannotUndo, delete_rule, save_rule, switch_rules, undo
from recommender.rules.conflicts import Conflict, conflicts_among, conflicts_of
from recommender.rules.preview import RulePreview, StripPreview, rule_preview
from recommender.strips.items import Strip

PREVIEW = "_preview"


class RuleStateFilter(admin.SimpleListFilter):
    """By whether rules hold now."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, Any]]:
        return list(RuleState.choices)

    def queryset(self, _request: Any, rules: QuerySet[Rule]) -> QuerySet[Rule]:
        return (
            rules.filter(**{"state": self.value()}) if self.value() in RuleState.values else rules
        )


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = RuleForm
    list_display = ["__str__", "strip_label", "state_badge", "contradicts", "origin"]
    list_filter = ["kind", RuleStateFilter, "strip", "is_feedback"]
    list_select_related = ["product", "on_product"]
    list_per_page = 50
    raw_id_fields = ["product", "on_product"]
    actions = ["put_in_use", "take_out_of_use"]
    change_list_template = "recommender/admin/rules.html"
    change_form_template = "recommender/admin/rule_form.html"

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(css={"all": ["recommender/admin.css"]})

    def get_queryset(self, request: HttpRequest) -> Any:
        rules: Any = super().get_queryset(request)
        return rules.with_state()

    def get_autocomplete_fields(self, _request: HttpRequest) -> list[str]:
        """Search by name where the host's product page can be searched; else a look-up window."""
        page = self.admin_site._registry.get(product_model())
        return ["product", "on_product"] if page and page.search_fields else []

    def get_fieldsets(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        return fieldsets_of(_kind(request, obj))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A form that knows the kind before it is filled in."""
        form = super().get_form(request, obj, change, **kwargs)
        kind = _kind(request, obj)

        class OfKind(form):  # type: ignore[misc,valid-type]
            def __init__(self, *args: Any, **given: Any) -> None:
                given["instance"] = given.get("instance") or Rule(kind=kind)
                super().__init__(*args, **given)

        return OfKind

    def changeform_view(  # noqa: PLR0917 -- Django calls it so
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None and request.GET.get("kind") not in Rule.Kind.values:
            return self._kinds(request)
        if request.method == "POST" and PREVIEW in request.POST:
            rule = self.get_object(request, object_id) if object_id else None
            form = self.get_form(request, rule, change=rule is not None)(
                request.POST, instance=rule
            )
            if form.is_valid():
                return self._preview(request, form, original=rule)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        if obj := context["original"]:
            context.setdefault("conflicts", _linked(conflicts_of(obj, now=timezone.now())))
        return super().render_change_form(request, context, *args, **named)

    def history_view(
        self, _request: HttpRequest, object_id: str, _extra: Any = None
    ) -> HttpResponse:
        """The rule's changes, where each can be undone."""
        page = reverse("admin:recommender_rulechange_changelist")
        return HttpResponseRedirect(f"{page}?rule_number={int(object_id)}")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Find what contradicts each rule of the page."""
        page = super().get_changelist_instance(request)
        live = Rule.objects.filter(is_enabled=True).select_related("product", "on_product")
        found = defaultdict(list)
        for one in conflicts_among(list(live), now=timezone.now()):
            for rule in filter(None, {one.rule, one.other}):
                found[rule.pk].append(one)
        for rule in page.result_list:
            rule.conflicts = found[rule.pk]
        return page

    def save_model(self, request: HttpRequest, obj: Rule, _form: Any, _change: bool) -> None:
        save_rule(obj, by=request.user.get_username())
        for line in _linked(conflicts_of(obj, now=timezone.now())):
            self.message_user(request, line, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        delete_rule(obj, by=request.user.get_username())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        for rule in queryset:
            self.delete_model(request, rule)

    @admin.action(description=_("Put in use"), permissions=["change"])
    def put_in_use(self, request: HttpRequest, rules: QuerySet[Rule]) -> None:
        self._switch(request, rules, is_enabled=True)

    @admin.action(description=_("Take out of use"), permissions=["change"])
    def take_out_of_use(self, request: HttpRequest, rules: QuerySet[Rule]) -> None:
        self._switch(request, rules, is_enabled=False)

    @admin.display(description=_("Strip"), ordering="strip")
    def strip_label(self, rule: Rule) -> str:
        return str(rule.get_strip_display())

    @admin.display(description=_("State"))
    def state_badge(self, rule: Any) -> SafeString:
        context = {"rule": rule, "label": RuleState(rule.state).label}
        return render_to_string("recommender/admin/rule_state.html", context)

    @admin.display(description=_("From"), ordering="is_feedback", empty_value="")
    def origin(self, rule: Rule) -> str:
        return gettext("Thumbs down") if rule.is_feedback else ""

    @admin.display(description=_("Contradicts"), empty_value="")
    def contradicts(self, rule: Any) -> SafeString:
        return render_to_string(
            "recommender/admin/rule_conflicts.html",
            {"conflicts": [_line(one, beside=rule) for one in rule.conflicts]},
        )

    def _switch(self, request: HttpRequest, rules: QuerySet[Rule], *, is_enabled: bool) -> None:
        by = request.user.get_username()
        count = switch_rules(rules, is_enabled=is_enabled, by=by)
        on = ngettext("%(n)s rule put in use.", "%(n)s rules put in use.", count)
        off = ngettext("%(n)s rule taken out of use.", "%(n)s rules taken out of use.", count)
        self.message_user(request, (on if is_enabled else off) % {"n": count})

    def _kinds(self, request: HttpRequest) -> HttpResponse:
        """First of all: what kind of rule?"""
        if not self.has_add_permission(request):
            raise PermissionDenied
        query = request.GET.copy()
        kinds = []
        for kind in Rule.Kind:
            query["kind"] = kind.value
            kinds.append((kind.label, SAID[kind], query.urlencode()))
        context = self.admin_site.each_context(request) | {
            "title": _("Add a rule"),
            "opts": self.opts,
            "kinds": kinds,
            "media": self.media,
        }
        return TemplateResponse(request, "recommender/admin/rule_kinds.html", context)

    def _preview(self, request: HttpRequest, form: Any, *, original: Rule | None) -> HttpResponse:
        """The form as it was filled in, with what the rule would do below."""
        may = (
            self.has_change_permission(request, original)
            if original
            else self.has_add_permission(request)
        )
        if not may:
            raise PermissionDenied
        rule = form.instance
        drawn = helpers.AdminForm(form, self.get_fieldsets(request, original), {}, model_admin=self)
        context = self.admin_site.each_context(request) | {
            "title": _("Preview: nothing is saved yet"),
            "adminform": drawn,
            "object_id": original.pk if original else None,
            "original": original,
            "is_popup": False,
            "to_field": None,
            "media": self.media + drawn.media,
            "inline_admin_formsets": [],
            "errors": [],
            "preserved_filters": self.get_preserved_filters(request),
            "conflicts": _linked(conflicts_of(rule, now=timezone.now())),
            "preview": _drawn(rule_preview(rule)),
        }
        return self.render_change_form(
            request, context, add=original is None, change=original is not None, obj=original
        )


@admin.register(RuleChange)
class RuleChangeAdmin(ReadOnlyAdmin):
    """Who changed which rule when; each change can be undone by those who may change rules."""

    list_display = ["label", "action", "changed_by", "changed_at", "undone"]
    list_filter = ["action", "changed_by"]
    list_display_links = None
    list_per_page = 50
    actions = ["undo_changes"]
    change_list_template = "recommender/admin/change_list.html"

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(css={"all": ["recommender/admin.css"]})

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleChange]:
        rows: QuerySet[RuleChange] = super().get_queryset(request)
        return rows.prefetch_related("undone_by")

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        return lookup == "rule_number" or super().lookup_allowed(lookup, value, request)

    def has_undo_permission(self, request: HttpRequest) -> bool:
        wanted = ("add_rule", "change_rule", "delete_rule")
        return all(request.user.has_perm(f"recommender.{name}") for name in wanted)

    @admin.action(description=_("Undo"), permissions=["undo"])
    def undo_changes(self, request: HttpRequest, changes: QuerySet[RuleChange]) -> None:
        for change in changes:
            try:
                undo(change, by=request.user.get_username())
            except CannotUndo as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, gettext("Undone: %s") % change)

    @admin.display(description=_("Undone by"))
    def undone(self, change: RuleChange) -> str:
        if change.undoes_id:
            return gettext("is an undo itself")
        return ", ".join(one.changed_by for one in change.undone_by.all())


def _kind(request: HttpRequest, rule: Rule | None) -> str:
    return rule.kind if rule else request.GET.get("kind", "")


def _linked(conflicts: list[Conflict]) -> list[SafeString]:
    return [
        render_to_string("recommender/admin/rule_conflict.html", {"conflict": conflict})
        for conflict in conflicts
    ]


def _line(conflict: Conflict, *, beside: Rule) -> dict[str, Any]:
    other = conflict.rule if conflict.other == beside else conflict.other
    return {"text": conflict.text, "other": other}


def _drawn(preview: RulePreview) -> dict[str, Any]:
    changed = [_strips(tried) for tried in preview.changed]
    return {"preview": preview, "changed": changed, "tried": len(preview.tried)}


def _strips(tried: StripPreview) -> dict[str, Any]:
    return {
        "tried": tried,
        "strip": tried.strip.label,
        "before": _cards(tried.before, marked=tried.gone),
        "after": _cards(tried.after, marked=tried.new),
    }


def _cards(strip: Strip, *, marked: set[Any]) -> list[Any]:
    cards = [(item.product.pk in marked, catalog().card(item.product)) for item in strip.items]
    return [(card, thumbnail(card.picture), is_marked) for is_marked, card in cards]
