"""Which slots make an outfit: what may stand together, what must be there, what may be added."""

from collections.abc import Collection, Sequence
from itertools import combinations, groupby

from recommender.garments import (
    ACCESSORY,
    BAG,
    BOTTOM,
    DRESS,
    JEWELLERY,
    OUTERWEAR,
    SHOES,
    TOP,
    partner_slots,
)

BODIES = ((TOP, BOTTOM), (DRESS,))  # an outfit has exactly one of these, whole
SLOTS_OF_BODIES = (TOP, BOTTOM, DRESS)
OPTIONAL = (SHOES, OUTERWEAR, BAG, JEWELLERY, ACCESSORY)  # and any of these, shoes before all
PIECES = 5  # of an outfit, what was asked about included
MOST_PIECES = 8

Plan = tuple[str, ...]  # the slots to fill, each once


def can_be_worn_together(slots: Sequence[str]) -> bool:
    """Tell whether an outfit may hold these: one of each slot, no dress with a top or bottom."""
    return all(other in partner_slots(slot) for slot, other in combinations(slots, 2))


def missing_bodies(worn: Sequence[str], *, offered: Collection[str]) -> list[Plan]:
    """The ways to make the body of what is worn whole with what is offered; () where it is whole."""
    ways = [tuple(slot for slot in body if slot not in worn) for body in BODIES]
    fitting = [more for more in ways if can_be_worn_together([*worn, *more])]
    return [more for more in fitting if set(more) <= set(offered)]


def plans(
    taken: Sequence[str], *, offered: Collection[str], pieces: int = PIECES
) -> list[list[Plan]]:
    """The ways to complete what is taken with the slots that are offered, best level first.

    Every plan makes the body whole. Those with shoes come before those without, and of these the
    ones with more slots first; plans of one level are equally good. A taken "" is something that
    counts as a piece and fills no slot. Empty where nothing makes the body whole, or nothing fits.
    """
    worn = [slot for slot in taken if slot]
    spare = [slot for slot in OPTIONAL if slot in offered and slot not in worn]
    found = []
    for missing in missing_bodies(worn, offered=offered):
        room = max(pieces - len(taken) - len(missing), 0 if missing else 1)
        found += [missing + more for more in _subsets(spare, room)]
    return _levels([plan for plan in found if plan], has_shoes=SHOES in worn)


def _subsets(slots: Sequence[str], most: int) -> list[Plan]:
    return [
        chosen
        for count in range(min(most, len(slots)) + 1)
        for chosen in combinations(slots, count)
    ]


def _levels(found: list[Plan], *, has_shoes: bool) -> list[list[Plan]]:
    def level(plan: Plan) -> tuple[bool, int]:
        return (not (has_shoes or SHOES in plan), -len(plan))

    return [list(same) for _level, same in groupby(sorted(found, key=level), key=level)]
