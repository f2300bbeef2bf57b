"""What `pip install` brings into an empty environment, by extra, and what a worker asks for there."""

import subprocess

import pytest

from tests.hosts.conftest import host_variables

pytestmark = pytest.mark.host
PRESENT = "import sys, importlib.util as u; print([n for n in sys.argv[1:] if u.find_spec(n)])"


@pytest.mark.parametrize(
    ("environment", "absent"),
    [
        ("bare_environment", ["rest_framework", "drf_spectacular", "numpy", "fashionshop"]),
        ("web_environment", ["numpy", "onnxruntime", "torch", "fashionshop"]),
        ("worker_environment", ["torch", "onnx", "fashionshop"]),
    ],
)
def test_nothing_is_installed_that_is_not_needed(request, tmp_path, environment, absent):
    wanted = ["recommender", "workers", *absent]

    printed = request.getfixturevalue(environment).run("-c", PRESENT, *wanted, cwd=tmp_path)

    assert printed.strip() == "['recommender', 'workers']"


def test_a_worker_without_a_shops_settings_says_what_to_set(worker_environment, tmp_path):
    worker = subprocess.run(
        [worker_environment.python, "-m", "celery", "-A", "workers.celery", "worker"],
        cwd=tmp_path,
        env=host_variables(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert worker.returncode != 0
    assert "set DJANGO_SETTINGS_MODULE" in worker.stderr
