"""The container files, as far as they can be checked without an engine to run them."""

import re
from pathlib import Path

import pytest
import yaml

from fashionshop import processes

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = {name: base for base, name in re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.M)}
SETTINGS = (ROOT / "fashionshop/settings.py").read_text()


def test_every_part_of_the_shop_is_a_service():
    assert {"database", "redis", "web", "worker", "gpu-worker"} <= SERVICES.keys()


def test_the_database_image_brings_pgvector():
    assert SERVICES["database"]["image"].startswith("pgvector/pgvector:")


def test_only_the_gpu_worker_waits_for_its_profile():
    with_profile = {name for name, service in SERVICES.items() if "profiles" in service}

    assert with_profile == {"gpu-worker"}


@pytest.mark.parametrize("name", [name for name in SERVICES if "build" in SERVICES[name]])
def test_every_build_target_is_a_stage(name):
    assert SERVICES[name]["build"]["target"] in STAGES


def test_every_stage_stands_on_one_that_exists():
    bases = {base for base in STAGES.values() if "/" not in base and ":" not in base}

    assert bases <= STAGES.keys()


@pytest.mark.parametrize(
    "source", re.findall(r"^COPY (?:--chown=\S+ )?(requirements\S+)", DOCKERFILE, re.M)
)
def test_every_copied_file_exists(source):
    assert (ROOT / source).is_file()


@pytest.mark.parametrize("name", ["prepare", "web", "worker", "gpu-worker"])
def test_every_part_gets_settings_that_the_shop_reads(name):
    given = SERVICES[name]["environment"].keys() - {"OMP_NUM_THREADS"}

    assert {key for key in given if f'"{key}"' not in SETTINGS} == set()


def test_named_volumes_are_declared():
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert used == COMPOSE["volumes"].keys()


def test_the_worker_of_the_image_listens_to_the_same_queues_as_the_demo():
    command = processes.commands(8000)["worker"]

    queues = command[command.index("--queues") + 1]

    assert DOCKERFILE.count(f'"--queues", "{queues}"') == 2
