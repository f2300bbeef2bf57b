"""`python -m workers.training` and `python -m workers.evaluation` from data on disk to figures."""

import csv
import json

import pytest

from tests.workers.conftest import garment
from workers import datasets
from workers.checkpoints import load_card
from workers.datasets.retail import SPLITS
from workers.evaluation import __main__ as evaluation
from workers.evaluation import benchmark, compatibility, outfit_scorers
from workers.evaluation.table import table
from workers.training import __main__ as training

KINDS = [("Dress", "Dresses"), ("Belt", "Belts"), ("Shoes", "Shoes")]
COLOURS = {"RED": (200, 20, 20), "BLUE": (20, 20, 200)}
PRODUCTS = 12  # per kind


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """A retailer's export: 12 dresses, belts and shoes in two colours, looks of one colour."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "images").mkdir()
    rows, looks = [], []
    for number in range(PRODUCTS):
        colour = sorted(COLOURS)[number % 2]
        for kind, (label, family) in enumerate(KINDS):
            key = f"{kind}{number // 2}-{colour}"
            name = f"images/2021_{kind}_{number}.png"
            garment(COLOURS[colour], size=(40 + 20 * kind, 80)).save(folder / name)
            rows.append([key, colour, "Female", family, family, label, name])
            looks.append([str(number), key])
    _write(folder, rows, looks)
    return folder


def _write(folder, rows, looks):
    names = "cod_modelo_color des_agrup_color_eng des_sex des_product_category"
    names += " des_product_family des_product_type des_filename"
    _csv(folder / "product_data.csv", [names.split(), *rows])
    for split in SPLITS:
        _csv(folder / f"outfits_{split}.csv", [["cod_outfit", "cod_modelo_color"], *looks])
    keys = [row[0] for row in rows]
    question = {"question": keys[:2], "answers": keys[2::6][:4], "correct": 0}
    for ground in ("hard", "classic"):
        (folder / f"test_fitb_{ground}.json").write_text(json.dumps([question] * 3))
        lines = f"1 {' '.join(keys[:3])}\n0 {keys[0]} {keys[4]} {keys[8]}\n"
        (folder / f"test_compatibility_{ground}.txt").write_text(lines * 20)


def _csv(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture
def short(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"epochs": 2, "hidden": 8, "batch": 16}))
    return ["--config", str(path)]


@pytest.mark.training
@pytest.mark.parametrize("recipe", ["style", "compat-mlp"])
def test_a_head_is_trained_saved_and_measured(recipe, export, tiny, tmp_path, short, capsys):
    out = tmp_path / recipe
    data = ["--data", str(export), "--out", str(out), "--visual", str(tiny)]

    assert training.main([recipe, *data, *short]) == 0

    card = load_card(out)
    assert card.identity == f"{recipe}@1"
    assert card.reads in {"pixels", "embeddings of tiny@1"}
    assert card.data[0]["items"] == 36
    assert (tmp_path / f"{recipe}.work" / recipe / "loss.png").is_file()

    measure = ["--data", str(export), "--checkpoint", str(out), "--visual", str(tiny)]
    assert evaluation.main(["compatibility", *measure, "--json", str(tmp_path / "f.json")]) == 0
    figures = json.loads((tmp_path / "f.json").read_text())
    assert set(figures["compatibility"]) == {"hard", "classic"}
    assert figures["baselines"]["chance"]["hard"]["fitb"] == 0.25
    assert figures["baselines"]["chance"]["hard"]["auc"] == 0.5
    assert "category_only, hard" in capsys.readouterr().out


def test_a_baseline_that_sees_families_alone_is_at_chance_on_hard_questions(real_data):
    collection = datasets.read(real_data / "retail")
    items = {item.key: item for item in collection.items}
    known = [look for name, look in collection.looks.items() if not name.startswith("test/")]
    questions = benchmark.read_benchmarks(real_data / "retail").by_negatives["hard"]

    figures = compatibility.figures(
        compatibility.mark(
            questions, outfit_scorers.family_baseline(items, known, questions.pairs())
        )
    )

    assert figures["fitb"] == pytest.approx(0.25, abs=0.01)
    assert figures["auc"] == pytest.approx(0.5, abs=0.01)


def test_retrieval_is_measured_with_its_baselines(export, tiny, tmp_path, capsys):
    data = ["--data", str(export), "--checkpoint", str(tiny), "--json", str(tmp_path / "f.json")]

    assert evaluation.main(["retrieval", *data]) == 0

    figures = json.loads((tmp_path / "f.json").read_text())
    four = {"same_model_r1", "same_model_r10", "type_p5", "colour_p5"}
    assert set(figures["retrieval"]) == four | {"shape_only", "with_category"}
    assert set(figures["retrieval"]["shape_only"]) == four
    assert figures["retrieval"]["with_category"]["type_p5"] == 1.0
    assert figures["gallery"] == 36
    assert "have the same product type" in capsys.readouterr().out


def test_classification_is_measured_on_class_folders(tiny, tmp_path, dress, skirt):
    for name, picture in (("dress", dress), ("skirt", skirt)):
        (tmp_path / "data" / name).mkdir(parents=True)
        picture.save(tmp_path / "data" / name / "a.png")
    data = ["--data", str(tmp_path / "data"), "--checkpoint", str(tiny)]

    assert evaluation.main(["classification", *data, "--json", str(tmp_path / "f.json")]) == 0

    figures = json.loads((tmp_path / "f.json").read_text())
    summed = {"accuracy", "macro_f1", "ece"}
    assert set(figures["classification"]) == summed | {"per_class", "confusion"}
    assert figures["baselines"]["commonest"]["accuracy"] == 0.5


def test_an_unknown_checkpoint_ends_with_a_plain_message(export, capsys):
    data = ["--data", str(export), "--checkpoint", "nowhere"]

    assert evaluation.main(["retrieval", *data]) == 1
    assert "neither a shipped checkpoint" in capsys.readouterr().err


def test_an_unknown_folder_ends_with_a_plain_message(tmp_path, capsys):
    assert training.main(["style", "--data", str(tmp_path), "--out", str(tmp_path / "o")]) == 1
    assert "none of the known data sets" in capsys.readouterr().err


def test_visual_without_a_backbone_says_how_to_name_one(export, tmp_path, capsys):
    data = ["--data", str(export), "--out", str(tmp_path / "visual")]

    assert training.main(["visual", *data]) == 1
    assert "name the file with --backbone" in capsys.readouterr().err


@pytest.mark.training
@pytest.mark.slow
def test_visual_is_trained_from_imagenet_weights(export, imagenet, tmp_path):
    config = tmp_path / "config.json"
    small = {"shape": 16, "waves": 8, "steps": 1, "small_epochs": 1, "epochs": 2, "batch": 8}
    config.write_text(json.dumps(small))
    data = ["--data", str(export), "--out", str(tmp_path / "visual"), "--backbone", str(imagenet)]

    assert training.main(["visual", *data, "--config", str(config)]) == 0

    card = load_card(tmp_path / "visual")
    assert card.parts == {"shape": 16, "colour": 64}
    assert set(card.categories) == {"dress", "belt", "shoes"}


def test_a_table_leaves_room_for_what_is_not_measured():
    lines = table(
        {"retrieval": {"type_p5": 0.5}, "baselines": {"x": {"auc": 0.1}}}, task="retrieval"
    )

    assert "0.500" in lines.splitlines()[1]
    assert "0.100" in lines.splitlines()[2]
