"""A small shop of other models and keys runs on the wheel, with the API and without."""

import pytest

pytestmark = pytest.mark.host


@pytest.fixture
def run_shop(make_host, request):
    """Run the foreign shop's own tests in an environment; returns what they printed."""

    def run(environment, *, key, api):
        shop = make_host("foreign")
        (shop / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
        return request.getfixturevalue(environment).run(
            *("-m", "pytest", "-q", "--import-mode=importlib", "--ds=shop.settings"),
            *("journey.py", "example.py"),
            cwd=shop,
            FOREIGN_KEY=key,
            FOREIGN_API=api,
        )

    return run


@pytest.mark.parametrize(("key", "api"), [("char", "plain"), ("uuid", "hostile")])
def test_the_foreign_shop_runs_on_the_wheel(run_shop, key, api):
    assert "skipped" not in run_shop("web_environment", key=key, api=api)


def test_the_foreign_shop_runs_without_rest_framework(run_shop):
    assert "failed" not in run_shop("bare_environment", key="uuid", api="none")
