"""What every test may ask for."""

import gc
import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import translation
from hypothesis import settings

from fashionshop.embedded import redis_server

settings.register_profile("many")  # what it means is in tests/effort.py


@pytest.fixture(scope="session")
def redis_url():
    """A running Redis."""
    var = Path(os.environ["FASHIONSHOP_VAR"])
    if not os.environ["REDIS_URL"].startswith(f"unix://{var}"):
        yield os.environ["REDIS_URL"]
        return
    with redis_server(var) as url:
        yield url


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Each test stores its pictures in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    """What is counted for each address begins anew with each test."""
    cache.clear()


@pytest.fixture(autouse=True)
def the_shops_own_language():
    """Each test begins in it: what a request's reader chose stays active in this thread."""
    translation.deactivate()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Tests of hosts come first: so one of several processes has them all, and makes what they share once."""
    items.sort(key=lambda item: item.get_closest_marker("host") is None)


def pytest_collection_finish():
    """What was imported stays until the end: the collector of garbage need not look at it again."""
    gc.collect()
    gc.freeze()
