"""The workers' Celery app: queues, schedule, and nothing that knows a network.

Start one with `celery -A workers.celery worker --pool threads` (one process per GPU); it keeps its own
schedule. Set DJANGO_SETTINGS_MODULE to your shop's settings.
"""

import logging
import os
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_init, worker_ready
from django.core.exceptions import ImproperlyConfigured
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from recommender.heap import return_freed_memory

log = logging.getLogger(__name__)

SWEEP = "workers.tasks.sweep"
SCHEDULE = {SWEEP: 20, "workers.tasks.tend_indexes": 600}  # seconds


class Schedule(bootsteps.StartStopStep):
    """Sweeps when the worker is ready, and again after every lost connection; then keeps `SCHEDULE`.

    So a worker finds what was due before it started, whose bells were lost, and no beat is needed.
    Several workers sweep more often than one, which costs two small queries.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._entries: list[Any] = []

    def start(self, consumer: Any) -> None:
        _send(consumer.app, SWEEP)
        self._entries = [
            consumer.timer.call_repeatedly(seconds, _send, (consumer.app, task))
            for task, seconds in SCHEDULE.items()
        ]

    def stop(self, _consumer: Any) -> None:
        for entry in self._entries:
            entry.cancel()

    shutdown = stop


@worker_init.connect
def keep_small(**_signal: Any) -> None:
    """Hold no more memory than the pictures at hand need."""
    return_freed_memory()


@worker_ready.connect
def serve_metrics(**_signal: Any) -> None:
    """Answer Prometheus where `METRICS_ADDRESS` says, as in `127.0.0.1:9101`; else nowhere."""
    host, _colon, port = os.environ.get("METRICS_ADDRESS", "").rpartition(":")
    if port:
        from prometheus_client import start_http_server  # noqa: PLC0415 -- an extra

        start_http_server(int(port), host or "127.0.0.1")


def _send(app: Celery, task: str) -> None:
    """Put a task into the queue, for whichever worker is free, unless enough wait there already."""
    from recommender import broker  # noqa: PLC0415 -- Django's settings are read on first use

    try:
        if broker.has_room(app.conf.task_default_queue):
            app.send_task(task, retry=False)
    except (OperationalError, RedisError, OSError) as error:  # the worker looks for it already
        log.warning("%s could not be sent (%s); it will be after the next pause.", task, error)


def _configuration() -> dict[str, object]:
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        raise ImproperlyConfigured(
            "A worker reads your shop's settings: set DJANGO_SETTINGS_MODULE, as manage.py does, "
            "and start it in the folder that holds manage.py."
        )
    from recommender import broker, conf  # noqa: PLC0415 -- Django's settings are read on first use

    url = broker.broker_url(conf.get("BROKER_URL"))
    return {
        "broker_url": url,
        "task_ignore_result": True,
        "task_default_queue": broker.QUEUES[broker.EMBED],
        "task_routes": {name: {"queue": queue} for name, queue in broker.QUEUES.items()},
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        # What a worker took is not delivered again, whatever the clocks of two workers say: the sweep
        # finds work that was lost, and nobody waits for a photo that long.
        "broker_transport_options": {"socket_keepalive": True, "visibility_timeout": 86_400},
        "worker_hijack_root_logger": False,
    }


app = Celery("workers", include=["workers.tasks"])
app.config_from_object(_configuration())
app.steps["consumer"].add(Schedule)
