"""Figures agree with their definitions, with ties and without."""

import numpy as np
import pytest

from tests import naive
from workers.evaluation import metrics


@pytest.fixture
def generator():
    return np.random.default_rng(7)


def test_a_constant_scorer_gets_chance():
    assert metrics.blank_credit([0.5] * 4, correct=2) == 0.25


def test_a_tie_at_the_top_shares_the_credit():
    assert metrics.blank_credit([0.2, 0.9, 0.9, 0.1], correct=1) == 0.5


def test_a_wrong_answer_on_top_gets_nothing():
    assert metrics.blank_credit([0.2, 0.9, 0.3, 0.1], correct=0) == 0.0


def test_auc_counts_pairs_in_order_and_ties_by_half(generator):
    positives, negatives = generator.integers(0, 5, 30), generator.integers(0, 4, 20)

    expected = naive.area_under_curve(positives, negatives)

    assert metrics.auc(positives, negatives) == pytest.approx(expected)


def test_neighbours_are_ranked_as_by_sorting_everything(generator):
    vectors = generator.integers(-2, 3, (23, 3)).astype(float)  # small integers: many ties

    ranked = metrics.nearest_neighbours(vectors, count=6, chunk=5)

    assert ranked.tolist() == naive.neighbours(vectors.tolist(), count=6)


def test_nothing_is_its_own_neighbour(generator):
    ranked = metrics.nearest_neighbours(generator.normal(size=(12, 4)), count=11)

    assert not (ranked == np.arange(12)[:, None]).any()


def test_precision_is_the_share_of_same_labels(generator):
    vectors, labels = generator.normal(size=(20, 3)), list("aabbbcdddd" * 2)
    ranked = metrics.nearest_neighbours(vectors, count=5)

    expected = naive.share_of_same_label(ranked.tolist(), labels, count=5)

    assert metrics.precision(ranked, labels) == pytest.approx(expected)


def test_recall_asks_only_models_with_another_colour(generator):
    vectors, models = generator.normal(size=(9, 3)), list("aabbcdefg")
    ranked = metrics.nearest_neighbours(vectors, count=4)

    expected = naive.share_of_models_found(ranked.tolist(), models, count=4)

    assert metrics.recall(ranked, models, count=4) == pytest.approx(expected)


def test_recall_without_any_pair_is_not_a_number():
    ranked = metrics.nearest_neighbours(np.eye(3), count=2)

    assert np.isnan(metrics.recall(ranked, list("abc"), count=1))


def test_average_precision_is_taken_over_the_whole_ranking(generator):
    vectors = generator.integers(-2, 3, (21, 3)).astype(float)  # many ties
    labels = list("aabbbccccdddddeeeeeef")

    expected = naive.mean_average_precision(vectors.tolist(), labels)

    found = metrics.mean_average_precision(vectors, labels, chunk=4)
    assert found == pytest.approx(expected)


def test_average_precision_without_any_pair_is_not_a_number():
    assert np.isnan(metrics.mean_average_precision(np.eye(3), list("abc")))


def test_queries_may_be_weighted_otherwise_than_what_is_searched(generator):
    vectors = generator.normal(size=(9, 4))
    weights = np.array([1.0, 1.0, -1.0, 0.0])

    ranked = metrics.nearest_neighbours(vectors, count=3, asking=vectors * weights, chunk=2)

    scores = (vectors * weights) @ vectors.T - 1e9 * np.eye(9)
    assert ranked.tolist() == np.argsort(-scores, axis=1)[:, :3].tolist()


def test_recall_with_ties_goes_by_index(generator):
    vectors, models = generator.integers(-1, 2, (18, 2)).astype(float), list("aabbcc" * 3)
    ranked = metrics.nearest_neighbours(vectors, count=2)

    expected = naive.share_of_models_found(
        naive.neighbours(vectors.tolist(), count=2), models, count=2
    )

    assert metrics.recall(ranked, models, count=2) == pytest.approx(expected)


def test_mcnemar_counts_the_disagreements_as_coin_tosses():
    own, other = np.array([True] * 6 + [False] * 4), np.array([False] * 5 + [True] * 5)

    assert metrics.mcnemar(own, other) == pytest.approx(naive.coin_tosses(5, 4))


def test_judges_that_agree_are_equally_good():
    assert metrics.mcnemar(np.ones(5, dtype=bool), np.ones(5, dtype=bool)) == 1


def test_a_confusion_counts_every_case(generator):
    truth, guess = generator.integers(0, 3, 40), generator.integers(0, 3, 40)

    counts = metrics.confusion(truth, guess, classes=3)

    pairs = list(zip(truth.tolist(), guess.tolist(), strict=True))
    assert counts.tolist() == [[pairs.count((t, g)) for g in range(3)] for t in range(3)]


def test_macro_f1_averages_over_classes(generator):
    truth, guess = generator.integers(0, 4, 50), generator.integers(0, 5, 50)

    expected = naive.macro_f1(truth.tolist(), guess.tolist())

    assert metrics.macro_f1(truth, guess) == pytest.approx(expected)


def test_calibration_error_weighs_the_gap_of_each_bin(generator):
    confidence = np.append(generator.uniform(size=60), [0.0, 1.0, 0.2])
    is_right = generator.uniform(size=63) < confidence

    expected = naive.calibration_error(confidence.tolist(), is_right.tolist(), bins=15)

    assert metrics.calibration_error(confidence, is_right) == pytest.approx(expected)


def test_a_well_calibrated_guess_has_no_calibration_error():
    confidence, is_right = np.full(4, 0.75), np.array([True, True, True, False])

    assert metrics.calibration_error(confidence, is_right) == pytest.approx(0)


def test_certainty_that_is_always_wrong_has_the_largest_calibration_error():
    confidence, is_right = np.ones(3), np.zeros(3, dtype=bool)

    assert metrics.calibration_error(confidence, is_right) == pytest.approx(1)


def test_full_confidence_shares_a_bin_with_what_is_nearly_sure():
    confidence, is_right = np.array([1.0, 0.95]), np.array([False, True])

    gap = abs(0.5 - (1.0 + 0.95) / 2)

    assert metrics.calibration_error(confidence, is_right) == pytest.approx(gap)


def test_one_draw_in_forty_lies_on_either_side_of_a_bootstrap_interval():
    values, seen = np.random.default_rng(5).normal(size=50), []

    def mean(cases):
        seen.append(float(values[cases].mean()))
        return seen[-1]

    interval = metrics.bootstrap(mean, count=50)

    draws = seen[:-1]  # the last is the figure itself
    assert interval.value == seen[-1] == values.mean()
    assert sum(draw < interval.low for draw in draws) == 13  # of 500
    assert sum(draw > interval.high for draw in draws) == 13


def test_a_bootstrap_interval_holds_its_value_and_repeats():
    values = np.arange(50.0)

    first = metrics.bootstrap(lambda cases: float(values[cases].mean()), count=50)
    again = metrics.bootstrap(lambda cases: float(values[cases].mean()), count=50)

    assert first.low < first.value < first.high
    assert first == again
