"""The container files, as far as they can be checked without an engine to run them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from fashionshop import media, processes, server

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = {name: base for base, name in re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.M)}
CADDYFILE = (ROOT / "ops/Caddyfile").read_text()
SETTINGS = (ROOT / "fashionshop/settings.py").read_text()


def test_every_part_of_the_shop_is_a_service():
    assert {"database", "redis", "web", "worker", "gpu-worker", "proxy"} <= SERVICES.keys()


def test_the_database_image_brings_pgvector():
    assert "pgvector/pgvector:" in SERVICES["database"]["image"]


def test_only_the_gpu_worker_waits_for_its_profile():
    with_profile = {name for name, service in SERVICES.items() if "profiles" in service}

    assert with_profile == {"gpu-worker"}


@pytest.mark.parametrize("name", [name for name in SERVICES if "build" in SERVICES[name]])
def test_every_build_target_is_a_stage(name):
    assert SERVICES[name]["build"]["target"] in STAGES


def test_every_stage_stands_on_one_that_exists():
    bases = {base for base in STAGES.values() if not base.startswith("$")}

    assert bases <= STAGES.keys()


@pytest.mark.parametrize(
    "source", re.findall(r"^COPY (?:--chown=\S+ )?(locks/\S+\.txt)", DOCKERFILE, re.M)
)
def test_every_copied_file_exists(source):
    assert (ROOT / source).is_file()


@pytest.mark.parametrize("name", ["prepare", "web", "worker", "gpu-worker"])
def test_every_part_gets_settings_that_the_shop_reads(name):
    given = SERVICES[name]["environment"].keys() - {"OMP_NUM_THREADS", "TRUSTED_PROXY"}

    assert {key for key in given if f'"{key}"' not in SETTINGS} == set()


def test_named_volumes_are_declared():
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert {name for name in used if "/" not in name} == COMPOSE["volumes"].keys()


def test_nothing_but_the_proxy_can_be_reached_from_outside():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}


@pytest.mark.parametrize(
    ("limit", "megabytes"), [(server.MOST_BODY, 20), (server.MOST_ADMIN_BODY, 512)]
)
def test_the_proxy_refuses_what_the_web_server_would(limit, megabytes):
    assert limit == megabytes * server.MEGABYTE
    assert f"import shop {megabytes}MB" in CADDYFILE


def test_the_proxy_finds_the_pictures_where_the_shop_says():
    media_root = re.search(r"MEDIA:([^}]+)", CADDYFILE)[1]

    assert f"uri strip_prefix {media.HANDED_ON.rstrip('/')}" in CADDYFILE
    assert f"files:{media_root.rpartition('/')[0]}:ro" in SERVICES["proxy"]["volumes"]


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not on this machine")
def test_the_proxy_understands_its_file():
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", "ops/Caddyfile"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_every_image_can_be_given_as_a_digest():
    assert [
        each["image"] for each in SERVICES.values() if "image" in each and "${" not in each["image"]
    ] == []
    assert "FROM ${PYTHON_IMAGE} AS base" in DOCKERFILE


def test_the_worker_of_the_image_listens_to_the_same_queues_as_the_demo():
    command = processes.commands(8000)["worker"]

    queues = command[command.index("--queues") + 1]

    assert DOCKERFILE.count(f'"--queues", "{queues}"') == 2
