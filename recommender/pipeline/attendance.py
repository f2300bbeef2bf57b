"""Whether a worker is there, by what the workers have left in the database; none is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from recommender.models import EmbeddingJob, PairingJob, WorkerReport

SILENCE = timedelta(minutes=3)  # without a sweep; a worker sweeps every 20 seconds
REPAIR = "check_recommender"  # sweeps as well, and is no worker


@dataclass(frozen=True)
class Attendance:
    """Whether no worker has been heard of lately, and which one was the last to look for work."""

    is_silent: bool
    worker: str = ""
    last_at: datetime | None = None

    def sentence(self, *, now: datetime) -> str:
        """Say since when no worker is there, and what still works; "" where one is."""
        if not self.is_silent:
            return ""
        since = gettext("No worker has been here yet.")
        if self.last_at:
            since = gettext("No worker since %(time)s.") % {"time": _when(self.last_at, now=now)}
        goes_on = gettext(
            "The shop goes on with what is stored; new photos wait and photo search rests."
        )
        return f"{since} {goes_on}"


def attendance() -> Attendance:
    """Look up who has swept, or works just now; at most four queries.

    A worker that is deep in a long import sweeps when it is through.
    """
    reports = WorkerReport.objects.exclude(worker=REPAIR).order_by("-swept_at")
    has_swept = reports.filter(swept_at__gt=Now() - SILENCE).exists()
    is_busy = any(model.objects.running().exists() for model in (EmbeddingJob, PairingJob))
    last = reports.first()
    is_silent = not (has_swept or is_busy)
    return Attendance(is_silent, last.worker, last.swept_at) if last else Attendance(is_silent)


def _when(at: datetime, *, now: datetime) -> str:
    """The time of day; the date as well where that is another day's."""
    there, here = timezone.localtime(at), timezone.localtime(now)
    time = date_format(there, "H:i")
    is_today = there.date() == here.date()
    return time if is_today else f"{date_format(there, 'SHORT_DATE_FORMAT')} {time}"
