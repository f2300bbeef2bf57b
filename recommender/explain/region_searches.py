"""Puts questions about regions to the workers and keeps their answers; nobody waits for one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recommender import broker
from recommender.models import Picture, RegionSearch

PATIENCE = timedelta(seconds=20)  # after which a worker is not expected to answer any more
PAUSE = timedelta(seconds=10)  # in which none is asked once more, where none has answered
KEPT = timedelta(days=30)  # since somebody asked last
NOBODY = _("The pictures cannot be looked at now. Please try again in a moment.")


class StillSearching(LookupError):  # noqa: N818 -- reads as what happens
    """A worker is looking at the two pictures. Ask again in a second or two."""


def found_regions(
    first: Picture, second: Picture, judgement: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What a worker found in these pictures, [] where it could not read them; else have it look.

    One query where it is known already.

    Raises:
        StillSearching: a worker has been asked, now or a moment ago.
        NoWorker: none is there, or none has answered in time; one is asked again after a pause.
    """
    now = timezone.now()
    words = repr([first.sha256, second.sha256, sorted(judgement.items())])
    key = sha256(words.encode()).hexdigest()
    known = RegionSearch.objects.filter(key=key).first()
    if known and known.regions:
        regions: list[dict[str, Any]] = known.regions
        return regions
    waited = now - known.asked_at if known else PATIENCE + PAUSE
    if known and known.regions is not None and waited < PATIENCE:
        return []
    if waited < PATIENCE:
        raise StillSearching(StillSearching.__doc__)
    if waited < PATIENCE + PAUSE:
        raise broker.NoWorker(str(NOBODY))
    if not _is_anybody_there():
        raise broker.NoWorker(str(NOBODY))
    _ask(key, {"pictures": [first.pk, second.pk], **judgement}, now=now)
    raise StillSearching(StillSearching.__doc__)


def claim_search() -> RegionSearch | None:
    """Take one that was asked for and that nobody works at, for this worker alone; None: there is none."""
    fresh = RegionSearch.objects.filter(
        asked_at__gt=Now() - PATIENCE, claimed_at=None, regions__isnull=True
    )
    for search in fresh.order_by("asked_at"):
        if fresh.filter(pk=search.pk).update(claimed_at=Now()):
            return search
    return None


def store_regions(search: RegionSearch, regions: list[dict[str, Any]]) -> None:
    """Keep the answer for whoever asks."""
    RegionSearch.objects.filter(pk=search.pk).update(regions=regions)


def _is_anybody_there() -> bool:
    try:
        return broker.has_worker()
    except broker.NoBroker:
        return False


@transaction.atomic
def _ask(key: str, question: Mapping[str, Any], *, now: datetime) -> None:
    RegionSearch.objects.filter(asked_at__lt=now - KEPT).delete()
    RegionSearch.objects.update_or_create(
        key=key,
        defaults={"question": question, "regions": None, "asked_at": now, "claimed_at": None},
    )
    broker.ring(broker.FIND_REGIONS)
