"""Judges what goes with a product and stores the best, in both directions."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Min

from recommender import conf
from recommender.locks import advisory_lock
from recommender.models import Checkpoint, Pairing, Purpose
from recommender.pipeline.cover_vectors import cover_vectors, encoder_read_by
from recommender.pipeline.set_scores import queue_set_scores
from recommender.ranking.question import question_about
from recommender.ranking.scoring import cover_vector
from recommender.ranking.statement import RankedProduct
from recommender.strips.goes_with import style_neighbours

# Two equally long lists of vectors → how well each pair goes together, 0 to 1.
Score = Callable[[Sequence[Any], Sequence[Any]], Sequence[float]]

_RENUMBER = """
WITH placed AS (
    SELECT id,
           row_number() OVER (PARTITION BY product_id, slot ORDER BY score DESC, partner_id) AS rank
    FROM recommender_pairing
    WHERE scorer_id = %(scorer)s
      AND (product_id = %(product)s OR (slot = %(slot)s AND product_id = ANY(%(partners)s)))
)
UPDATE recommender_pairing AS pairing SET rank = placed.rank
FROM placed WHERE placed.id = pairing.id AND pairing.rank <> placed.rank
"""


def refresh_pairings(product_pk: Any, *, score: Score) -> int:
    """Judge a product against its style neighbours and store the best; returns how many pairs.

    Both directions are refreshed: the product's own list, and the lists of those it was judged
    with, each cut to its best. The cost does not grow with the catalogue beyond one vector search:
    candidates come per slot, never all pairs. The score must not depend on the order of a pair.
    """
    question = question_about(product_pk)
    scorer, style = (question.checkpoints.get(kind) for kind in (Purpose.PAIR, Purpose.STYLE))
    if not (scorer and style):
        return 0
    per_slot = conf.get("CANDIDATES_PER_SLOT")
    candidates = style_neighbours(question, style=style, per_slot=per_slot)
    judged = _score_candidates(product_pk, candidates, encoder_read_by(scorer), score=score)
    is_set_scored = Purpose.SET in question.checkpoints
    held = Pairing.objects.filter(scorer=scorer, partner=product_pk)
    before = set(held.values_list("product", flat=True)) if is_set_scored else set()
    entered = _replace(product_pk, question.slot, judged, scorer=scorer)
    if is_set_scored:
        queue_set_scores(entered - before)
    return len(judged)


def _score_candidates(
    product_pk: Any, candidates: Sequence[RankedProduct], encoder: Checkpoint, *, score: Score
) -> list[tuple[RankedProduct, float]]:
    """Score the candidates in one batch; those without a vector it can read are left out."""
    own = cover_vector(product_pk, encoder).first()
    if own is None or not candidates:
        return []
    vectors = cover_vectors([row.pk for row in candidates], encoder)
    known = [row for row in candidates if row.pk in vectors]
    theirs = [vectors[row.pk] for row in known]
    scores = score([own["vector"]] * len(theirs), theirs) if theirs else []
    return list(zip(known, scores, strict=True))


@transaction.atomic
def _replace(
    product_pk: Any, slot: str, judged: Sequence[tuple[RankedProduct, float]], *, scorer: Checkpoint
) -> set[Any]:
    """Store both directions, number them, and keep the best of each slot; returns in whose lists it is."""
    advisory_lock("recommender.pairings")  # two writers of one list would deadlock
    there_still = _kept_products([product_pk, *(row.pk for row, _value in judged)])
    judged = [(row, value) for row, value in judged if {row.pk, product_pk} <= there_still]
    Pairing.objects.filter(scorer=scorer, product=product_pk).delete()
    Pairing.objects.filter(scorer=scorer, partner=product_pk).delete()
    bars = _bars([row.pk for row, _value in judged], slot, scorer)
    entering = [(row.pk, value) for row, value in judged if value > bars.get(row.pk, -1.0)]
    there = [
        Pairing(product_id=product_pk, partner_id=row.pk, scorer=scorer, slot=row.slot, score=value)
        for row, value in _best_per_slot(judged)
    ]
    back = [
        Pairing(product_id=pk, partner_id=product_pk, scorer=scorer, slot=slot, score=value)
        for pk, value in entering
    ]
    Pairing.objects.bulk_create([*there, *back])
    partners = [pk for pk, _value in entering]
    with connection.cursor() as cursor:
        cursor.execute(
            _RENUMBER,
            {"scorer": scorer.pk, "product": product_pk, "slot": slot, "partners": partners},
        )
    kept = conf.get("PAIRINGS_PER_SLOT")
    Pairing.objects.filter(scorer=scorer, product__in=partners, slot=slot, rank__gt=kept).delete()
    return {*partners}


def _kept_products(pks: Sequence[Any]) -> set[Any]:
    """Those that nobody has deleted since they were judged; until we commit nobody can."""
    products = Pairing._meta.get_field("product").related_model._base_manager
    found = products.filter(pk__in=pks).order_by("pk").values_list("pk")
    sql, params = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} FOR KEY SHARE", params)
        return {pk for (pk,) in cursor.fetchall()}


def _bars(partners: Sequence[Any], slot: str, scorer: Checkpoint) -> dict[Any, float]:
    """The score to beat in each partner's list of a slot; lists with room have no bar."""
    full = (
        Pairing.objects.filter(scorer=scorer, slot=slot, product__in=partners)
        .values("product")
        .annotate(worst=Min("score"), length=Count("pk"))
        .filter(length__gte=conf.get("PAIRINGS_PER_SLOT"))
    )
    return dict(full.values_list("product", "worst"))


def _best_per_slot(
    judged: Sequence[tuple[RankedProduct, float]],
) -> list[tuple[RankedProduct, float]]:
    used: Counter[str] = Counter()
    best = []
    for row, value in sorted(judged, key=lambda pair: -pair[1]):
        used[row.slot] += 1
        if used[row.slot] <= conf.get("PAIRINGS_PER_SLOT"):
            best.append((row, value))
    return best
