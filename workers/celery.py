"""The workers' Celery app: queues, schedule, and nothing that knows a network.

Start one with `celery -A workers.celery worker --pool threads` (one process per GPU) and the
schedule with `celery -A workers.celery beat`. Set DJANGO_SETTINGS_MODULE to your shop's settings.
"""

import os

from celery import Celery
from django.core.exceptions import ImproperlyConfigured

SWEEP_SECONDS = 20
TEND_SECONDS = 600


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
        "broker_transport_options": {"socket_keepalive": True},
        "worker_hijack_root_logger": False,
        "beat_schedule": {
            "sweep": {
                "task": "workers.tasks.sweep",
                "schedule": SWEEP_SECONDS,
                "options": {"expires": SWEEP_SECONDS},
            },
            "tend_indexes": {
                "task": "workers.tasks.tend_indexes",
                "schedule": TEND_SECONDS,
                "options": {"expires": TEND_SECONDS},
            },
        },
    }


app = Celery("workers", include=["workers.tasks"])
app.config_from_object(_configuration())
