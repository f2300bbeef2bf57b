"""What Prometheus is told of the shop: pages, the engine's stages and its queue; for staff alone."""

import os
from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from rest_framework.request import Request

from recommender.api.endpoint import Endpoint
from recommender.api.staff import StaffAuthentication, StaffOnly
from recommender.pipeline.queue_metrics import QueueMetrics

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where the processes of the web server write what they counted
PAGE = Histogram(
    "shop_page_seconds",
    "What an answer took, by the name of its address.",
    ["page", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def time_pages(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Note how long each answer took; a middleware."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        start = perf_counter()
        response = get_response(request)
        match = request.resolver_match
        page = match.view_name if match else "unknown"
        PAGE.labels(page, response.status_code).observe(perf_counter() - start)
        return response

    return answer


class Metrics(Endpoint):
    """Everything that was counted in this machine's web processes, and the queue as it is now."""

    authentication_classes = (StaffAuthentication,)
    permission_classes = (StaffOnly,)
    schema = None

    def get(self, request: Request) -> HttpResponse:
        registries = [CollectorRegistry(), REGISTRY]
        registries[0].register(QueueMetrics())
        if os.environ.get(FOLDER):
            registries[1] = CollectorRegistry()
            MultiProcessCollector(registries[1])
        text = b"".join(map(generate_latest, registries))
        return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
