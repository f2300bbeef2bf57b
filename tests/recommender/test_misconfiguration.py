"""`manage.py check` of a shop with a mistake ends in a message with an id and a remedy, never in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

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


@pytest.fixture
def check(tmp_path):
    """Run `check` with the shop's settings and a line more; gives its code and what it said."""
    (tmp_path / "catalogs.py").write_text(CATALOGS)
    (tmp_path / "raises.py").write_text(RAISES)

    def run(mistake):
        text = f"from fashionshop.settings import *\n{mistake}\n"
        (tmp_path / "mistaken.py").write_text(text)
        nowhere = {"DATABASE_URL": "postgresql://192.0.2.1/none", "DJANGO_SETTINGS_MODULE": ""}
        outcome = subprocess.run(
            [sys.executable, "-m", "django", "check", "--settings", "mistaken"],
            cwd=ROOT,
            env=os.environ | nowhere | {"PYTHONPATH": f"{tmp_path}:{ROOT}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return outcome.returncode, outcome.stdout + outcome.stderr

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
