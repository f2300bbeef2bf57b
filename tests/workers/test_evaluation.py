"""An exam cannot be passed by luck, order or habit."""

import dataclasses

import numpy as np
import pytest

from tests.workers.conftest import tiny_card
from workers.datasets.retail import Blank, Judged
from workers.evaluation.compatibility import Exam, ItemJudge, PairJudge, marks, ordered
from workers.evaluation.embedded import part_of, weighted


@pytest.fixture
def exam():
    """Keys that begin with the same letter belong together."""
    blanks = [Blank((f"{x}1", f"{x}2"), ("a3", "b3", "c3", "d3"), "abcd".index(x)) for x in "abcd"]
    looks = [Judged((f"{x}1", f"{x}2", f"{x}3"), is_look=True) for x in "abcd"]
    mixed = [Judged(("a1", "b2", "c3"), is_look=False), Judged(("d1", "c2", "a3"), is_look=False)]
    return Exam(blanks, looks + mixed * 3)


@pytest.fixture
def oracle(exam):
    return PairJudge({pair: float(pair[0][0] == pair[1][0]) for pair in exam.pairs()})


def test_whoever_knows_gets_full_marks(exam, oracle):
    figures = marks(exam, oracle)

    assert (figures["fitb"], figures["auc"]) == (1, 1)


def test_whoever_says_always_the_same_gets_chance(exam):
    figures = marks(exam, ItemJudge({}))

    assert (figures["fitb"], figures["auc"]) == (0.25, 0.5)


def test_the_order_of_answers_does_not_matter(exam, oracle):
    turned = [
        dataclasses.replace(b, answers=b.answers[::-1], correct=3 - b.correct) for b in exam.blanks
    ]

    assert marks(Exam(turned, exam.judged), oracle) == marks(exam, oracle)


def test_a_pair_has_one_score_both_ways_round():
    assert ordered("b", "a") == ordered("a", "b") == ("a", "b")


def test_weights_scale_the_inner_products_of_parts():
    card = tiny_card(default_weights={"shape": 0.8, "colour": 0.2})
    vectors = np.random.default_rng(0).normal(size=(2, 16))
    shape, colour = part_of(vectors, card, name="shape"), part_of(vectors, card, name="colour")

    a, b = weighted(vectors, card)

    assert a @ b == pytest.approx(0.8 * shape[0] @ shape[1] + 0.2 * colour[0] @ colour[1])


def test_a_part_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="no part 'style'; it has shape, colour"):
        part_of(np.zeros((1, 16)), tiny_card(), name="style")
