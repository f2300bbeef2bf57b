"""A set scorer's word on whole outfits, where one serves and answers in time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, pstdev
from typing import Any

from recommender.broker import NoWorker, ask_set_scores
from recommender.models import Checkpoint, Purpose
from recommender.outfits.candidates import PairScores
from recommender.outfits.search import CandidateItem, Proposal
from recommender.strips.query_items import QueryItems

MAX_SETS = 64  # proposals that are judged, the best by the mean of pairs
LOGIT_MARGIN = 1e-6  # from 0 and 1; what a network is surer of has no logit


@dataclass(frozen=True)
class SetScoring:
    """Who judges the outfits of one answer: the set scorer if one serves, else the pairs alone."""

    group: QueryItems
    pairs: PairScores
    given: Sequence[CandidateItem]

    def judged(self, found: Sequence[Proposal]) -> list[Proposal]:
        """The proposals with a new `value` and the `set_score` it comes from, in their order.

        What the set scorer says takes the place of the mean cosine, laid over the same mean and
        spread: so the merchant's boosts, the looks, and being unlike the others weigh what they did.
        The best `MAX_SETS` are put to a worker in one question, and a bounded wait; what is not
        judged, or nobody answers about, stays as it is, as does what a piece without a vector is in.
        """
        scorer = set_scorer_of(self.group)
        best = sorted(found, key=lambda one: one.order)[:MAX_SETS]
        known = [one for one in best if one.numbers <= set(self.pairs.known)]
        scores = self._set_scores(known, scorer) if scorer and len(known) > 1 else {}
        asked = [one for one in known if scores.get(one.numbers) is not None]
        values = dict(zip((o.numbers for o in asked), self._values(asked, scores), strict=True))
        return [
            replace(one, value=values[one.numbers], set_score=scores[one.numbers])
            if one.numbers in values
            else one
            for one in found
        ]

    def versions(self, found: Sequence[Proposal]) -> tuple[str, ...]:
        """Who made these: the style encoder, and the set scorer if it had a say."""
        scorer = set_scorer_of(self.group)
        is_judged = scorer and any(one.set_score is not None for one in found)
        return (*self.group.versions, scorer.label) if scorer and is_judged else self.group.versions

    def _set_scores(
        self, found: Sequence[Proposal], scorer: Checkpoint
    ) -> dict[frozenset[int], float | None]:
        given = [node for node in self.given if node.number in self.pairs.known]
        nodes = {node.number: node for one in found for node in (*given, *one.pieces)}
        places = {number: at for at, number in enumerate(nodes)}
        always = [places[node.number] for node in given]
        sets = [[*always, *(places[node.number] for node in one.pieces)] for one in found]
        try:
            answer = ask_set_scores(
                scorer=scorer.label, items=[self._item(node) for node in nodes.values()], sets=sets
            )
        except NoWorker:
            return {}
        scores = answer.get("scores", [])  # nothing where the worker has not heard of the scorer
        return {one.numbers: score for one, score in zip(found, scores, strict=False)}

    def _item(self, node: CandidateItem) -> dict[str, Any]:
        if node.pk is not None:
            return {"slot": node.slot, "product": str(node.pk)}
        photo = self.group.items[node.number].photo
        return {"slot": node.slot, "vector": list(photo.vector) if photo else []}

    def _values(
        self, found: Sequence[Proposal], scores: dict[frozenset[int], float | None]
    ) -> list[float]:
        cosines = [
            self.pairs.mean_cosine(list(combinations([*self.given, *one.pieces], 2)))
            for one in found
        ]
        logits = [_logit(scores[one.numbers] or 0.0) for one in found]
        return [
            one.value - cosine + laid
            for one, cosine, laid in zip(found, cosines, rescale(logits, cosines), strict=True)
        ]


def set_scorer_of(group: QueryItems) -> Checkpoint | None:
    """The set scorer that serves; None where it was trained on vectors of another style than serves.

    So after a switch of the style it stands aside, and after a roll back it is there again.
    """
    scorer, style = group.checkpoints.get(Purpose.SET), group.style
    is_of_style = scorer and style and scorer.encoder_label == style.label
    return scorer if is_of_style else None


def rescale(numbers: Sequence[float], others: Sequence[float]) -> list[float]:
    """The numbers in their order, with the mean and the spread of the others."""
    if not numbers:
        return []
    spread = pstdev(numbers)
    scale = pstdev(others) / spread if spread else 0.0
    middle, mean = fmean(numbers), fmean(others)
    return [mean + scale * (number - middle) for number in numbers]


def _logit(score: float) -> float:
    share = min(1 - LOGIT_MARGIN, max(LOGIT_MARGIN, score))
    return math.log(share / (1 - share))
