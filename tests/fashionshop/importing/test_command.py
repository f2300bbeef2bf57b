"""manage.py import_catalog, as a person sees it."""

import io
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from fashionshop.importing.progress import Progress
from fashionshop.importing.writer import BATCH_ROWS
from fashionshop.models import Product
from recommender.models import Look


@pytest.fixture
def boutique(picture, table, folder):
    """A general catalogue of three products and a look; its folder."""
    for name in "abc":
        picture(f"images/{name}.jpg")
    table("products.csv", "sku,price,image1", "a,1,a.jpg", "b,2,b.jpg", "c,oops,c.jpg")
    table("looks.csv", "look,title,sku", "L,Picnic,a", "L,Picnic,b")
    return folder


@pytest.mark.django_db
def test_the_summary_counts_everything(boutique, command):
    out, err = command(boutique)

    assert "Products (csv): 2 new, 0 changed, 0 unchanged, 1 faulty. Looks: 1 new" in out
    assert "products a second" in out
    assert "MB of memory at most" in out
    assert err == "Row 4, c, left out: The price 'oops' is not a number.\n"


@pytest.mark.django_db
def test_running_it_twice_changes_nothing(boutique, command):
    command(boutique)

    out, _err = command(boutique)

    assert "0 new, 0 changed, 2 unchanged, 1 faulty. Looks: 0 new or changed." in out
    assert Look.objects.get().title == "Picnic"


@pytest.mark.django_db
def test_a_limit_reads_the_first_rows_only(boutique, command):
    command(boutique, "--limit", 1)

    assert Product.objects.get().sku == "a"


@pytest.mark.django_db
def test_the_report_lists_faulty_rows(boutique, command, tmp_path, reported):
    command(boutique, "--report", tmp_path / "faults.csv")

    assert reported(tmp_path / "faults.csv") == [
        {"row": "4", "sku": "c", "reason": "The price 'oops' is not a number.", "imported": "no"}
    ]


@pytest.mark.django_db
def test_a_report_runs_nothing_in_a_spreadsheet(table, command, tmp_path, reported):
    path = table("products.csv", "sku,price,image1", "=cmd|' /C calc'!A0,oops,a.jpg")

    command(path, "--report", tmp_path / "faults.csv")

    assert reported(tmp_path / "faults.csv")[0]["sku"] == "'=cmd|' /C calc'!A0"


@pytest.mark.django_db
def test_only_the_first_faults_are_printed(table, command):
    path = table("products.csv", "sku,image1", *(f"s{n},nowhere.jpg" for n in range(30)))

    out, err = command(path)

    assert len(err.splitlines()) == 20
    assert "30 faulty (the first 20 above; all of them with --report FILE.csv)" in out


@pytest.mark.django_db
def test_a_format_overrides_what_would_be_recognised(picture, folder, command):
    picture("12/3.jpg")

    out, _err = command(folder, "--format", "folders")

    assert "Products (folders): 1 new" in out
    assert Product.objects.get().category.name == "12"


@pytest.mark.parametrize("arguments", [[], ["--format", "retail"]])
def test_what_cannot_be_imported_is_an_error_in_words(folder, arguments):
    with pytest.raises(CommandError, match="is no"):
        call_command("import_catalog", str(folder), *arguments)


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_is_a_number_from_one(folder, limit):
    with pytest.raises(CommandError, match="is not a number of rows"):
        call_command("import_catalog", str(folder), "--limit", limit)


def test_off_a_terminal_progress_is_a_line_now_and_then(capsys, monkeypatch):
    clock = SimpleNamespace(now=100.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("fashionshop.importing.progress.time", clock)
    progress = Progress(1200, unit="rows")

    for clock.now, rows in ((104.9, 300), (105.0, 200), (109.9, 400), (110.0, 400)):
        progress.advance(rows)
    progress.close()

    assert capsys.readouterr().err.splitlines() == [
        "500 of 1,200 rows, 100/s, 7 s left",
        "1,300 of 1,200 rows, 130/s, 0 s left",
    ]


def test_on_a_terminal_progress_is_a_bar_with_rate_and_time_left(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = Progress(4, unit="rows")
    time.sleep(0.15)
    progress.advance(2)
    progress.close()

    drawn = terminal.getvalue().replace("\r", "\n")
    assert "50%" in drawn
    assert "2 of 4, " in drawn
    assert " rows/s, 00:00 left" in drawn


# It dies in its third batch: rows are written and not committed.
KILLED = """
import itertools, os, signal, sys, django
django.setup()
from django.core.management import call_command
from fashionshop.importing import writer
store, calls = writer._store_fields, itertools.count(1)
def store_and_die(*arguments):
    written = store(*arguments)
    if next(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return written
writer._store_fields = store_and_die
call_command("import_catalog", sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_whole_batches_and_the_next_run_finishes(picture, table, command):
    for number in range(150):
        picture(f"{number}.jpg", (number, 90, 90))
    path = table("products.csv", "sku,price,image1", *(f"s{n},9,{n}.jpg" for n in range(150)))

    assert _run_in_a_process(KILLED, path) == -signal.SIGKILL
    assert Product.objects.count() == 2 * BATCH_ROWS

    out, _err = command(path)

    assert "22 new, 0 changed, 128 unchanged, 0 faulty" in out
    assert Product.objects.filter(pictures__isnull=False).count() == 150


def _run_in_a_process(code, path):
    """Run code on this test's database; returns how the process ended."""
    server = urlsplit(os.environ["DATABASE_URL"])
    database = server._replace(path="/" + connection.settings_dict["NAME"]).geturl()
    environment = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "fashionshop.settings",
    }
    command = [sys.executable, "-c", code, str(path)]
    return subprocess.run(command, env=environment, check=False).returncode
