"""The wheel holds all that a host needs, and asks for no more than that."""

import re
import zipfile
from email import message_from_bytes

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.hosts.conftest import ROOT

pytestmark = pytest.mark.host

HEAVY = {"torch", "torchvision", "numpy", "onnxruntime", "onnx", "scikit-learn", "scipy"}
OF_THE_API = {"djangorestframework", "drf-spectacular", "drf-spectacular-sidecar"}
PACKAGES = ("recommender", "workers")


@pytest.fixture(scope="module")
def names(wheel):
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def requirements(wheel):
    archive = zipfile.ZipFile(wheel)
    (path,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    words = message_from_bytes(archive.read(path)).get_all("Requires-Dist")
    return [Requirement(text) for text in words]


def test_the_wheel_holds_every_file_of_the_two_packages(names):
    source = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert source - names == set()


def test_the_wheel_holds_nothing_else(names):
    outside = {name for name in names if name.partition("/")[0] not in PACKAGES}

    assert {re.sub(r".*\.dist-info/", "", name) for name in outside} == {
        *("METADATA", "WHEEL", "RECORD"),
    }


@pytest.mark.parametrize(
    "name",
    [
        *("recommender/py.typed", "workers/py.typed", "workers/shipped/visual/network.onnx"),
        *(
            "recommender/templates/recommender/strip.html",
            "recommender/static/recommender/strip.css",
        ),
    ],
)
def test_the_wheel_holds_more_than_code(names, name):
    assert name in names


def test_a_web_process_installs_neither_networks_nor_the_api(requirements):
    always = {need.name for need in requirements if not need.marker}

    assert "django" in always
    assert always & (HEAVY | OF_THE_API) == set()


def test_a_worker_installs_no_torch(requirements):
    extra = {need.name for need in requirements if need.marker and _is_of("worker", need)}

    assert extra == {"numpy", "onnxruntime", "safetensors"}


def test_every_requirement_has_a_range_that_admits_the_version_tested_here(requirements):
    pins = _pins()
    foreign = [need for need in requirements if need.name != "fashionshop-recommender"]

    assert {need.name for need in foreign if not need.specifier} == set()
    assert {
        need.name
        for need in foreign
        if not need.specifier.contains(pins[canonicalize_name(need.name)])
    } == set()


def _is_of(extra, need):
    return need.marker.evaluate({"extra": extra}) and need.name != "fashionshop-recommender"


def _pins():
    """Package → version, of this repository's own requirements."""
    lines = "\n".join(path.read_text() for path in ROOT.glob("requirements*.txt"))
    pinned = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", lines, flags=re.M)
    return {canonicalize_name(name): version for name, version in pinned}
