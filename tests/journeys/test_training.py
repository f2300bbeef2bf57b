"""From drawn looks to a style encoder of the shop's own, by the real programs and a real worker."""

import json
from importlib.util import find_spec

import pytest
from django.core.management import call_command
from django.db import connection

from drawings.__main__ import generate
from recommender.models import TrainingRun, active_checkpoint

pytestmark = [
    pytest.mark.skipif(
        find_spec("workers.evaluation.promotion_gate") is None, reason="needs the gate"
    ),
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
QUICK = {"epochs": 3, "hidden": 32, "width": 81}


@pytest.fixture
def drawn_shop(wait_for_work, tmp_path):
    """A hundred and twenty drawn products in eight hundred looks, all embedded."""
    generate(tmp_path / "catalogue", products=120, looks_count=800, width=120)
    call_command("import_catalog", str(tmp_path / "catalogue"))
    wait_for_work(seconds=120)


@pytest.fixture
def trainings(settings, tmp_path):
    folder = tmp_path / "trainings"
    settings.RECOMMENDER = settings.RECOMMENDER | {"TRAINING_DIR": str(folder)}
    return folder


def test_a_shop_trains_on_its_looks_and_the_gate_says_what_becomes_of_it(
    drawn_shop, trainings, tmp_path, capsys
):
    (tmp_path / "quick.json").write_text(json.dumps(QUICK))

    call_command("train_on_looks", "--config", str(tmp_path / "quick.json"))

    run = TrainingRun.objects.get()
    served = {"PASSED": "style@3", "NOT_PASSED": "style@2"}
    assert active_checkpoint("STYLE").label == served[run.state], run.output
    assert json.loads((trainings / "style@3" / "card.json").read_text())["dimension"] == 81
    assert {"raw", "current", "popularity"} <= run.figures["against"].keys()
    assert run.reason


@pytest.fixture(autouse=True)
def _close_worker_connections():
    yield
    connection.close()
