"""What holds for every strip beside a product."""

from django.db.models import Q
from django.db.models.lookups import Exact

from recommender.ranking.designs import hosts_design
from recommender.ranking.eligibility import Condition
from recommender.ranking.exclusion import Exclusion
from recommender.ranking.question import Question


def not_itself(question: Question) -> list[Condition]:
    """Neither the product asked about, nor another of its design, nor what shows the same picture."""
    of_design = Q(Exact(hosts_design(), question.design))
    return [
        Condition(Exclusion.ITSELF, ~Q(pk=question.anchor.pk)),
        Condition(Exclusion.SAME_DESIGN, ~of_design),
        Condition(Exclusion.SAME_PICTURE, ~Q(reco_group=question.group)),
    ]
