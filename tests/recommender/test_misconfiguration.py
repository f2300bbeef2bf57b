"""`manage.py check` of a shop with a mistake ends in a message with an id and a remedy, never in a traceback."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGS = """
from django.db.models import F, Q
from fashionshop.catalog import ShopCatalog
from recommender.catalog import Catalog

class Bare(Catalog): ...
class NoCatalog: ...
class WatchesNothing(ShopCatalog): watch = {"fashionshop.Nothing": "product"}
class LeadsNowhere(ShopCatalog): watch = {"fashionshop.ProductPicture": "garment"}
class OfNoField(ShopCatalog):
    def slot(self): return F("department__slot")
class NeverInStock(ShopCatalog):
    def available(self): return Q(units__gt=0)
"""
RAISES = "from fashionshop.catalog import ShopCatalog\n\nclass Late(ShopCatlog): ...\n"


def named(path):
    return f'RECOMMENDER = RECOMMENDER | {{"CATALOG": "{path}"}}'


# Each line it reads is a shop's settings: a child of its own starts with them, on libraries that are
# imported once.
SERVER = """
import os, sys, traceback
import celery.app, django.contrib.admin.sites, django.contrib.postgres.search, django.db.models
import django.core.management.commands.check, environs, pgvector, PIL.Image, psycopg, redis, requests

for line in sys.stdin:
    module, output = line.split()
    if pid := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
        continue
    os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT), 1)
    os.dup2(1, 2)
    try:
        django.core.management.execute_from_command_line(["django", "check", "--settings", module])
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shops")
    (folder / "catalogs.py").write_text(CATALOGS)
    (folder / "raises.py").write_text(RAISES)
    return folder


@pytest.fixture(scope="module")
def server(folder):
    nowhere = {"DATABASE_URL": "postgresql://192.0.2.1/none", "DJANGO_SETTINGS_MODULE": ""}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=ROOT,
        env=os.environ | nowhere | {"PYTHONPATH": f"{folder}:{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def check(server, folder):
    """Run `check` with the shop's settings and a line more; gives its code and what it said."""

    def run(mistake):
        name = f"mistaken{uuid4().hex}"
        text = f"from fashionshop.settings import *\n{mistake}\n"
        (folder / f"{name}.py").write_text(text)
        output = folder / f"{name}.txt"
        server.stdin.write(f"{name} {output}\n")
        server.stdin.flush()
        return int(server.stdout.readline()), output.read_text()

    return run


def test_without_a_mistake_all_is_well_and_no_database_is_asked(check):
    assert check("") == (0, "System check identified no issues (0 silenced).\n")


@pytest.mark.parametrize(
    ("mistake", "check_id", "text"),
    [
        ("del RECOMMENDER_PRODUCT_MODEL", "E001", "RECOMMENDER_PRODUCT_MODEL is not set"),
        ('RECOMMENDER_PRODUCT_MODEL = "fashionshop"', "E001", "'fashionshop', which names no"),
        ('RECOMMENDER_PRODUCT_MODEL = "fashionshop.Prodcut"', "E001", "doesn't have a 'Prodcut'"),
        ('RECOMMENDER_PRODUCT_MODEL = "shop.Product"', "E001", "No installed app with label"),
        ('RECOMMENDER["COLOUR"] = 1', "E002", "RECOMMENDER['COLOUR'] is not a setting"),
        ("RECOMMENDER = None", "E010", "RECOMMENDER should be a dict, not NoneType"),
        ("RECOMMENDER = {}", "E004", 'Set RECOMMENDER["CATALOG"]'),
        (named("nowhere.Catalog"), "E004", "No module named 'nowhere'"),
        (named("catalogs.NoCatalog"), "E004", "is no subclass of recommender.catalog.Catalog"),
        (named("raises.Late"), "E004", "name 'ShopCatlog' is not defined"),
        (named("catalogs.Bare"), "E005", "Bare has no `card`"),
        (named("catalogs.WatchesNothing"), "E006", "doesn't have a 'Nothing' model"),
        (named("catalogs.LeadsNowhere"), "E006", "has no field named 'garment'"),
        (named("catalogs.OfNoField"), "E007", "OfNoField.slot() cannot be asked: FieldError"),
        (named("catalogs.NeverInStock"), "E007", "Cannot resolve keyword 'units' into field"),
    ],
)
def test_a_mistake_ends_in_an_id_and_a_remedy(check, mistake, check_id, text):
    code, said = check(mistake)

    assert code == 1
    assert f"(recommender.{check_id})" in said
    assert text in said
    assert "\tHINT: " in said
    assert "Traceback" not in said
