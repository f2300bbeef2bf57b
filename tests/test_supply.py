"""What is installed is what was tried, under licences that are known; what serves unpacks no program."""

import re
from pathlib import Path

import pytest

from tests.test_architecture import MODULES, imports, text

ROOT = Path(__file__).parent.parent
LOCKS = {"web": "requirements-web.txt", "cpu": "requirements-cpu.txt", "all": "requirements.txt"}


def pins(text):
    found = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([\w.+!]+)", text, re.M)
    return {name.lower().replace("_", "-"): version for name, version in found}


def locked(name):
    return (ROOT / f"locks/{name}.txt").read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_every_pin_of_its_requirements(name):
    wanted = pins((ROOT / LOCKS[name]).read_text())

    assert wanted
    assert wanted.items() <= pins(locked(name)).items(), "run make locks"


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_hashes(name):
    packages = re.split(r"^(?=[a-z])", locked(name), flags=re.M)[1:]

    assert len(packages) > 50
    assert [each.partition(" ")[0] for each in packages if "--hash=sha256:" not in each] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_server(name):
    assert "://" not in locked(name)


def test_smaller_shops_install_a_part_of_what_larger_ones_do():
    web, cpu, everything = (pins(locked(name)).items() for name in LOCKS)

    assert web < cpu < everything


def test_every_package_of_the_web_process_is_in_the_table_of_licences():
    table = (ROOT / "docs/licences.md").read_text().lower().replace("_", "-")

    assert [
        name for name in pins(locked("web")) if f"| {name} " not in table and name not in ELSEWHERE
    ] == []


ELSEWHERE = {"async-timeout", "colorama", "tzdata"}  # for other systems or an older Python


def test_nothing_that_serves_can_reach_what_unpacks_a_file_of_torch():
    reached, waiting = set(), {"workers.tasks", "fashionshop.wsgi", "fashionshop.urls"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= (imports(MODULES[name]) & MODULES.keys()) - reached

    assert "workers.serving.encoders" in reached
    assert [name for name in reached if "torch.load(" in text(MODULES[name])] == []
