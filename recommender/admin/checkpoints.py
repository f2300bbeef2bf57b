"""Which checkpoints the shop knows, how they differ, and which of them serves."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.admin.rendering import marked_cards, product_page, thumbnail
from recommender.catalog import catalog
from recommender.models import Checkpoint, Picture, active_checkpoint
from recommender.pipeline.attendance import attendance
from recommender.pipeline.picture_sync import ENCODER_PURPOSES
from recommender.strips.change import StripChange
from recommender.switching.cards import NoCheckpoint
from recommender.switching.checkpoints import has_served, switch_checkpoint
from recommender.switching.comparison import unmeasured_comparison
from recommender.switching.comparison_runs import (
    ask_for_comparison,
    stored_comparison,
    stored_run,
)
from recommender.switching.coverage import coverage_of

ASK_AGAIN_SECONDS = 2


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    """Built first, then compared, then switched; two spaces are never mixed."""

    list_display = ["label", "purpose", "state_badge", "coverage", "activated_at", "steps"]
    list_filter = ["purpose", "state"]
    readonly_fields = ["coverage"]
    ordering = ["purpose", "-activated_at"]
    change_form_template = "recommender/admin/checkpoint.html"

    class Media:
        css = {"all": ["recommender/admin.css", "recommender/comparison.css"]}

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "recommender_checkpoint"
        own = [
            path("<int:pk>/compare/", wrap(self.compare), name=f"{name}_compare"),
            path("<int:pk>/switch/", wrap(self.switch), name=f"{name}_switch"),
        ]
        return [*own, *super().get_urls()]

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Who may look at a checkpoint may not yet decide which one serves."""
        return bool(request.user.has_perm("recommender.change_checkpoint"))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Know whose page it is: the buttons depend on that."""
        page = super().get_changelist_instance(request)
        for checkpoint in page.result_list:
            checkpoint.may_switch = self.has_switch_permission(request)
        return page

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> HttpResponse:
        context |= _steps(context["original"], may_switch=self.has_switch_permission(request))
        return super().render_change_form(request, context, *args, **named)

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Old strips above new ones, once a worker has compared them; its button has it do so."""
        checkpoint = self._checkpoint(request, pk)
        if not self.has_view_permission(request, checkpoint):
            raise PermissionDenied
        if request.method == "POST":
            ask_for_comparison(checkpoint)
            return HttpResponseRedirect(request.path)
        run = stored_run(checkpoint, active_checkpoint(checkpoint.purpose))
        is_done = run is not None and run.finished_at is not None
        compared = stored_comparison(run) if run else unmeasured_comparison(checkpoint)
        context = {
            **self._context(request, checkpoint, _("Compare: %(label)s")),
            **_steps(checkpoint, may_switch=self.has_switch_permission(request)),
            "comparison": compared,
            "run": run,
            "is_done": is_done,
            "rows": [_row(one) for one in compared.most_changed],
        }
        if run and not is_done:
            nobody = attendance().sentence(now=timezone.now())
            context |= {"nobody": nobody, "ask_again_seconds": ASK_AGAIN_SECONDS}
        return TemplateResponse(request, "recommender/admin/comparison.html", context)

    def switch(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask first, then let the checkpoint serve, and note who did it."""
        checkpoint = self._checkpoint(request, pk)
        if not self.has_switch_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._switch(request, checkpoint)
            page = reverse("admin:recommender_checkpoint_changelist")
            return HttpResponseRedirect(page)
        title = _("Roll back: %(label)s") if has_served(checkpoint) else _("Switch: %(label)s")
        context = {
            **self._context(request, checkpoint, title),
            "active": active_checkpoint(checkpoint.purpose),
            "coverage": coverage_of(checkpoint),
            "is_roll_back": has_served(checkpoint),
        }
        return TemplateResponse(request, "recommender/admin/switch.html", context)

    def _switch(self, request: HttpRequest, checkpoint: Checkpoint) -> None:
        before = active_checkpoint(checkpoint.purpose)
        text = _switched(checkpoint, before, is_roll_back=has_served(checkpoint))
        try:
            with transaction.atomic():
                switch_checkpoint(checkpoint.pk)
                self.log_change(request, checkpoint, text)
        except NoCheckpoint as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, text, messages.SUCCESS)

    def _checkpoint(self, request: HttpRequest, pk: int) -> Checkpoint:
        checkpoint: Checkpoint | None = self.get_object(request, str(pk))
        if checkpoint is None:
            raise Http404
        return checkpoint

    def _context(self, request: HttpRequest, checkpoint: Checkpoint, title: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title % {"label": checkpoint.label},
            "opts": self.opts,
            "original": checkpoint,
            "media": self.media,
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checkpoint]:
        rows: QuerySet[Checkpoint] = super().get_queryset(request)
        return rows.annotate(made=Count("embeddings"), pictures=_picture_count())

    @admin.display(description=_("Checkpoint"), ordering="name")
    def label(self, checkpoint: Checkpoint) -> str:
        return checkpoint.label

    @admin.display(description=_("State"), ordering="state")
    def state_badge(self, checkpoint: Checkpoint) -> SafeString:
        tone = {"ACTIVE": "ready", "BUILDING": "running"}.get(checkpoint.state, "off")
        context = {"state": tone, "label": checkpoint.get_state_display()}
        return render_to_string("recommender/admin/badge.html", context)

    @admin.display(description=_("Next"))
    def steps(self, checkpoint: Any) -> SafeString:
        context = _steps(checkpoint, may_switch=checkpoint.may_switch)
        return render_to_string(
            "recommender/admin/checkpoint_steps.html", context | {"original": checkpoint}
        )

    @admin.display(description=_("Pictures embedded"), ordering="made")
    def coverage(self, checkpoint: Any) -> str:
        if checkpoint.purpose not in ENCODER_PURPOSES:
            return "–"
        made, pictures = checkpoint.made, checkpoint.pictures
        text = gettext("%(made)s of %(pictures)s (%(share)s%%)")
        if not pictures:
            text = gettext("%(made)s of %(pictures)s")
        return text % {
            "made": number_format(made, force_grouping=True),
            "pictures": number_format(pictures, force_grouping=True),
            "share": round(100 * made / pictures) if pictures else 0,
        }


def _switched(checkpoint: Checkpoint, before: Checkpoint | None, *, is_roll_back: bool) -> str:
    """Say what serves now, and what served before if anything did."""
    if is_roll_back and before:
        text = gettext("Rolled back: %(new)s serves “%(purpose)s” now instead of %(old)s.")
    elif is_roll_back:
        text = gettext("Rolled back: %(new)s serves “%(purpose)s” now.")
    elif before:
        text = gettext("Switched: %(new)s serves “%(purpose)s” now instead of %(old)s.")
    else:
        text = gettext("Switched: %(new)s serves “%(purpose)s” now.")
    purpose = checkpoint.get_purpose_display()
    return text % {"new": checkpoint.label, "purpose": purpose, "old": before and before.label}


def _picture_count() -> Coalesce:
    every = Picture.objects.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(every.annotate(count=Count("pk")).values("count")), 0)


def _steps(checkpoint: Checkpoint, *, may_switch: bool) -> dict[str, Any]:
    """Which buttons a checkpoint has: none while it serves, nor where it only feeds another one."""
    is_rival = checkpoint.state == Checkpoint.State.BUILDING or has_served(checkpoint)
    return {
        "may_compare": is_rival,
        "may_switch": is_rival and may_switch,
        "is_roll_back": has_served(checkpoint),
    }


def _row(one: StripChange) -> dict[str, Any]:
    card = catalog().card(one.product)
    return {
        "card": card,
        "thumbnail": thumbnail(card.picture),
        "page": product_page(one.product.pk),
        "overlap": one.overlap,
        "before": marked_cards(one.before, marked=one.gone),
        "after": marked_cards(one.after, marked=one.new),
    }
