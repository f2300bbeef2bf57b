"""Which pieces make the best outfit: a beam search over pairwise scores that are already known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from heapq import nsmallest
from operator import add
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

    @cached_property
    def is_pinned(self) -> bool:
        return self.tier == Tier.PINNED


Matrix = Sequence[
    Sequence[float]
]  # [number][number] → how well two go together, the same both ways


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


@dataclass(frozen=True, eq=False)
class _Partial:
    """Pieces chosen so far; `gains` says by number what each further item would add to their total.

    `pins` is less by one for each of them that the merchant pins.
    """

    gains: Sequence[float]
    pieces: tuple[CandidateItem, ...] = ()
    total: float = 0.0
    spent: Decimal = NOTHING
    pins: int = 0

    def with_piece(self, item: CandidateItem, *, total: float, gains: list[float]) -> "_Partial":
        spent = self.spent + item.price if item.price else self.spent
        return _Partial(gains, (*self.pieces, item), total, spent, self.pins - item.is_pinned)


def _order(found: tuple[int, float, _Partial, CandidateItem]) -> tuple[Any, ...]:
    """The best first: pins before any total, ties by the numbers of the pieces."""
    pins, loss, partial, item = found
    return pins, loss, [piece.number for piece in partial.pieces], item.number


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
        pairs = _count_of_pairs(len(self.given) + len(plan)) / (len(plan) or 1)
        beam = [_Partial(gains=self._gains(self.given))]
        for at, slot in enumerate(plan):
            needed = sum((self._cheapest(later) for later in plan[at + 1 :]), NOTHING)
            longer = (
                (partial.pins - item.is_pinned, -partial.total - gain, partial, item)
                for partial in beam
                for item in self.by_slot.get(slot, ())
                if self._is_within(partial.spent, item, needed)
                and (gain := partial.gains[item.number] + item.boost * pairs) > INCOMPATIBLE
            )
            best = nsmallest(width, longer, key=_order)
            beam = [
                partial.with_piece(item, total=-loss, gains=self._gains([item], partial.gains))
                for _pins, loss, partial, item in best
            ]
        return [self._proposal(partial.pieces, partial.total) for partial in beam]

    def _gains(
        self, pieces: Sequence[CandidateItem], before: Sequence[float] | None = None
    ) -> list[float]:
        """By number, what each item adds to the sum of pairs beside these pieces, and those before."""
        gains = list(before or [0.0] * len(self.matrix))
        for piece in pieces:
            gains = [*map(add, gains, self.matrix[piece.number])]
        return gains

    def _is_within(self, spent: Decimal, item: CandidateItem, needed: Decimal) -> bool:
        return self.room is None or spent + (item.price or NOTHING) + needed <= self.room

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
