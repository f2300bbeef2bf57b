"""The comparison trains and measures rows, survives failures and kills, and prints one table."""

import json
import shutil

import pytest

from tests.workers.retailer import write_export
from workers import datasets
from workers.comparison import __main__ as comparison
from workers.comparison import figures as comparison_figures
from workers.comparison import page, rows, runs
from workers.comparison.rows import Row
from workers.evaluation import compatibility
from workers.evaluation.split import write_split

pytestmark = pytest.mark.training

SMALL = {"epochs": 1, "batch": 16, "held_out": 0.0}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A shop of 40 looks, a tenth of them kept for its own questions."""
    folder = tmp_path_factory.mktemp("comparison")
    source = write_export(folder / "source", products=60, parts=lambda _: "train")
    write_split(datasets.read(source), folder / "shop", share=0.2, seed=1)
    return folder / "shop"


@pytest.fixture(scope="module")
def four_rows(tiny):
    return (
        Row("chance", baseline="chance"),
        Row("tiny", checkpoint=str(tiny), note="as it is"),
        Row("head", recipe="compat-mlp", config={**SMALL, "hidden": 8}, visual=str(tiny)),
        Row("large", recipe="polania", backbone="imagenet"),
    )


@pytest.fixture
def table(monkeypatch, four_rows):
    """Four rows: a plain one, a frozen encoder, a head on it, and one that nobody can train."""
    monkeypatch.setattr(rows, "ROWS", four_rows)
    return four_rows


@pytest.fixture(scope="module")
def compared_once(data, four_rows, tmp_path_factory):
    out = tmp_path_factory.mktemp("compared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "ROWS", four_rows)
        compare(data, out, "--quick", "--rows", "head")
    return out


@pytest.fixture
def compared(table, compared_once, tmp_path):
    """A folder where the row of the head is trained and measured."""
    return shutil.copytree(compared_once, tmp_path / "compared")


def compare(data, out, *more):
    return comparison.main(["--data", str(data), "--out", str(out), *more])


def read(out, name):
    return json.loads((out / "rows" / f"{name}.json").read_text())


def test_every_row_is_in_the_table(data, table, tmp_path, capsys):
    assert compare(data, tmp_path, "--quick", "--markdown", str(tmp_path / "t.md")) == 0

    lines = (tmp_path / "t.md").read_text().splitlines()
    assert [line.split(" | ")[0] for line in lines[2:6]] == [f"| {row.name}" for row in table]
    assert "| chance | 0.250 / 0.500 | 0.250 / 0.500 |" in lines[2]
    assert lines[5].endswith(
        "not measured: NotHereError: needs ImageNet weights; with a network, say --imagenet |"
    )
    assert capsys.readouterr().out.splitlines()[2] == lines[2]


def test_an_encoder_is_measured_by_retrieval_size_and_speed(data, table, tmp_path):
    compare(data, tmp_path, "--quick", "--rows", "tiny")

    figures = read(tmp_path, "tiny")

    assert set(figures["retrieval"]) >= {"type_p5", "colour_p5"}
    assert figures["cost"]["parameters"] < 1000
    assert figures["cost"]["ms"] > 0


def test_a_head_s_size_holds_its_encoder_s(data, compared):
    compare(data, compared, "--quick", "--rows", "tiny")

    head, encoder = (read(compared, name)["cost"] for name in ("head", "tiny"))

    assert head["parameters"] == encoder["parameters"] + 2 * 16 * 8 + 8 + 8 + 1
    assert "retrieval" not in read(compared, "head")


def test_figures_are_those_of_the_evaluation(data, compared, tiny):
    trained = compared / "checkpoints" / "head-seen"

    there = compatibility.evaluate(datasets.read(data), data, trained, visual=str(tiny))

    for ground, figures in read(compared, "head")["seen"].items():
        assert figures["fitb"] == pytest.approx(there["compatibility"][ground]["fitb"], abs=1e-6)
        assert figures["auc"] == pytest.approx(there["compatibility"][ground]["auc"], abs=1e-6)


def test_a_killed_comparison_trains_nothing_twice(data, compared, monkeypatch):
    before = read(compared, "head")
    monkeypatch.setattr(runs, "_train", pytest.fail)

    compare(data, compared, "--quick", "--rows", "head")

    after = read(compared, "head")
    assert {k: v for k, v in after.items() if k != "seconds"} == {
        k: v for k, v in before.items() if k != "seconds"
    }


def test_a_row_killed_between_its_parts_goes_on(data, table, tmp_path, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(runs, "cost_figures", lambda *_: 1 / 0)
        compare(data, tmp_path, "--quick", "--rows", "head")
    assert "ZeroDivisionError" in read(tmp_path, "head")["error"]
    monkeypatch.setattr(runs, "benchmark_figures", pytest.fail)

    compare(data, tmp_path, "--quick", "--rows", "head")

    assert {"seen", "unseen", "cost"} <= set(read(tmp_path, "head"))
    assert "error" not in read(tmp_path, "head")


def test_a_changed_row_is_trained_anew(data, compared, tiny, monkeypatch):
    wider = Row("head", recipe="compat-mlp", config={**SMALL, "hidden": 4}, visual=str(tiny))
    monkeypatch.setattr(rows, "ROWS", (wider,))
    before = read(compared, "head")["cost"]["parameters"]

    compare(data, compared, "--quick", "--rows", "head")

    assert read(compared, "head")["cost"]["parameters"] < before


def test_the_unseen_column_is_trained_without_its_products(compared):
    cards = [
        comparison_figures.load_card(compared / "checkpoints" / f"head-{name}")
        for name in ("seen", "unseen")
    ]

    assert cards[0].data[0]["sha256"] != cards[1].data[0]["sha256"]
    assert datasets.read(compared / "split").fingerprint() == cards[1].data[0]["sha256"]


def test_what_learns_by_labels_is_trained_once(data, tiny, tmp_path, monkeypatch):
    config = {**SMALL, "hidden": 8}
    row = Row("h", recipe="compat-mlp", config=config, visual=str(tiny), by_labels=True)
    monkeypatch.setattr(rows, "ROWS", (row,))

    compare(data, tmp_path, "--quick")

    assert set(read(tmp_path, "h")) >= {"seen", "unseen"}
    assert [path.name for path in (tmp_path / "checkpoints").glob("*.done")] == ["h-seen.done"]


def test_an_end_to_end_row_brings_its_own_encoder(data, tmp_path, monkeypatch):
    config = SMALL | {"layers": "tiny", "side_px": 24, "most_pairs": 32}
    own = Row("polania", recipe="polania", config=config, backbone="none")
    monkeypatch.setattr(rows, "ROWS", (own,))

    compare(data, tmp_path, "--quick")

    assert {"seen", "unseen", "retrieval", "cost"} <= set(read(tmp_path, "polania"))


def test_an_unknown_row_ends_with_the_names_of_all(data, tmp_path, capsys):
    assert compare(data, tmp_path, "--rows", "nobody") == 1
    assert "rows: chance; popularity" in capsys.readouterr().err


def test_a_name_with_a_comma_is_asked_for_with_a_semicolon():
    picked = rows.rows_named("polania head, hard;")

    assert [row.name for row in picked] == ["polania head, hard negatives"]


def test_row_names_differ_also_as_files():
    slugs = [runs._slug(row.name) for row in rows.ROWS]

    assert len(set(slugs)) == len(slugs)


def test_what_was_not_measured_is_a_dash():
    cells = page.cells(Row("x", note="n"), {"seen": {"hard": {"fitb": 0.5, "auc": float("nan")}}})

    assert cells == ["x", "0.500 / –", "–", "–", "–", "–", "–", "–", "–", "n"]
