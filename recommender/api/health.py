"""Is it up? In tiers, for those who restart processes, send shoppers, or wake a person."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api import schema
from recommender.api.endpoint import Endpoint
from recommender.api.serializers import HealthSerializer, PipelineHealthSerializer, TierSerializer
from recommender.pipeline.health import database_answers, engine_health
from recommender.pipeline.status import workload


class Healthz(Endpoint):
    """What answers: 503 only without a database, for pages and strips need nothing else."""

    @schema.operation(
        "healthz",
        summary="What is up and what is not",
        replies={200: HealthSerializer, 503: HealthSerializer},
        tags=[schema.OPERATIONS],
    )
    def get(self, request: Request) -> Response:
        health = engine_health()
        status = 503 if health.status == "down" else 200
        return Response(HealthSerializer(health).data, status=status)


class Process(Endpoint):
    """This process answers; restart it where it does not. Asks nobody."""

    @schema.operation(
        "healthz_process",
        summary="Whether the process answers",
        replies={200: TierSerializer},
        tags=[schema.OPERATIONS],
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class App(Endpoint):
    """Pages can be served: the database answers. Send shoppers elsewhere while it does not."""

    @schema.operation(
        "healthz_app",
        summary="Whether pages can be served",
        replies={200: TierSerializer, 503: TierSerializer},
        tags=[schema.OPERATIONS],
    )
    def get(self, request: Request) -> Response:
        is_up = database_answers()
        return Response({"status": "ok" if is_up else "down"}, status=200 if is_up else 503)


class Pipeline(Endpoint):
    """New pictures are seen: a worker answers and no job has been due for minutes. Else wake somebody."""

    @schema.operation(
        "healthz_pipeline",
        summary="Whether new pictures are seen",
        replies={200: PipelineHealthSerializer, 503: PipelineHealthSerializer},
        tags=[schema.OPERATIONS],
    )
    def get(self, request: Request) -> Response:
        health = engine_health()
        work = workload() if health.database else None
        late = work.lateness(now=timezone.now()).total_seconds() if work else 0
        is_well = health.status == "ok" and not late
        body = {
            **vars(health),
            "status": "ok" if is_well else "down",
            "late_seconds": round(late),
            "failed": work.failed if work else 0,
        }
        return Response(body, status=200 if is_well else 503)
