"""The plug-in works in a shop it was not written for, whatever its primary key is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("key", ["uuid", "char"])
def test_the_plug_in_works_in_a_foreign_shop(key):
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q"),
            *("tests/foreign_shop/journey.py", "tests/foreign_shop/example.py"),
            *("--ds=tests.foreign_shop.settings", "--confcutdir=tests/foreign_shop"),
            *("-p", "no:cacheprovider"),
        ],
        cwd=ROOT,
        env=os.environ | {"FOREIGN_KEY": key, "DJANGO_SETTINGS_MODULE": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
