"""A score becomes the share of pairs that are right."""

import json
import shutil

import numpy as np
import pytest

from tests.workers.retailer import read_json, write_export
from workers.checkpoints import find, load_card, verify
from workers.evaluation import __main__ as evaluation
from workers.evaluation.calibration import (
    NothingToCalibrateError,
    Pairs,
    fit_curve,
    logistic,
)

SHIPPED = ("visual", "style", "compat-mlp")


@pytest.fixture
def generator():
    return np.random.default_rng(0)


@pytest.fixture
def pairs(generator):
    """Scores whose chance to be right is known: half as steep as they look."""
    scores = generator.random(4000)
    is_right = generator.random(4000) < 0.25 + scores / 2
    return Pairs(scores, is_right, np.arange(4000) % 2 == 0)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Looks of one colour, and two kinds of dress, one blue and one red."""
    folder = tmp_path_factory.mktemp("calibration") / "shop"
    write_export(folder, products=48, parts=lambda n: "valid" if n % 2 else "train")
    table = folder / "product_data.csv"
    kinds = [line.replace(",Dress,", ",Dress blue,") for line in table.read_text().splitlines()]
    lines = zip(kinds, table.read_text().splitlines(), strict=True)
    table.write_text("\n".join(kind if "BLUE" in kind else line for kind, line in lines))
    return folder


def test_a_known_curve_is_found_again(generator):
    scores = generator.normal(size=20_000)
    shares = 1 / (1 + np.exp(-(3 * scores + 0.5)))

    found = logistic(scores, generator.random(20_000) < shares)

    assert found == pytest.approx((3, 0.5), abs=0.15)


def test_what_can_be_told_apart_without_error_still_has_a_curve():
    found = logistic(np.array([0.0, 1.0]), np.array([False, True]))

    assert np.isfinite(found).all()


def test_calibrated_scores_are_nearer_to_the_share_that_is_right(pairs):
    result = fit_curve(pairs)

    assert result["ece_after"] < 0.04 < result["ece_before"]
    assert result["pairs"] == 2000


def test_a_curve_is_measured_on_pairs_it_was_not_fitted_to(pairs):
    held = Pairs(pairs.scores, pairs.is_right & pairs.is_fitted, pairs.is_fitted)

    with pytest.raises(NothingToCalibrateError, match="too few"):
        fit_curve(held)


def test_scores_that_tell_the_contrary_are_not_turned_round(pairs):
    with pytest.raises(NothingToCalibrateError, match="raw scores stay"):
        fit_curve(Pairs(-pairs.scores, pairs.is_right, pairs.is_fitted))


def test_a_calibration_is_written_on_the_card_and_the_files_stay_vouched_for(
    shop, tiny, tmp_path, capsys
):
    folder = tmp_path / "tiny"
    shutil.copytree(tiny, folder)
    options = ["--data", str(shop), "--checkpoint", str(folder)]

    assert (
        evaluation.main(["calibrate", *options, "--write", "--json", str(tmp_path / "c.json")]) == 0
    )

    card = load_card(folder)
    verify(folder, card)
    assert card.calibration == read_json(tmp_path / "c.json")["calibration"]
    assert json.dumps(card.calibration) in capsys.readouterr().out


@pytest.mark.parametrize("name", ["tiny_style", "tiny_scorer"])
def test_what_scores_pairs_is_asked_about_held_out_looks(shop, tiny, name, request, capsys):
    options = ["--data", str(shop), "--checkpoint", str(request.getfixturevalue(name))]

    code = evaluation.main(["calibrate", *options, "--visual", str(tiny)])

    said = capsys.readouterr()
    assert (code, "pairs, 50.0% right" in said.out) in {(0, True), (1, False)}
    assert code == 0 or "raw scores stay" in said.err


def test_a_shop_without_held_out_looks_is_told_so(tmp_path, tiny, tiny_style, capsys):
    folder = write_export(tmp_path / "shop", products=8, parts=lambda _: "train")
    options = ["--data", str(folder), "--checkpoint", str(tiny_style), "--visual", str(tiny)]

    assert evaluation.main(["calibrate", *options]) == 1
    assert "no looks named valid/" in capsys.readouterr().err


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_checkpoint_says_what_its_scores_are_worth(name):
    calibration = load_card(find(name)).calibration

    assert calibration["a"] > 0
    assert calibration["ece"]["calibrated"] < calibration["ece"]["raw"]
