"""How many examples a property is tried on: few in `make check`, more in `make test`, many in `make soak`."""

import math

from hypothesis import HealthCheck, settings

FACTORS = {"quick": 0.25, "default": 1, "soak": 50}


def profile():
    """The effort that this run was started with, by `--hypothesis-profile`."""
    name = settings.get_current_profile_name()
    return name if name in FACTORS else "default"


def examples(number):
    """Try a property on so many examples in `make test`, the same in every run; in a soak on new ones."""
    is_soak = profile() == "soak"
    return settings(
        max_examples=math.ceil(number * FACTORS[profile()]),
        derandomize=not is_soak,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
