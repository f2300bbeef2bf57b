"""How many examples a property is tried on: few in `make test` and `make check`, many in `make properties`."""

import math

from hypothesis import HealthCheck, settings

MANY = settings.get_current_profile_name() == "many"
FACTOR = 50 if MANY else 0.25


def examples(number):
    """Try a property on a quarter of so many examples, the same in every run; in `many` on fifty times as many, new ones."""
    return settings(
        max_examples=math.ceil(number * FACTOR),
        derandomize=not MANY,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def seeds(number):
    """Number the worlds that a property is tried on where each is made by `random`."""
    return range(math.ceil(number * FACTOR))
