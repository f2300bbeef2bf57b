"""How many examples a property is tried on: few in the suite, and many in `make soak`."""

from hypothesis import HealthCheck, settings

SOAK_FACTOR = 50


def is_soak():
    """Whether this run was started with `--hypothesis-profile=soak`."""
    return settings.get_current_profile_name() == "soak"


def examples(number):
    """Try a property on as many examples, the same in every run; in a soak on 50 times as many, new ones."""
    return settings(
        max_examples=number * (SOAK_FACTOR if is_soak() else 1),
        derandomize=not is_soak(),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
