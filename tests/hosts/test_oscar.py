"""A shop on django-oscar runs on the wheel, with a real worker beside it."""

import pytest

pytestmark = pytest.mark.host


def test_a_shop_on_oscar_runs_on_the_wheel(
    web_environment, worker_environment, make_host, redis_url
):
    shop = make_host("oscar")

    printed = web_environment.run(
        *("-m", "pytest", "-q", "--import-mode=importlib", "--ds=boutique.settings", "journey.py"),
        cwd=shop,
        REDIS_URL=redis_url,
        WORKER_PYTHON=str(worker_environment.python),
    )

    assert "skipped" not in printed
