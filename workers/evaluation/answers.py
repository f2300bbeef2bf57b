"""Answers to fill-in-the-blank questions about looks held out, for training and the promotion gate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.datasets.looks import Question
from workers.evaluation.metrics import auc, blank_credit

Score = Callable[[tuple[int, ...], int], float]  # of a context and an answer


@dataclass(frozen=True)
class Answers:
    """One scorer's answers: credits (Q,), and the scores of right answers (Q,) and wrong ones."""

    credits: NDArray[np.floating]
    right: NDArray[np.floating]
    wrong: NDArray[np.floating]

    def figures(self) -> dict[str, float]:
        """Sum up: share of the blanks filled rightly, and AUC of right over wrong answers."""
        return {"fitb": float(self.credits.mean()), "auc": auc(self.right, self.wrong)}


def answers(questions: Sequence[Question], score: Score) -> Answers:
    """Put every question, of which there must be one, to a scorer."""
    rows = [[score(each.context, answer) for answer in each.answers] for each in questions]
    return Answers(
        np.array([blank_credit(row, correct=0) for row in rows]),
        np.array([row[0] for row in rows]),
        np.array([value for row in rows for value in row[1:]]),
    )


def mean_of_pairs(
    questions: Sequence[Question], score: Callable[[NDArray[np.int64]], Sequence[float]]
) -> Score:
    """Score an answer by the mean over its pairs with the context, all asked about at once.

    Args:
        questions: At least one.
        score: (P, 2) item indices, context first, to P scores.
    """
    pairs = sorted({(c, a) for q in questions for c in q.context for a in q.answers})
    scores = dict(zip(pairs, score(np.array(pairs, dtype=np.int64)), strict=True))
    return lambda context, a: np.mean([scores[c, a] for c in context]).item()


def figures_by_pairs(
    questions: Sequence[Question], score: Callable[[NDArray[np.int64]], Sequence[float]]
) -> dict[str, float]:
    """Answer by `mean_of_pairs`; {} without questions."""
    return answers(questions, mean_of_pairs(questions, score)).figures() if questions else {}


def figures_by_vectors(
    questions: Sequence[Question], embed: Callable[[NDArray[np.int64]], NDArray[np.floating]]
) -> dict[str, float]:
    """Answer by the mean inner product with the context; {} without questions.

    Args:
        questions: Held out.
        embed: (N,) distinct item indices to (N, D) vectors.
    """
    if not questions:
        return {}
    shown = sorted({index for q in questions for index in (*q.context, *q.answers)})
    vectors = embed(np.array(shown, dtype=np.int64))  # (N, D)
    at = {index: row for row, index in enumerate(shown)}

    def score(context: tuple[int, ...], answer: int) -> float:
        return float((vectors[[at[index] for index in context]] @ vectors[at[answer]]).mean())

    return answers(questions, score).figures()
