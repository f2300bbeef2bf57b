"""The shop's own settings, pool and all, on the services of a test; for processes that a test starts."""

import json
import os

from fashionshop.settings import *  # noqa: F403

MEDIA_ROOT = os.environ["CHAOS_MEDIA"]
RECOMMENDER |= json.loads(os.environ["CHAOS_RECOMMENDER"])  # noqa: F405
if store := os.environ.get("CHAOS_STORE"):
    STORAGES["default"] = {  # noqa: F405
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": json.loads(store),
    }
