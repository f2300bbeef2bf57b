"""Trainings on the shop's own looks: how far each is, how it was judged, and what became of it."""

from pathlib import Path
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.learning.status import comparisons, is_interrupted, training_status
from recommender.models import Checkpoint, TrainingRun
from recommender.stored_texts import translated
from recommender.switching.cards import NoCheckpoint
from recommender.switching.checkpoints import activate_checkpoint

FIELDS = (
    *("state_badge", "figures_table", "looks", "left_out_list", "started_at", "took"),
    *("checkpoint", "folder", "last_lines"),
)


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnlyAdmin):
    list_display = ["label", "state_badge", "promotion", "looks", "started_at", "took"]
    list_per_page = 25
    change_list_template = "recommender/admin/trainings.html"
    readonly_fields = FIELDS
    fields = FIELDS

    class Media:
        css = {"all": ["recommender/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingRun]:
        rows: QuerySet[TrainingRun] = super().get_queryset(request)
        made = Checkpoint.objects.filter(name=OuterRef("name"), version=OuterRef("version"))
        return rows.annotate(
            checkpoint_pk=Subquery(made.values("pk")),
            checkpoint_state=Subquery(made.values("state")),
        )

    def get_urls(self) -> list[URLPattern]:
        use = self.admin_site.admin_view(self.use_view)
        own = path("<int:pk>/use/", use, name="recommender_trainingrun_use")
        return [own, *super().get_urls()]

    def use_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let what was trained serve, or have the workers look at every picture first."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = TrainingRun.objects.filter(pk=pk, state=TrainingRun.State.PASSED).first()
        if run is None or not request.user.has_perm("recommender.change_checkpoint"):
            raise PermissionDenied
        try:
            checkpoint = activate_checkpoint(Path(run.folder))
        except NoCheckpoint as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            state = checkpoint.get_state_display()
            self.message_user(request, f"{state}: {checkpoint.label}", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:recommender_trainingrun_change", args=[pk]))

    @admin.display(description=_("Checkpoint"), ordering="version")
    def label(self, run: TrainingRun) -> str:
        return run.label

    @admin.display(description=_("State"), ordering="state")
    def state_badge(self, run: TrainingRun) -> SafeString:
        return _render("training_state", run, status=training_status(run))

    @admin.display(description=_("Found right, of 100"))
    def promotion(self, run: TrainingRun) -> SafeString:
        return _render("training_promotion", run, comparisons=comparisons(run))

    @admin.display(description=_("How it was judged"))
    def figures_table(self, run: TrainingRun) -> SafeString:
        return _render("training_figures", run, comparisons=comparisons(run))

    @admin.display(description=_("Looks"))
    def looks(self, run: TrainingRun) -> str:
        if not run.learnt:
            return "–"
        return gettext("%(learnt)s learnt from, %(held_out)s held out") % {
            "learnt": number_format(run.learnt, force_grouping=True),
            "held_out": number_format(run.held_out, force_grouping=True),
        }

    @admin.display(description=_("Left out"))
    def left_out_list(self, run: TrainingRun) -> SafeString:
        left_out = [(translated(reason), *rest) for reason, *rest in run.left_out]
        return _render("training_left_out", run, left_out=left_out)

    @admin.display(description=_("Took"))
    def took(self, run: TrainingRun) -> str:
        now = timezone.now()
        return timesince(now - run.duration(now=now), now, depth=1)

    @admin.display(description=_("What became of it"))
    def checkpoint(self, run: Any) -> SafeString:
        states = dict(Checkpoint.State.choices)
        return _render("training_checkpoint", run, state=states.get(run.checkpoint_state, ""))

    @admin.display(description=_("Last lines"))
    def last_lines(self, run: TrainingRun) -> SafeString:
        return _render("training_output", run, is_interrupted=is_interrupted(run))


def _render(template: str, run: TrainingRun, **context: Any) -> SafeString:
    return render_to_string(f"recommender/admin/{template}.html", {"run": run, **context})
