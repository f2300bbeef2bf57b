"""Questions of every format say the same in our words."""

import json

import pytest

from tests.workers import polyvore_sets as made
from workers import datasets
from workers.evaluation import compatibility, exams, judges
from workers.evaluation.exams import Blank, MissingQuestionsError, read_exams
from workers.training.looks import to_learn


def test_a_retailer_s_questions_are_read_in_order(tmp_path):
    entry = {"question": ["a", "b"], "blank_position": 2, "answers": list("cdef"), "correct": 3}
    (tmp_path / "test_fitb_hard.json").write_text(json.dumps([entry]))
    (tmp_path / "test_compatibility_hard.txt").write_text("1 a b\n0  c d e\n\n")

    exam = exams.read_exam(tmp_path, "hard")

    assert exam.blanks == [Blank(("a", "b"), ("c", "d", "e", "f"), 3)]
    assert [(entry.keys, entry.is_look) for entry in exam.judged] == [
        (("a", "b"), True),
        (("c", "d", "e"), False),
    ]


def test_polyvore_s_places_become_items_and_its_one_ground_is_hard(tmp_path):
    found = read_exams(made.polyvore(tmp_path))

    assert (found.part, list(found.grounds)) == ("test", ["hard"])
    assert found.grounds["hard"].blanks == [Blank(("31",), ("12", "32", "22", "11"), 1)]
    assert [entry.keys for entry in found.grounds["hard"].judged] == [("31", "32"), ("12", "21")]


def test_polyvore_without_a_test_asks_about_its_validation(tmp_path):
    folder = made.polyvore(tmp_path)
    (folder / "compatibility_valid.txt").write_text("1 20_1 20_2\n")
    for name in ("compatibility_test.txt", "fill_in_blank_test.json"):
        (folder / name).unlink()

    found = read_exams(folder)

    assert (found.part, found.grounds["hard"].blanks) == ("valid", [])


def test_a_question_with_two_right_answers_is_left_out(tmp_path):
    folder = made.polyvore(tmp_path)
    entry = {"question": ["30_1"], "blank_position": 2, "answers": ["30_2", "30_1", "20_1", "10_1"]}
    (folder / "fill_in_blank_test.json").write_text(json.dumps([entry]))

    assert read_exams(folder).grounds["hard"].blanks == []


def test_maryland_s_random_answers_are_classic_and_the_later_ones_hard(tmp_path):
    folder = made.maryland(tmp_path)
    hard = folder / exams.MARYLAND_HARD
    hard.mkdir()
    (hard / "compatibility_test.txt").write_text("1 30_1 30_4\n")

    found = read_exams(folder).grounds

    assert found["classic"].blanks == [Blank(("30_1",), ("10_1", "30_4", "20_1", "20_2"), 1)]
    assert list(found) == ["hard", "classic"]


def test_a_folder_without_questions_says_what_makes_some(tmp_path):
    with pytest.raises(MissingQuestionsError, match=r"no fixed questions.*evaluation split"):
        read_exams(tmp_path)


def test_questions_about_unknown_products_are_left_out():
    exam = exams.Exam([Blank(("a",), ("b", "c"), 0)], [exams.Judged(("a", "b"), is_look=True)])

    left = exam.about({"a", "b"})

    assert (left.blanks, left.judged) == ([], exam.judged)


def test_families_alone_are_at_chance_on_polyvore_s_real_questions(real_data):
    folder = real_data / "polyvore"
    collection = datasets.read(folder)
    items = {item.key: item for item in collection.items}
    exam = exams.read_exam(folder, "hard")

    judge = judges.category_judge(items, to_learn(collection).values(), exam.pairs())

    assert len(exam.judged) == 10_000
    assert compatibility.marks(exam, judge)["auc"] == pytest.approx(0.5, abs=0.02)
