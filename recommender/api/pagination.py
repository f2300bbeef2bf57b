"""Pages of products by cursor: the next page begins after the last product seen, not at a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from recommender.api.parameters import CURSOR_SALT


@dataclass(frozen=True)
class Page:
    items: Sequence[Any]
    next: str | None


def page_of(
    products: QuerySet[Any], *, request: Request, limit: int, cursor: str | None = None
) -> Page:
    """Up to `limit` products, highest key first, and the address of the next page if there is one.

    One query, and the host's prefetches. `cursor` is the key of the last product seen; it need
    not be there any more, and what comes or goes between two pages moves no other product.
    """
    ordered = products.order_by("-pk")
    if cursor is not None:
        ordered = ordered.filter(pk__lt=cursor)
    rows = list(ordered[: limit + 1])
    if len(rows) <= limit:
        return Page(rows, None)
    sealed = signing.dumps(str(rows[limit - 1].pk), salt=CURSOR_SALT)
    here = request.build_absolute_uri()
    return Page(rows[:limit], replace_query_param(here, "cursor", sealed))
