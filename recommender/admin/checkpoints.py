"""Which checkpoints the shop knows and how far each one is; read only."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from recommender.models import Checkpoint, Picture
from recommender.services.pictures import ENCODER_PURPOSES


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows the engine keeps by itself: to be looked at, never typed in."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here; but with its product a row may go, and the product's own page asks us."""
        match = request.resolver_match
        own = f"{self.opts.app_label}_{self.opts.model_name}_"
        return obj is not None and match is not None and not (match.url_name or "").startswith(own)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    """Switching is `activate_checkpoint`, not a form: it builds first and never mixes two spaces."""

    list_display = ["label", "purpose", "state", "coverage", "activated_at"]
    list_filter = ["purpose", "state"]
    readonly_fields = ["coverage"]
    ordering = ["purpose", "-activated_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checkpoint]:
        rows: QuerySet[Checkpoint] = super().get_queryset(request)
        return rows.annotate(made=Count("embeddings"), pictures=_picture_count())

    @admin.display(description="Checkpoint", ordering="name")
    def label(self, checkpoint: Checkpoint) -> str:
        return checkpoint.label

    @admin.display(description="Pictures embedded", ordering="made")
    def coverage(self, checkpoint: Any) -> str:
        if checkpoint.purpose not in ENCODER_PURPOSES:
            return "–"
        share = f" ({checkpoint.made / checkpoint.pictures:.0%})" if checkpoint.pictures else ""
        return f"{checkpoint.made:,} of {checkpoint.pictures:,}{share}"


def _picture_count() -> Coalesce:
    every = Picture.objects.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(every.annotate(count=Count("pk")).values("count")), 0)
