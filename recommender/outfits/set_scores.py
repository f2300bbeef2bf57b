"""What a set scorer said of whole outfits, where one serves and a worker has asked it already."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, pstdev

from recommender.models import Checkpoint, Purpose, SetScore
from recommender.outfits.candidates import PairScores
from recommender.outfits.search import CandidateItem, Proposal
from recommender.strips.query_items import QueryItems

LOGIT_MARGIN = 1e-6  # from 0 and 1; what a network is surer of has no logit

Members = tuple[str, ...]


@dataclass(frozen=True)
class SetScoring:
    """What orders the outfits of one answer: stored set scores where there are any, else the pairs alone."""

    query: QueryItems
    pairs: PairScores
    given: Sequence[CandidateItem]

    def scored(self, found: Sequence[Proposal]) -> list[Proposal]:
        """The proposals with a new `value` and the `set_score` it comes from, in their order; one query.

        What the set scorer says takes the place of the mean cosine, laid over the same mean and
        spread: so the merchant's boosts, the looks, and being unlike the others weigh what they did.
        What no worker has scored stays as it is, as does all of it where a photo is among the given.
        """
        stored = self._stored()
        scores = {
            one.numbers: score
            for one in found
            if (score := stored.get(tuple(members_of([*self.given, *one.pieces])))) is not None
        }
        known = [one for one in found if one.numbers in scores]
        if len(known) < 2:  # nothing to be put in order
            return list(found)
        values = dict(zip((o.numbers for o in known), self._values(known, scores), strict=True))
        return [
            replace(one, value=values[one.numbers], set_score=scores[one.numbers])
            if one.numbers in values
            else one
            for one in found
        ]

    def versions(self, found: Sequence[Proposal]) -> tuple[str, ...]:
        """Who made these: the style encoder, and the set scorer if it had a say."""
        scorer = set_scorer_of(self.query)
        is_scored = scorer and any(one.set_score is not None for one in found)
        return (*self.query.versions, scorer.label) if scorer and is_scored else self.query.versions

    def _stored(self) -> Mapping[Members, float]:
        """What was said of sets with what is given, by their members."""
        scorer = set_scorer_of(self.query)
        if scorer is None or any(item.pk is None for item in self.given):
            return {}
        rows = SetScore.objects.filter(scorer=scorer, product__in=self.query.product_pks)
        return {tuple(members): score for members, score in rows.values_list("members", "score")}

    def _values(
        self, found: Sequence[Proposal], scores: Mapping[frozenset[int], float]
    ) -> list[float]:
        cosines = [
            self.pairs.mean_cosine(list(combinations([*self.given, *one.pieces], 2)))
            for one in found
        ]
        logits = [_logit(scores[one.numbers]) for one in found]
        return [
            one.value - cosine + laid
            for one, cosine, laid in zip(found, cosines, rescale(logits, cosines), strict=True)
        ]


def set_scorer_of(query: QueryItems) -> Checkpoint | None:
    """The set scorer that serves; None where it was trained on vectors of another style than serves.

    So after a switch of the style it stands aside, and after a roll back it is there again.
    """
    scorer, style = query.checkpoints.get(Purpose.SET), query.style
    is_of_style = scorer and style and scorer.encoder_label == style.label
    return scorer if is_of_style else None


def members_of(items: Iterable[CandidateItem]) -> list[str]:
    """How a set of products is stored: their keys as text, in order."""
    return sorted(str(item.pk) for item in items)


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
