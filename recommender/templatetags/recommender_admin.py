"""How far the engine is, for pages of the admin."""

from django import template
from django.utils import timezone

from recommender.pipeline.status import workload

register = template.Library()


@register.inclusion_tag("recommender/admin/status_line.html")
def recommender_status_line() -> dict[str, object]:
    """Say how many pictures wait and how many failed; two queries."""
    load = workload()
    return {"sentence": load.sentence(now=timezone.now()), "has_failed": bool(load.failed)}
