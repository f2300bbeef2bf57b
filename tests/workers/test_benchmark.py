"""Questions of every format say the same in our words."""

import json

import pytest

from tests.workers import polyvore_sets as made
from workers import datasets
from workers.datasets.looks import learnable_looks
from workers.evaluation import benchmark, compatibility, outfit_scorers
from workers.evaluation.benchmark import Blank, MissingQuestionsError, read_benchmarks


def test_a_retailer_s_questions_are_read_in_order(tmp_path):
    entry = {"question": ["a", "b"], "blank_position": 2, "answers": list("cdef"), "correct": 3}
    (tmp_path / "test_fitb_hard.json").write_text(json.dumps([entry]))
    (tmp_path / "test_compatibility_hard.txt").write_text("1 a b\n0  c d e\n\n")

    questions = benchmark.read_benchmarks(tmp_path).by_negatives["hard"]

    assert questions.blanks == [Blank(("a", "b"), ("c", "d", "e", "f"), 3)]
    assert [(entry.keys, entry.is_look) for entry in questions.labelled] == [
        (("a", "b"), True),
        (("c", "d", "e"), False),
    ]


def test_polyvore_s_places_become_items_and_its_one_ground_is_hard(tmp_path):
    found = read_benchmarks(made.polyvore(tmp_path))

    assert (found.part, list(found.by_negatives)) == ("test", ["hard"])
    assert found.by_negatives["hard"].blanks == [Blank(("31",), ("12", "32", "22", "11"), 1)]
    assert [entry.keys for entry in found.by_negatives["hard"].labelled] == [
        ("31", "32"),
        ("12", "21"),
    ]


def test_polyvore_without_a_test_asks_about_its_validation(tmp_path):
    folder = made.polyvore(tmp_path)
    (folder / "compatibility_valid.txt").write_text("1 20_1 20_2\n")
    for name in ("compatibility_test.txt", "fill_in_blank_test.json"):
        (folder / name).unlink()

    found = read_benchmarks(folder)

    assert (found.part, found.by_negatives["hard"].blanks) == ("valid", [])


def test_a_question_with_two_right_answers_is_left_out(tmp_path):
    folder = made.polyvore(tmp_path)
    entry = {"question": ["30_1"], "blank_position": 2, "answers": ["30_2", "30_1", "20_1", "10_1"]}
    (folder / "fill_in_blank_test.json").write_text(json.dumps([entry]))

    assert read_benchmarks(folder).by_negatives["hard"].blanks == []


def test_maryland_s_random_answers_are_classic_and_the_later_ones_hard(tmp_path):
    folder = made.maryland(tmp_path)
    hard = folder / benchmark.MARYLAND_HARD
    hard.mkdir()
    (hard / "compatibility_test.txt").write_text("1 30_1 30_4\n")

    found = read_benchmarks(folder).by_negatives

    assert found["classic"].blanks == [Blank(("30_1",), ("10_1", "30_4", "20_1", "20_2"), 1)]
    assert list(found) == ["hard", "classic"]


def test_a_folder_without_questions_says_what_makes_some(tmp_path):
    with pytest.raises(MissingQuestionsError, match=r"no fixed questions.*evaluation split"):
        read_benchmarks(tmp_path)


def test_questions_about_unknown_products_are_left_out():
    questions = benchmark.Benchmark(
        [Blank(("a",), ("b", "c"), 0)], [benchmark.LabelledSet(("a", "b"), is_look=True)]
    )

    left = questions.restrict({"a", "b"})

    assert (left.blanks, left.labelled) == ([], questions.labelled)


def test_families_alone_are_at_chance_on_polyvore_s_real_questions(real_data):
    folder = real_data / "polyvore"
    collection = datasets.read(folder)
    items = {item.key: item for item in collection.items}
    questions = benchmark.read_benchmarks(folder).by_negatives["hard"]

    scorer = outfit_scorers.family_baseline(
        items, learnable_looks(collection).values(), questions.pairs()
    )

    assert len(questions.labelled) == 10_000
    assert compatibility.figures(compatibility.mark(questions, scorer))["auc"] == pytest.approx(
        0.5, abs=0.02
    )
