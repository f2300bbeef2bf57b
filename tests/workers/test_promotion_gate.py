"""Nothing serves that is not clearly better than what is there."""

import numpy as np
import pytest

from tests.workers.retailer import read_json, write_csv, write_export
from workers.evaluation import __main__ as evaluation
from workers.evaluation import promotion_gate
from workers.evaluation.answers import Answers
from workers.evaluation.feedback import above_median, disliked_pairs


def is_held(number):
    return "valid" if number % 4 == 0 else "train"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return write_export(tmp_path_factory.mktemp("gate") / "shop", products=48, parts=is_held)


def answers_of(credits):
    credits = np.asarray(credits, dtype=float)
    return Answers(credits, right=credits, wrong=np.zeros(3))


@pytest.fixture
def groups():
    return np.repeat(np.arange(50), 4)


@pytest.fixture
def generator():
    return np.random.default_rng(0)


def test_whoever_is_clearly_better_passes(groups, generator):
    rival = generator.random(200) < 0.3

    outcome = promotion_gate.compare(
        answers_of(np.ones(200)), {"raw": answers_of(rival)}, groups=groups
    )

    assert outcome["passed"]
    assert outcome["against"]["raw"]["low"] > 0
    assert "clearly more often than the pictures alone" in outcome["reason"]


def test_a_difference_that_may_be_luck_does_not_pass(groups, generator):
    mine, rival = generator.random((2, 200)) < 0.4

    outcome = promotion_gate.compare(
        answers_of(mine), {"popularity": answers_of(rival)}, groups=groups
    )

    assert not outcome["passed"]
    assert "not clearly more often than popularity" in outcome["reason"]


def test_one_rival_that_holds_out_is_enough(groups):
    rivals = {"raw": answers_of(np.zeros(200)), "current": answers_of(np.ones(200))}

    outcome = promotion_gate.compare(answers_of(np.ones(200)), rivals, groups=groups)

    assert not outcome["passed"]
    assert "the encoder that serves now (100%)" in outcome["reason"]
    assert "pictures" not in outcome["reason"]


def test_questions_about_one_look_are_not_independent():
    mine = np.tile([1, 0, 0, 0, 0], 20)  # one look in five is known, all its questions
    spread = promotion_gate.compare(
        answers_of(mine), {"raw": answers_of(mine * 0)}, groups=np.arange(100)
    )
    lumped = promotion_gate.compare(
        answers_of(np.sort(mine)), {"raw": answers_of(mine * 0)}, groups=np.repeat(np.arange(5), 20)
    )

    assert spread["against"]["raw"]["low"] > 0
    assert lumped["against"]["raw"]["low"] == 0


def test_the_gate_opens_or_not_by_its_exit_code(shop, tiny, tiny_style, tmp_path, capsys):
    data = ["--data", str(shop), "--visual", str(tiny), "--json", str(tmp_path / "g.json")]
    candidate = ["--candidate", str(tiny_style), "--current", str(tiny_style)]

    assert evaluation.main(["gate", *data, *candidate]) == evaluation.NOT_PASSED

    outcome = read_json(tmp_path / "g.json")
    assert set(outcome["against"]) == {"raw", "current", "popularity"}
    assert outcome["against"]["current"]["difference"] == 0
    assert outcome["questions"] == 36
    assert outcome["reason"] in capsys.readouterr().out


def test_an_encoder_of_pixels_can_serve_now(shop, tiny, tiny_style, tmp_path):
    data = ["--data", str(shop), "--visual", str(tiny), "--json", str(tmp_path / "g.json")]

    evaluation.main(["gate", *data, "--candidate", str(tiny_style), "--current", str(tiny)])

    against = read_json(tmp_path / "g.json")["against"]
    assert against["current"]["fitb"] == against["raw"]["fitb"]


def test_a_pair_scorer_is_compared_and_does_not_decide(
    shop, tiny, tiny_style, tiny_scorer, tmp_path
):
    data = ["--data", str(shop), "--visual", str(tiny), "--json", str(tmp_path / "g.json")]
    candidate = ["--candidate", str(tiny_style), "--scorer", str(tiny_scorer)]

    evaluation.main(["gate", *data, *candidate])

    result = read_json(tmp_path / "g.json")
    assert set(result["against"]) == {"raw", "popularity"}
    assert result["scorer"]["low"] <= result["scorer"]["difference"] <= result["scorer"]["high"]


def test_too_few_looks_let_nobody_through(tiny, tiny_style, tmp_path):
    small = write_export(tmp_path / "small", products=8, parts=is_held)
    candidate = ["--data", str(small), "--visual", str(tiny), "--candidate", str(tiny_style)]

    assert evaluation.main(["gate", *candidate, "--json", str(tmp_path / "g.json")]) == 3
    assert "too few to decide by" in read_json(tmp_path / "g.json")["reason"]


def test_pairs_with_a_thumbs_down_are_counted_and_do_not_decide(shop, tiny, tiny_style, tmp_path):
    pairs = [("0-0-BLUE", "1-1-RED"), ("00-BLUE", "11-RED"), ("00-BLUE", "nobody")]
    write_csv(shop / "feedback.csv", [["sku", "other"], *pairs])
    data = ["--data", str(shop), "--visual", str(tiny), "--json", str(tmp_path / "g.json")]

    evaluation.main(["gate", *data, "--candidate", str(tiny_style)])
    (shop / "feedback.csv").unlink()

    feedback = read_json(tmp_path / "g.json")["feedback"]
    assert feedback["pairs"] == 1
    assert set(feedback["above_median"]) == {"candidate", "raw"}


def test_what_ranks_above_the_middle_is_counted_for_each_scorer(generator):
    table = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.2], [0.1, 0.2, 1.0]])

    counted = above_median({"one": table, "other": -table}, [(0, 1), (0, 2)])

    assert counted == {"pairs": 2, "above_median": {"one": 1, "other": 1}}


def test_a_shop_without_a_thumbs_down_has_nothing_to_count(tmp_path):
    assert disliked_pairs(tmp_path, ["a"]) == []
    assert above_median({"one": np.eye(2)}, []) == {}
