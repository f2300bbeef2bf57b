"""The work that is due, running, done and failed; read only, but what failed can be tried again."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_permission_codename
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.admin.rendering import badge, cards_of, product_page, thumbnail
from recommender.models import EmbeddingJob, PairingJob
from recommender.pipeline.retries import retry_jobs
from recommender.pipeline.status import job_status


class JobAdmin(ReadOnlyAdmin):
    list_display = ["thumbnail", "product_title", "state_badge", "attempts", "due_at"]
    list_display_links = None
    list_filter = ["state", "error_code"]
    list_per_page = 50
    ordering = ["-pk"]
    actions = ["retry_failed"]
    change_list_template = "recommender/admin/change_list.html"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        codename = get_permission_codename("change", self.opts)
        return bool(request.user.has_perm(f"{self.opts.app_label}.{codename}"))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Fetch the products of the whole page at once."""
        page = super().get_changelist_instance(request)
        products = cards_of(self.product_pk(job) for job in page.result_list)
        for job in page.result_list:
            job.card = products.get(self.product_pk(job))
        return page

    def product_pk(self, job: Any) -> Any:
        return job.product_id

    @admin.display(description="")
    def thumbnail(self, job: Any) -> SafeString:
        return thumbnail(job.card.picture)

    @admin.display(description=_("Product"))
    def product_title(self, job: Any) -> str:
        page = product_page(self.product_pk(job))
        return format_html('<a href="{}">{}</a>', page, job.card.title) if page else job.card.title

    @admin.display(description=_("State"), ordering="state")
    def state_badge(self, job: Any) -> SafeString:
        return badge(job_status(job))

    @admin.action(description=_("Try failed ones again"), permissions=["retry"])
    def retry_failed(self, request: HttpRequest, jobs: QuerySet[Any]) -> None:
        count = retry_jobs(jobs)
        text = ngettext("%(n)s job will be tried again.", "%(n)s jobs will be tried again.", count)
        tell_retried(self, request, count, text=text, none=gettext("No failed jobs among these."))


@admin.register(EmbeddingJob)
class EmbeddingJobAdmin(JobAdmin):
    list_display = ["thumbnail", "product_title", "checkpoint", "state_badge", "attempts", "due_at"]
    list_filter = ["state", "error_code", "checkpoint"]
    list_select_related = ["picture", "checkpoint"]

    def product_pk(self, job: EmbeddingJob) -> Any:
        return job.picture.product_id


@admin.register(PairingJob)
class PairingJobAdmin(JobAdmin):
    pass


def tell_retried(page: Any, request: HttpRequest, count: int, *, text: str, none: str) -> None:
    """Say how many were put back to work; nothing to do is no mistake."""
    if not count:
        page.message_user(request, none, messages.INFO)
        return
    page.message_user(request, text % {"n": count}, messages.SUCCESS)
