"""Which pieces make the best outfit: a beam search over pairwise scores that are already known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from recommender.ranking.tier import Tier

WIDTH = 64  # partial outfits that are followed
REPEAT = 0.1  # what an outfit loses in its order if all its pieces were in one before it
INCOMPATIBLE = float("-inf")  # the score of two pieces that must not meet
NOTHING = Decimal(0)


@dataclass(frozen=True)
class CandidateItem:
    """A piece that may be chosen, or one that is given; `number` is its place in `Matrix`."""

    number: int
    slot: str
    pk: Any = None
    price: Decimal | None = None
    tier: Tier = Tier.SUITED
    boost: float = 0.0
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_pinned(self) -> bool:
        return self.tier == Tier.PINNED


Matrix = Sequence[
    Sequence[float]
]  # [number][number] → how well two go together, the same both ways


_Partial = tuple[int, float, tuple[int, ...], tuple[CandidateItem, ...], Decimal]


@dataclass(frozen=True)
class Proposal:
    """Pieces chosen for the slots of a plan; `value` is the score with the merchant's boosts.

    `set_score` is what a set scorer says of them with what is given, where one was asked; `value` has it.
    """

    pieces: tuple[CandidateItem, ...]
    score: float
    value: float
    set_score: float | None = None

    @property
    def order(self) -> tuple[int, float]:
        """What proposals with as many pieces are ordered by, the best first: pins before any value."""
        return -_pins(self.pieces), -self.value

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(item.number for item in self.pieces)


@dataclass(frozen=True)
class SearchSpace:
    """What there is to choose from, and what the choice must go with."""

    given: Sequence[CandidateItem]
    by_slot: Mapping[str, Sequence[CandidateItem]]
    matrix: Matrix
    room: Decimal | None = None  # what the chosen pieces may cost together

    def best_proposals(self, plan: Sequence[str], *, width: int = WIDTH) -> list[Proposal]:
        """The best ways to fill a plan, best first, ties by the numbers of the pieces.

        A beam search, slot by slot. Exact where no more than `width` partial outfits fit the
        budget: up to 4 candidates in each of 4 slots. Beyond that it is a good outfit, and one is
        found wherever one exists (the rules between two chosen pieces aside), for an outfit whose
        remaining slots cannot be filled within the budget is not followed.
        """
        # What is in front is what it is ordered by, the best first: pins, the sum of pairs, numbers.
        beam: list[_Partial] = [(0, 0.0, (), (), NOTHING)]
        for at, slot in enumerate(plan):
            needed = sum((self._cheapest(later) for later in plan[at + 1 :]), NOTHING)
            offered = [
                (item, item.is_pinned, self._own_gain(item, slots=len(plan)), item.price or NOTHING)
                for item in self.by_slot.get(slot, ())
            ]
            longer = [
                (pins - is_pinned, loss - gain, (*numbers, item.number), (*pieces, item), cost)
                for pins, loss, numbers, pieces, spent in beam
                for item, is_pinned, own, price in offered
                if self._is_within((cost := spent + price) + needed)
                and (gain := own + self._met(item, numbers)) > INCOMPATIBLE
            ]
            beam = sorted(longer)[:width]
        return [self._proposal(pieces, -loss) for _pins, loss, _numbers, pieces, _spent in beam]

    def _met(self, item: CandidateItem, numbers: Sequence[int]) -> float:
        row = self.matrix[item.number]
        return sum([row[number] for number in numbers])

    def _own_gain(self, item: CandidateItem, *, slots: int) -> float:
        """What a piece adds to the sum of pairs beside what is given; its boost counts for its share of all pairs."""
        met = self._met(item, [other.number for other in self.given])
        return met + item.boost * _count_of_pairs(len(self.given) + slots) / slots

    def _is_within(self, spent: Decimal) -> bool:
        return self.room is None or spent <= self.room

    def _cheapest(self, slot: str) -> Decimal:
        return min((item.price or NOTHING for item in self.by_slot.get(slot, ())), default=NOTHING)

    def _proposal(self, pieces: tuple[CandidateItem, ...], total: float) -> Proposal:
        worn = [*self.given, *pieces]
        pairs = max(_count_of_pairs(len(worn)), 1)
        given = sum(
            self.matrix[one.number][other.number]
            for at, one in enumerate(self.given)
            for other in self.given[:at]
        )
        boost = sum(item.boost for item in pieces) / len(pieces)
        value = (total + given) / pairs
        return Proposal(pieces, value - boost, value)


def diverse_proposals(
    found: Sequence[Proposal], limit: int, *, after: Sequence[Proposal] = ()
) -> list[Proposal]:
    """Choose some of the best that do not repeat each other's pieces, nor those of any `after`."""
    chosen: list[Proposal] = []
    seen = {number for one in after for number in one.numbers}
    known = {one.numbers for one in after}
    rest = [one for one in found if one.numbers not in known]
    while rest and len(chosen) < limit:
        best = max(
            rest, key=lambda one: (_pins(one.pieces), one.value - _repeat_penalty(one, seen))
        )
        chosen.append(best)
        seen |= best.numbers
        rest = [one for one in rest if one is not best]
    return chosen


def _repeat_penalty(found: Proposal, seen: set[int]) -> float:
    return REPEAT * len(found.numbers & seen) / len(found.numbers)


def _pins(pieces: Sequence[CandidateItem]) -> int:
    return sum(item.is_pinned for item in pieces)


def _count_of_pairs(pieces: int) -> int:
    return pieces * (pieces - 1) // 2
