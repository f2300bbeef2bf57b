"""What waits and what failed, for Prometheus; read from the database when it asks. Needs prometheus_client."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from recommender import broker
from recommender.models import EmbeddingJob, Job, PairingJob

KINDS: dict[str, type[Job]] = {"embedding": EmbeddingJob, "pairing": PairingJob}


class QueueMetrics(Collector):
    """Jobs by state, since when the oldest has been due, and whether a worker answers; four queries."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("recommender_jobs", "Jobs by state.", labels=["kind", "state"])
        late = GaugeMetricFamily(
            "recommender_due_seconds", "For how long the oldest job has been due.", labels=["kind"]
        )
        for kind, model in KINDS.items():
            counts = dict(_rows(model).values_list("state").annotate(Count("pk")))
            for state in Job.State.values:
                jobs.add_metric([kind, state.lower()], counts.get(state, 0))
            since = _rows(model).due().aggregate(since=Min("due_at"))["since"]
            late.add_metric([kind], (timezone.now() - since).total_seconds() if since else 0)
        yield from (jobs, late)
        yield GaugeMetricFamily(
            "recommender_worker_up", "1 where a worker answers.", value=float(_has_worker())
        )


def _rows(model: type[Job]) -> Any:
    return model._default_manager.order_by()


def _has_worker() -> bool:
    try:
        return broker.has_worker()
    except broker.NoBroker:
        return False
