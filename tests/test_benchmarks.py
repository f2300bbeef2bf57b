"""The benchmark of the encoders runs as its documentation prints it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from recommender.testing import photo

ROOT = Path(__file__).resolve().parent.parent


def run(folder):
    return subprocess.run(
        [sys.executable, "benchmarks/encode.py", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path):
    for name, colour in (("a.jpg", "teal"), ("b.jpeg", "crimson")):
        (tmp_path / name).write_bytes(photo(colour))
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_the_benchmark_times_every_shipped_encoder(folder):
    done = run(folder)

    rates = json.loads(done.stdout)
    assert {"decode", "visual encode", "style encode", "worker"} < set(rates)
    assert min(rates.values()) > 0


def test_the_benchmark_of_an_empty_folder_says_what_is_missing(tmp_path):
    done = run(tmp_path)

    assert done.returncode == 2
    assert f"There are no pictures in {tmp_path}" in done.stderr
