"""What gunicorn reads: `gunicorn -c python:fashionshop.gunicorn_conf fashionshop.wsgi`."""

import os
import shutil
from tempfile import mkdtemp
from typing import Any

from recommender.heap import return_freed_memory

return_freed_memory()
worker_class = "fashionshop.server.BufferingWorker"
# More threads than PHOTOS_IN_FLIGHT, so that pages always have one.
workers, threads, preload_app = 2, 8, True
loglevel = "warning"
control_socket_disable = True

# prometheus_client looks for it as it is imported; each process writes what it counts into files there.
METRICS = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", mkdtemp(prefix="fashionshop-metrics-"))


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what a process that has ended was doing; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 -- see METRICS

    mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(METRICS, ignore_errors=True)
