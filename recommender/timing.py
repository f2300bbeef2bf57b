"""How long each stage of the work takes, for Prometheus; without prometheus_client nothing is counted."""

from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import ParamSpec, TypeVar

try:
    from prometheus_client import Histogram
except ModuleNotFoundError:  # an extra: a host that counts nothing installs nothing
    STAGE = None
else:
    STAGE = Histogram(
        "recommender_stage_seconds",
        "What a stage of the work took, of those that ended well and (by outcome) those that did not.",
        ["stage", "outcome"],
        # From a claim of a few milliseconds to a photo that waited as long as it may.
        buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    )
P = ParamSpec("P")
R = TypeVar("R")
STAGES = ("claim", "decode", "encode", "store", "pair", "photo", "photo_wait", "sweep")


def timed(stage: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Note what each call takes, and whether it raised, as one of `STAGES`."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if STAGE is None:
            return function

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            start, outcome = perf_counter(), "failed"
            try:
                result = function(*args, **kwargs)
                outcome = "done"
                return result
            finally:
                STAGE.labels(stage, outcome).observe(perf_counter() - start)

        return call

    return decorate
