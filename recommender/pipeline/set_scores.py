"""Scores a product's best outfits as wholes and stores what the set scorer says, ahead of any page."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from recommender.models import Job, PairingJob, SetScore
from recommender.outfits.answer import best_proposals
from recommender.outfits.set_scores import members_of, set_scorer_of
from recommender.pipeline.cover_vectors import cover_vectors, encoder_read_by

MAX_SETS = 64  # proposals of a product that are scored, the best by the mean of pairs
GATHERING = timedelta(minutes=1)  # in an import a product gains partners all the time

# Sets as lists of vectors, and the slots of their pieces → how good each set is, 0 to 1.
ScoreSets = Callable[[Sequence[Sequence[Any]], Sequence[Sequence[str]]], Sequence[float]]


def refresh_set_scores(product_pk: Any, *, score: ScoreSets) -> int:
    """Score a product's best proposals and store them in place of the older ones; returns how many.

    Nothing is scored while no set scorer serves, or while it reads another style than serves.
    """
    group, sets = best_proposals(product_pk, limit=MAX_SETS)
    scorer = set_scorer_of(group)
    if scorer is None:
        return 0
    vectors = cover_vectors({node.pk for nodes in sets for node in nodes}, encoder_read_by(scorer))
    known = [nodes for nodes in sets if all(node.pk in vectors for node in nodes)]
    scores = score(
        [[vectors[node.pk] for node in nodes] for nodes in known],
        [[node.slot for node in nodes] for nodes in known],
    )
    rows = [
        SetScore(product_id=product_pk, scorer=scorer, members=members_of(nodes), score=value)
        for nodes, value in zip(known, scores, strict=True)
    ]
    with transaction.atomic():
        SetScore.objects.filter(product=product_pk, scorer=scorer).delete()
        SetScore.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def forget_set_scores(products: Collection[Any]) -> None:
    """Drop what was said of sets that hold one of these, which looks different now, and have it said anew."""
    stale = SetScore.objects.filter(members__overlap=[str(pk) for pk in products])
    if owners := set(stale.values_list("product", flat=True)):
        queue_set_scores(owners)
        stale.delete()


def queue_set_scores(products: Collection[Any]) -> None:
    """Have the best outfits of these scored again in a minute; once, however many ask until then."""
    done = PairingJob.objects.filter(product__in=products, state=Job.State.DONE)
    done.update(state=Job.State.PENDING, attempts=0, due_at=Now() + GATHERING)
