"""Which pieces of one outfit the merchant's rules keep apart."""

from collections.abc import Collection, Iterator, Sequence

from recommender.models import Rule
from recommender.models.rules import ProductSet
from recommender.outfits.search import CandidateItem
from recommender.ranking.rule_effects import HIDING

STRIPS = {Rule.Strip.EVERYWHERE, Rule.Strip.GOES_WITH}


def conflicting_pairs(
    items: Sequence[CandidateItem], rules: Collection[Rule]
) -> Iterator[tuple[CandidateItem, CandidateItem]]:
    """Every two items that must not stand in one outfit, from rules about pairs.

    In an outfit each piece stands beside each other one, so that a rule about one beside the other
    keeps both apart.
    """
    for rule in rules:
        about, beside = rule.directions()[0]
        if rule.strip in STRIPS and rule.kind in HIDING and beside != ProductSet():
            yield from (
                (one, other)
                for one in items
                if beside.includes(one.pk, one.attributes)
                for other in items
                if about.includes(other.pk, other.attributes) and one.number != other.number
            )
