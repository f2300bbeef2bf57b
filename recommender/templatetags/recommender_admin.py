"""How far the engine is, for pages of the admin."""

from collections.abc import Mapping

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

from recommender.pipeline.attendance import attendance
from recommender.pipeline.status import unrecommended_products, workload

register = template.Library()


@register.inclusion_tag("recommender/admin/status_line.html")
def recommender_status_line() -> dict[str, object]:
    """Say how many pictures wait and how many failed; two queries."""
    load = workload()
    return {"sentences": [load.sentence(now=timezone.now())], "is_ill": bool(load.failed)}


@register.inclusion_tag("recommender/admin/status_line.html", takes_context=True)
def recommender_health(context: Mapping[str, object]) -> dict[str, object]:
    """The same, what has no recommendations, and since when no worker is there; seven queries."""
    load, there, bare = workload(), attendance(), unrecommended_products()
    now = timezone.now()
    without = ngettext(
        "%(n)s product without recommendations.", "%(n)s products without recommendations.", bare
    )
    said = [load.sentence(now=now), without % {"n": bare} if bare else "", there.sentence(now=now)]
    return {
        "sentences": [sentence for sentence in said if sentence],
        "is_ill": bool(load.failed) or there.is_silent,
        "has_failed": bool(load.failed),
        "perms": context.get("perms"),
    }
