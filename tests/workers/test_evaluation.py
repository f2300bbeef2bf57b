"""A benchmark cannot be passed by luck, order or habit."""

import dataclasses

import numpy as np
import pytest

from tests.workers.conftest import tiny_card
from workers.checkpoints import CheckpointError
from workers.evaluation import classification
from workers.evaluation.benchmark import Benchmark, Blank, LabelledSet, pair_of
from workers.evaluation.compatibility import figures as figures_of_marks
from workers.evaluation.compatibility import mark, paired_figures, warnings
from workers.evaluation.outfit_scorers import ItemMeans, PairMeans
from workers.evaluation.vectors import encoder_for, part_of, queries


@pytest.fixture
def questions():
    """Keys that begin with the same letter belong together."""
    blanks = [Blank((f"{x}1", f"{x}2"), ("a3", "b3", "c3", "d3"), "abcd".index(x)) for x in "abcd"]
    looks = [LabelledSet((f"{x}1", f"{x}2", f"{x}3"), is_look=True) for x in "abcd"]
    mixed = [
        LabelledSet(("a1", "b2", "c3"), is_look=False),
        LabelledSet(("d1", "c2", "a3"), is_look=False),
    ]
    return Benchmark(blanks, looks + mixed * 3)


@pytest.fixture
def oracle(questions):
    return PairMeans({pair: float(pair[0][0] == pair[1][0]) for pair in questions.pairs()})


def figures_of(questions, scorer):
    return figures_of_marks(mark(questions, scorer))


def test_whoever_knows_gets_full_marks(questions, oracle):
    figures = figures_of(questions, oracle)

    assert (figures["fitb"], figures["auc"]) == (1, 1)


def test_whoever_says_always_the_same_gets_chance(questions):
    figures = figures_of(questions, ItemMeans({}))

    assert (figures["fitb"], figures["auc"]) == (0.25, 0.5)


def test_the_order_of_answers_does_not_matter(questions, oracle):
    turned = [
        dataclasses.replace(b, answers=b.answers[::-1], correct=3 - b.correct)
        for b in questions.blanks
    ]

    assert figures_of(Benchmark(turned, questions.labelled), oracle) == figures_of(
        questions, oracle
    )


def test_a_pair_has_one_score_both_ways_round():
    assert pair_of("b", "a") == pair_of("a", "b") == ("a", "b")


def test_marks_are_told_by_the_size_of_the_look(questions, oracle):
    by_size = figures_of(questions, oracle)["by_size"]

    assert by_size == {"3": {"fitb": 1.0, "auc": 1.0, "blanks": 4, "sets": 10}}


def test_what_was_not_asked_has_no_figure(questions, oracle):
    figures = figures_of(Benchmark([], questions.labelled), oracle)

    assert figures["auc"] == 1
    assert "fitb" not in figures


def test_a_scorer_does_not_differ_from_itself(questions, oracle):
    marks = mark(questions, oracle)

    found = paired_figures(marks, marks)

    assert (found["fitb"], found["auc"], found["mcnemar_p"]) == (0, 0, 1)


def test_who_knows_is_told_from_who_guesses(questions, oracle):
    found = paired_figures(mark(questions, oracle), mark(questions, ItemMeans({})))

    assert (found["fitb"], found["auc"]) == (0.75, 0.5)
    assert found["fitb_interval"] == [0.75, 0.75]
    assert found["mcnemar_p"] == 2 / 2**4


def test_families_that_answer_hard_questions_are_warned_of():
    figures = {"fitb": 0.4, "fitb_interval": [0.35, 0.45], "auc": 0.5, "auc_interval": [0.4, 0.6]}

    assert warnings(figures) == [
        "Families alone reach fitb 0.400 on the hard questions, where 0.25 is chance: this benchmark flatters."
    ]


def test_too_few_questions_warn_of_nothing():
    assert warnings({"fitb": 0.4, "fitb_interval": [0.1, 0.7]}) == []


def test_weights_scale_the_inner_products_of_parts():
    card = tiny_card(weights={"shape": 0.8, "colour": -0.2})
    vectors = np.random.default_rng(0).normal(size=(2, 16))
    shape, colour = part_of(vectors, card, name="shape"), part_of(vectors, card, name="colour")

    asking = queries(vectors, card)

    expected = 0.8 * shape[0] @ shape[1] - 0.2 * colour[0] @ colour[1]
    assert asking[0] @ vectors[1] == pytest.approx(expected)


def test_a_scorer_of_another_encoder_says_how_to_name_that(tiny_scorer, tmp_path, tiny):
    card = (tiny / "card.json").read_text().replace('"version": "1"', '"version": "2"')
    (tmp_path / "card.json").write_text(card)

    with pytest.raises(CheckpointError, match=r"reads the embeddings of tiny@1.*--visual"):
        encoder_for(tiny_scorer, visual=str(tmp_path))


@pytest.mark.parametrize(
    ("label", "means"), [("Tshirts", "Tshirts"), ("Skirts", "skirt"), ("Kites", "")]
)
def test_a_label_is_looked_for_as_it_is_and_then_among_ours(label, means):
    assert classification.meaning(label, ["Tshirts", "skirt", "t-shirt"]) == means


def test_each_class_has_its_precision_and_recall():
    shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.3]])
    truth = np.array([0, 0, 1, 1])

    figures = classification.figures_of(shares, truth, names=["dress", "skirt"])

    assert figures["confusion"]["counts"] == [[2, 0], [1, 1]]
    assert figures["per_class"]["dress"] == {"precision": 2 / 3, "recall": 1.0, "items": 2}
    assert figures["per_class"]["skirt"] == {"precision": 1.0, "recall": 0.5, "items": 2}


def test_a_part_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="no part 'style'; it has shape, colour"):
        part_of(np.zeros((1, 16)), tiny_card(), name="style")
