"""What of the same slot looks least like a product: the other end of what is similar."""

from typing import Any

from django.db.models import Max

from recommender.explain.strip_question import SIMILAR, strip_question
from recommender.ranking.calibration import score_of_rung
from recommender.ranking.rung import Rung


def farthest_products(product_pk: Any, *, count: int = 5) -> list[tuple[Any, float]]:
    """(key, score) of the least similar that may be shown, those farthest first; two queries.

    Ties go by key. A product of several pictures counts by the one most alike, as in the strip.
    Empty without an encoder or a picture.
    """
    asked = strip_question(product_pk, strip=SIMILAR)
    products = asked.ladder().rungs.get(Rung.VISUAL)
    if products is None:
        return []
    each = products.filter(reco_score__isnull=False).values("pk").annotate(best=Max("reco_score"))
    rows = each.order_by("best", "pk").values_list("pk", "best")[:count]
    return [(pk, score_of_rung(Rung.VISUAL, best, asked.question.checkpoints)) for pk, best in rows]
