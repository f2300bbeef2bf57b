"""The settings of the plug-in, each with its default: one `RECOMMENDER` dict in the host's settings."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from recommender.garments import CATEGORY_WEIGHT

DEFAULTS: dict[str, Any] = {
    "CATALOG": "",  # dotted path of the host's Catalog subclass; the only one a host must set
    "BROKER_URL": "redis://localhost:6379/0",  # where the workers listen
    "WORKERS": "workers",  # package of the workers: its programs train, `shipped` holds checkpoints
    "CHECKPOINT_DIR": "",  # folder of checkpoints; empty: the ones shipped with `WORKERS`
    "TRAINING_DIR": "",  # folder of trainings; empty: `trained` in CHECKPOINT_DIR
    "STRIP_LENGTH": 8,  # products in a strip
    "PER_SLOT": 2,  # at most so many of one slot in "goes well with"
    "DIVERSITY": 0.1,  # 0 to 1: how much it counts that a strip's products are unlike each other
    "CATEGORY_WEIGHT": CATEGORY_WEIGHT,  # what the same category adds to the closeness of looks in "similar"
    "LEAST_LIKENESS": 0.6,  # share of the best match's score that another category needs there
    "FLOOR": {},  # by purpose, the score below which nothing is a match; else the cards' own
    "COLLAPSE_DUPLICATES": True,  # products whose covers show the same picture count as one
    "PAIRINGS_PER_SLOT": 12,  # stored pairings per product and slot
    "CANDIDATES_PER_SLOT": 24,  # style neighbours the scorer looks at, per slot
    "BATCH_SIZE": 32,  # pictures per forward pass
    "LEASE_SECONDS": 180,  # after which another worker may take over a claimed job
    "MAX_ATTEMPTS": 3,  # after which a job waits for a person
    "RETRY_SECONDS": 30,  # before a failed job's next attempt; doubles each time
    "CURSOR_SECONDS": 86_400,  # after which a page's cursor is told to begin again
    "PHOTOS_PER_MINUTE": 10,  # photo searches of one address
    "PHOTOS_IN_FLIGHT": 4,  # that the shop looks at at once; fewer than a web process has threads
    "STAFF_KEY": "",  # what a program of the shop sends to be told what is for staff; empty: none is
    "PHOTO_TIMEOUT_SECONDS": 8,  # how long photo search waits for a worker
}


UNSET = "unset.RECOMMENDER_PRODUCT_MODEL"


def product_model_label() -> str:
    """The model our tables point at; where the setting names none, one that a system check complains of."""
    label = getattr(settings, "RECOMMENDER_PRODUCT_MODEL", None)
    is_label = isinstance(label, str) and re.fullmatch(r"\w+\.\w+", label)
    return str(label) if is_label else UNSET


def get(name: str) -> Any:
    """Read one setting, live, so that tests may override it.

    Raises:
        ImproperlyConfigured: `RECOMMENDER` is no dict.
    """
    given = getattr(settings, "RECOMMENDER", {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"RECOMMENDER should be a dict, not {type(given).__name__}.")
    return given.get(name, DEFAULTS[name])
