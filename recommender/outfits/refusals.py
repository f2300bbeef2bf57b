"""Why there is no outfit, in words for people."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.utils.translation import gettext

from recommender.catalog import catalog
from recommender.garments import partner_slots
from recommender.models import Slot
from recommender.outfits.outfit import NoOutfit
from recommender.outfits.plans import BODIES, can_be_worn_together
from recommender.outfits.search import CandidateItem
from recommender.strips.query_items import QueryItem


def impossible_request(
    given: Sequence[QueryItem], *, is_gone: bool, swap: str, room: Decimal | None
) -> NoOutfit | None:
    """What makes the question itself impossible, if anything does; no query."""
    slots = [each.slot for each in given if not each.is_anything]
    wrongs = {
        "worn_alone": not all(partner_slots(slot) for slot in slots),
        "impossible": not can_be_worn_together(slots),
        "gone": is_gone,
        "no_room": bool(swap) and not can_be_worn_together([*slots, swap]),
        "over_budget": room is not None and room < 0,
    }
    texts = {
        "worn_alone": gettext("This is not part of an outfit."),
        "impossible": gettext("These pieces cannot be worn together."),
        "gone": gettext("A piece that was kept can no longer be bought."),
        "no_room": gettext("The other pieces leave no room for one of this kind."),
        "over_budget": gettext("What is there already costs more than the budget."),
    }
    wrong = next((code for code, is_wrong in wrongs.items() if is_wrong), None)
    return NoOutfit(wrong, texts[wrong]) if wrong else None


def unmet_request(
    given: Sequence[QueryItem], found: Collection[CandidateItem], *, budget: Decimal | None
) -> NoOutfit:
    """What is missing for an outfit."""
    if budget is not None:
        text = gettext("Nothing in stock fits the budget of %(budget)s.")
        return NoOutfit("over_budget", text % {"budget": catalog().amount(budget)})
    missing = _missing_slots([each.slot for each in given], {item.slot for item in found})
    if missing:
        named = ", ".join(str(Slot(slot).label) for slot in missing)
        text = gettext("Nothing in stock fits; missing: %(slots)s.") % {"slots": named}
        return NoOutfit("nothing_fits", text)
    return NoOutfit("nothing_fits", gettext("Nothing in stock fits."))


def _missing_slots(taken: Sequence[str], offered: Collection[str]) -> list[str]:
    """The slots of a whole body that nobody offers."""
    worn = [slot for slot in taken if slot]
    for body in BODIES:
        needed = [slot for slot in body if slot not in worn]
        if can_be_worn_together([*worn, *needed]):
            return [slot for slot in needed if slot not in offered]
    return []
