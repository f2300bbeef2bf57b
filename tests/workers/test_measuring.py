"""`python -m workers.evaluation` on every kind of folder and checkpoint, and what it refuses."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from tests.workers import polyvore_sets as made
from tests.workers.conftest import garment, tiny_card
from tests.workers.retailer import write_export
from workers.checkpoints import Purpose
from workers.evaluation import __main__ as evaluation
from workers.evaluation.table import details
from workers.export import save_network
from workers.networks.registry import ENCODERS, build_network


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop") / "export"
    return write_export(folder, products=6, parts=lambda number: "train")


@pytest.fixture(scope="module")
def pictured_polyvore(tmp_path_factory):
    keys = [key for _, keys in made.SETS.values() for key in keys]
    return made.polyvore(tmp_path_factory.mktemp("polyvore"), pictures=keys)


@pytest.fixture
def two_classes(tmp_path):
    for at, name in enumerate(["Tshirts", "Heels"] * 3):
        path = tmp_path / "classes" / name / f"{at}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        garment((80 * (at % 2), 40 * at, 90)).save(path)
    return tmp_path / "classes"


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    """A classifier of a data set's own labels."""
    torch.manual_seed(3)
    labels = {"Heels": "SHOES", "Kites": "", "Tshirts": "TOP"}
    card = tiny_card(name="classifier", purpose=Purpose.CATEGORY, parts={}, categories=labels)
    return saved(tmp_path_factory.mktemp("checkpoints") / "classifier", card)


@pytest.fixture(scope="module")
def silent(tmp_path_factory):
    """An encoder without parts, weights or categories."""
    torch.manual_seed(4)
    card = tiny_card(name="silent", parts={}, weights={}, categories={})
    return saved(tmp_path_factory.mktemp("checkpoints") / "silent", card)


def saved(folder, card):
    network = build_network(ENCODERS, "tiny", options={"categories": 3})
    example = torch.zeros(2, 48, 48, 3, dtype=torch.uint8)
    save_network(network, folder, card, examples={"pixels": example})
    return folder


def measured(task, data, checkpoint, *, out, more=()):
    arguments = [
        "--data",
        str(data),
        "--checkpoint",
        str(checkpoint),
        "--json",
        str(out / "f.json"),
    ]
    assert evaluation.main([task, *arguments, *more]) == 0
    return json.loads((out / "f.json").read_text())


def refused(capsys, task, data, checkpoint, *more):
    arguments = ["--data", str(data), "--checkpoint", str(checkpoint), *more]
    assert evaluation.main([task, *arguments]) == 1
    return capsys.readouterr().err


def test_class_folders_are_ranked_by_class(two_classes, tiny, tmp_path):
    figures = measured("retrieval", two_classes, tiny, out=tmp_path)

    assert set(figures["retrieval"]) == {"class_p5", "class_map", "shape_only"}
    assert figures["baselines"]["chance"] == {"class_p5": pytest.approx(0.4)}


def test_an_encoder_without_parts_is_ranked_whole(two_classes, silent, tmp_path):
    figures = measured("retrieval", two_classes, silent, out=tmp_path)["retrieval"]

    assert figures.pop("shape_only") == figures


def test_a_head_is_ranked_by_its_own_vectors(tiny, tiny_style, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (12, 40, 30, 3), dtype=np.uint8)
    for at, values in enumerate(pixels):
        (tmp_path / "noise" / "abc"[at % 3]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(values).save(tmp_path / "noise" / "abc"[at % 3] / f"{at}.png")

    more = ["--visual", str(tiny)]
    head = measured("retrieval", tmp_path / "noise", tiny_style, out=tmp_path, more=more)
    base = measured("retrieval", tmp_path / "noise", tiny, out=tmp_path)

    assert head["retrieval"]["class_map"] != base["retrieval"]["class_map"]
    assert head["baselines"] == base["baselines"]


def test_a_classifier_is_judged_by_its_own_labels(two_classes, classifier, tmp_path):
    result = measured("classification", two_classes, classifier, out=tmp_path)

    assert result["categories"] == ["Heels", "Tshirts"]
    assert sum(map(sum, result["classification"]["confusion"]["counts"])) == 6
    assert "holds no part out" in result["warnings"][0]


def test_polyvore_s_questions_are_put_to_a_checkpoint(pictured_polyvore, tiny, tmp_path):
    visual = ["--visual", str(tiny)]

    result = measured("compatibility", pictured_polyvore, tiny, out=tmp_path, more=visual)

    assert set(result["compatibility"]) == {"hard"}
    assert result["paired"]["hard"]["fitb"] == 0
    assert result["baselines"]["chance"]["hard"]["fitb"] == 0.25
    assert result["left_out"] == {"hard": 0}


def test_sets_without_pictures_cannot_be_judged_by_them(tmp_path, tiny, capsys):
    said = refused(capsys, "compatibility", made.polyvore(tmp_path), tiny, "--visual", str(tiny))

    assert "came without them" in said


def test_a_folder_without_questions_is_told_how_to_get_some(two_classes, tiny, capsys):
    said = refused(capsys, "compatibility", two_classes, tiny, "--visual", str(tiny))

    assert "has no fixed questions" in said


def test_a_missing_folder_is_named(tmp_path, tiny, capsys):
    assert "There is no folder" in refused(capsys, "retrieval", tmp_path / "nowhere", tiny)


def test_a_scorer_has_nothing_to_search_by(export, tiny_scorer, capsys):
    said = refused(capsys, "retrieval", export, tiny_scorer)

    assert "compat-mlp@1 is made for PAIR: it has no embeddings" in said


def test_a_style_encoder_names_no_categories(export, tiny_style, capsys):
    assert "names no categories" in refused(capsys, "classification", export, tiny_style)


def test_labels_that_a_checkpoint_does_not_know_are_listed(tmp_path, classifier, capsys):
    made.save(tmp_path / "boats" / "1.jpg")

    said = refused(capsys, "classification", tmp_path, classifier)

    assert "has no label that classifier@1 names; it names Heels, Kites, Tshirts" in said


def test_a_classifier_does_not_know_what_goes_together(pictured_polyvore, classifier, tiny, capsys):
    said = refused(capsys, "compatibility", pictured_polyvore, classifier, "--visual", str(tiny))

    assert "classifier@1 is a classifier" in said


def test_a_scorer_of_other_embeddings_asks_for_their_encoder(
    pictured_polyvore, tiny_scorer, silent, capsys
):
    said = refused(capsys, "compatibility", pictured_polyvore, tiny_scorer, "--visual", str(silent))

    assert "compat-mlp@1 reads the embeddings of tiny@1" in said
    assert "--visual" in said


def test_one_item_is_no_gallery(tmp_path, tiny, capsys):
    made.save(tmp_path / "hats" / "1.jpg")

    assert "fewer than two items" in refused(capsys, "retrieval", tmp_path, tiny)


def test_differences_and_questions_left_out_are_told_below_the_table():
    paired = {"fitb": 0.05, "fitb_interval": [0.01, 0.09], "mcnemar_p": 0.02}

    said = details({"paired": {"hard": paired}, "left_out": {"hard": 3}})

    assert "hard: checkpoint - cosine: fitb +0.050 [+0.010, +0.090], McNemar p 0.02" in said
    assert "hard: 3 questions left out" in said


def test_a_fair_benchmark_is_confirmed_and_an_unfair_one_is_not():
    fair = {"compatibility": {"hard": {}}, "warnings": []}

    assert "Families alone are at chance" in details(fair)
    assert details({**fair, "warnings": ["this benchmark flatters"]}) == ""
