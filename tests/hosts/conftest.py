"""A built wheel, and clean environments outside the checkout that hold it and nothing of ours."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
UV = Path(sys.executable).with_name("uv")
HOSTS = Path(__file__).resolve().parent
TOOLS = ["dj-database-url", "pytest", "pytest-django"]  # of the hosts' own tests
collect_ignore = ["foreign", "oscar"]  # they run inside those environments, each in its own project
OSCAR = "django-oscar[sorl-thumbnail]==4.2.1"


def run(*command, **options):
    """Run to the end and return what was printed; a failure shows all of it."""
    outcome = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


@dataclass(frozen=True)
class Environment:
    """An environment with the wheel in it."""

    folder: Path

    @property
    def python(self):
        return self.folder / "bin" / "python"

    def run(self, *command, cwd, **variables):
        return run(self.python, *command, cwd=cwd, env=host_variables(**variables))


def host_variables(**more):
    """What a host's process gets to know of this one: services, and nothing of the checkout."""
    ours = {"PYTHONPATH", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV", "FASHIONSHOP_VAR"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"DATABASE_URL": os.environ["DATABASE_URL"], **more}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def make_environment(wheel, tmp_path_factory):
    """Installs the wheel with extras, and what a host needs, at the versions that are pinned here."""

    def make(*needs, extras=""):
        environment = Environment(tmp_path_factory.mktemp("environment") / "venv")
        run(UV, "venv", "--quiet", "--python", sys.executable, environment.folder)
        install = [UV, "pip", "install", "--quiet", "--python", environment.python]
        pins = ["--constraint", ROOT / "requirements.txt"]
        run(*install, *pins, f"{wheel}{extras}", *needs)
        return environment

    return make


@pytest.fixture(scope="session")
def bare_environment(make_environment):
    """No extra: no API."""
    return make_environment(*TOOLS)


@pytest.fixture(scope="session")
def web_environment(make_environment):
    return make_environment(*TOOLS, OSCAR, extras="[api]")


@pytest.fixture(scope="session")
def worker_environment(make_environment):
    """With the API, for a worker reads the shop's settings and loads all of its apps."""
    return make_environment("dj-database-url", OSCAR, extras="[api,worker]")


@pytest.fixture
def make_host(tmp_path):
    """Copies a host out of the checkout; returns its folder."""

    def make(name):
        return shutil.copytree(
            HOSTS / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )

    return make
