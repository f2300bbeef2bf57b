"""The merchant's rules: written without code, tried out before they hold, taken back at will."""

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.admin.rendering import can_search_products, marked_cards
from recommender.admin.rule_forms import PREVIEW, RuleForm
from recommender.models import Rule, RuleChange
from recommender.models.rules import RuleState
from recommender.rules.changes import CannotUndo, delete_rule, save_rule, switch_rules, undo
from recommender.rules.conflicts import Conflict, conflicts_among, conflicts_of
from recommender.rules.preview import rule_preview

HERE = ("strip", "on_product", "on_attribute")
WHEN = ("is_enabled", ("starts_at", "ends_at"), "note")


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
    list_display = ["__str__", "strip", "state_badge", "contradicts", "origin"]
    list_filter = ["kind", RuleStateFilter, "strip", "is_feedback"]
    list_select_related = ["product", "on_product"]
    list_per_page = 50
    raw_id_fields = ["product", "on_product"]
    actions = ["put_in_use", "take_out_of_use"]
    change_list_template = "recommender/admin/rules.html"
    change_form_template = "recommender/admin/rule_form.html"

    class Media:
        css = {"all": ["recommender/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        rules: Any = super().get_queryset(request)
        return rules.with_state()

    def get_autocomplete_fields(self, _request: HttpRequest) -> list[str]:
        return ["product", "on_product"] if can_search_products(self.admin_site) else []

    def get_fieldsets(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        kind = _kind(request, obj)
        where = ["strip"] if "on_attribute" in kind.fields else HERE
        return [
            (kind.label, {"fields": kind.fields, "description": kind.explanation}),
            (_("Where"), {"fields": where}),
            (_("When"), {"fields": WHEN}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A form that knows the kind before it is filled in."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.kind = _kind(request, obj)
        return form

    def changeform_view(  # noqa: PLR0917 -- Django calls it so
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None and request.GET.get("kind") not in Rule.Kind.values:
            return self._kinds(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        """What contradicts the rule, and what it would do if that is what was asked."""
        form = context["adminform"].form
        is_tried = PREVIEW in request.POST and not form.errors
        if is_tried:
            context["title"] = _("Preview: nothing is saved yet")
            context["preview"] = _preview(form.instance)
        if is_tried or context["original"]:
            context["conflicts"] = _linked(conflicts_of(form.instance, now=timezone.now()))
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
            found[one.rule.pk].append((one.text, one.other))
            if one.other:
                found[one.other.pk].append((one.text, one.rule))
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

    @admin.display(description=_("State"))
    def state_badge(self, rule: Any) -> SafeString:
        context = {"rule": rule, "label": RuleState(rule.state).label}
        return render_to_string("recommender/admin/rule_state.html", context)

    @admin.display(description=_("From"), ordering="is_feedback", empty_value="")
    def origin(self, rule: Rule) -> str:
        return gettext("Thumbs down") if rule.is_feedback else ""

    @admin.display(description=_("Contradicts"), empty_value="")
    def contradicts(self, rule: Any) -> SafeString:
        return render_to_string("recommender/admin/rule_conflicts.html", {"rule": rule})

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
        kinds = [
            (kind.label, kind.explanation, urlencode(request.GET.dict() | {"kind": kind.value}))
            for kind in Rule.Kind
        ]
        context = self.admin_site.each_context(request) | {
            "title": _("Add a rule"),
            "opts": self.opts,
            "kinds": kinds,
            "media": self.media,
        }
        return TemplateResponse(request, "recommender/admin/rule_kinds.html", context)


@admin.register(RuleChange)
class RuleChangeAdmin(ReadOnlyAdmin):
    """Who changed which rule when; each change can be undone by those who may change rules."""

    list_display = ["label", "action", "changed_by", "changed_at", "undone"]
    list_filter = ["action", "changed_by"]
    list_display_links = None
    list_per_page = 50
    actions = ["undo_changes"]
    change_list_template = "recommender/admin/change_list.html"

    class Media:
        css = {"all": ["recommender/admin.css"]}

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


def _kind(request: HttpRequest, rule: Rule | None) -> Rule.Kind:
    return Rule.Kind(rule.kind if rule else request.GET.get("kind", ""))


def _linked(conflicts: list[Conflict]) -> list[SafeString]:
    return [
        render_to_string("recommender/admin/rule_conflict.html", {"conflict": conflict})
        for conflict in conflicts
    ]


def _preview(rule: Rule) -> dict[str, Any]:
    preview = rule_preview(rule)
    changed = [
        {
            "product": tried.product,
            "strip": tried.label,
            "before": marked_cards(tried.before, marked=tried.gone),
            "after": marked_cards(tried.after, marked=tried.new),
        }
        for tried in preview.changed
    ]
    return {"preview": preview, "changed": changed, "tried": len(preview.tried)}
