"""A small shop of other models and keys runs on the wheel, with the API and without."""

import re

import pytest

pytestmark = pytest.mark.host


@pytest.fixture
def run_shop(make_host, request):
    """Run the foreign shop's own tests in an environment; returns what they printed."""

    def run(environment, *files, key, api):
        shop = make_host("foreign")
        (shop / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
        return request.getfixturevalue(environment).run(
            *("-m", "pytest", "-q", "--import-mode=importlib", "--ds=shop.settings"),
            *files,
            cwd=shop,
            FOREIGN_KEY=key,
            FOREIGN_API=api,
        )

    return run


@pytest.mark.parametrize(
    ("key", "api", "skipped"), [("char", "plain", "2 skipped"), ("uuid", "hostile", "")]
)
def test_the_foreign_shop_runs_on_the_wheel(run_shop, key, api, skipped):
    printed = run_shop("web_environment", "journey.py", "example.py", "api.py", key=key, api=api)

    # Of the OpenAPI document, where the shop has no drf-spectacular.
    assert "".join(re.findall(r"\d+ skipped", printed)) == skipped


def test_pages_need_no_rest_framework(run_shop):
    printed = run_shop("bare_environment", "journey.py", key="uuid", api="none")

    assert "skipped" not in printed
