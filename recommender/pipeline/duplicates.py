"""Keeps together the products whose covers show the same picture."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from recommender import conf, product_columns
from recommender.catalog import product_model
from recommender.fingerprints import COSINE_PER_BIT, LEAST_COSINE, LEAST_COSINES, MOST_BITS
from recommender.locks import advisory_lock
from recommender.models import Checkpoint, Duplicate, Purpose
from recommender.vectors import inner_product_sql, part_spans

# A cover that more others show, such as "photo will follow", says nothing of any of them.
MOST_ALIKE = 12

_BITS = "bit_count((own.fingerprint # cover.fingerprint)::bit(64))"
# All fingerprints are read, which is cheap; a vector only where the fingerprints agree.
_ALIKE = """
SELECT own.product_id, near.product_id
FROM recommender_picture AS own
JOIN recommender_embedding AS one ON one.picture_id = own.id AND one.checkpoint_id = %s
CROSS JOIN LATERAL (
    SELECT cover.product_id FROM recommender_picture AS cover
    WHERE cover.position = 0 AND cover.product_id <> own.product_id
      AND {bits} <= %s
      AND (SELECT {agree} FROM recommender_embedding AS other
           WHERE other.picture_id = cover.id AND other.checkpoint_id = one.checkpoint_id)
    LIMIT %s
) AS near
WHERE own.position = 0 AND own.fingerprint IS NOT NULL AND own.product_id = ANY(%s)
"""

Pairs = set[tuple[Any, Any]]


@transaction.atomic(savepoint=False)
def collapse_duplicates(products: Collection[Any]) -> None:
    """Find out anew which products count as one with these, given by key, and write it down.

    For when a cover, its vector or a product's design may have changed; what no longer belongs
    together is parted. Six statements where nothing is alike; one reads every fingerprint.
    """
    if not conf.get("COLLAPSE_DUPLICATES"):
        Duplicate.objects.filter(product__in=products).delete()
        return
    encoder = Checkpoint.objects.filter(
        purpose=Purpose.VISUAL, state=Checkpoint.State.ACTIVE
    ).first()
    if encoder is None or not products:
        return
    advisory_lock("recommender.duplicates")
    pairs, groups = _neighbourhood(set(products), encoder)
    keys = _keys(pairs, groups)
    Duplicate.objects.filter(product__in=groups.keys() - keys.keys()).delete()
    Duplicate.objects.bulk_create(
        [Duplicate(product_id=pk, key=key) for pk, key in keys.items()],
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["key"],
    )


def _neighbourhood(products: set[Any], encoder: Checkpoint) -> tuple[Pairs, dict[Any, str]]:
    """Every pair alike that hangs together with these products, and every product's own group."""
    pairs: Pairs = set()
    groups: dict[Any, str] = {}
    compared: set[Any] = set()
    fresh = products
    while fresh:
        pairs |= _similar_pairs(fresh, encoder)
        compared |= fresh
        groups, slots, are_known = _groups(compared.union(*pairs))
        # Two pieces sold apart and photographed together, as a suit is, are not one product.
        pairs = {(own, other) for own, other in pairs if slots[own] == slots[other]}
        # Where nothing is alike, the other colours need not be compared: they were, in their turn.
        fresh = groups.keys() - compared if pairs or are_known else set()
    return pairs, groups


def _similar_pairs(products: Collection[Any], encoder: Checkpoint) -> Pairs:
    """Pairs of one of these and any other product whose covers show the same picture; one query."""
    sql = _ALIKE.format(bits=_BITS, agree=_threshold_sql(encoder))
    with connection.cursor() as cursor:
        cursor.execute(sql, [encoder.pk, MOST_BITS, MOST_ALIKE + 1, list(products)])
        pairs: Pairs = set(cursor.fetchall())
    others = Counter(own for own, _other in pairs)
    return {(own, other) for own, other in pairs if others[own] <= MOST_ALIKE}


def _threshold_sql(encoder: Checkpoint) -> str:
    """Whether vectors `one` and `other` agree in every part, as SQL; of our own numbers alone."""
    return " AND ".join(
        f"{inner_product_sql('one.vector', 'other.vector', span)} >= "
        f"{LEAST_COSINES.get(name, LEAST_COSINE)} + {COSINE_PER_BIT.get(name, 0)} * {_BITS}"
        for name, span in part_spans(encoder.parts)
    )


def _groups(products: Collection[Any]) -> tuple[dict[Any, str], dict[Any, str], bool]:
    """All that the host, or an earlier look, counts as one with these.

    Returns:
        Their groups and their slots, by key, and whether any was counted as one with others before.
    """
    everything: QuerySet[Any] = product_model()._default_manager.order_by()
    grouped = everything.annotate(
        reco_own=Cast(product_columns.group_key(), CharField()), reco_slot=product_columns.slot()
    )
    about = ("pk", "reco_own", "reco_slot", "recommender_duplicate__key")
    own = list(grouped.filter(pk__in=products).values_list(*about))
    keys = {key for *_rest, key in own if key}
    like = Q(reco_own__in={group for _pk, group, *_rest in own})
    rows = list(grouped.filter(like | Q(recommender_duplicate__key__in=keys)).values_list(*about))
    groups = {pk: group for pk, group, *_rest in rows}
    slots = {pk: slot for pk, _group, slot, _key in rows}
    return groups, slots, any(key for *_rest, key in rows)


def _keys(pairs: Pairs, groups: Mapping[Any, str]) -> dict[Any, str]:
    """The key of each product that counts as one with a product of another group."""
    roots = {pk: pk for pk in groups}

    def root(pk: Any) -> Any:
        while roots[pk] != pk:
            pk = roots[pk]
        return pk

    first_of: dict[str, Any] = {}
    colours = {(first_of.setdefault(group, pk), pk) for pk, group in groups.items()}
    for pair in pairs | colours:
        low, high = sorted(map(root, pair))
        roots[high] = low
    kinds: dict[Any, set[str]] = defaultdict(set)
    for pk, group in groups.items():
        kinds[root(pk)].add(group)
    return {pk: f"same:{root(pk)}" for pk in groups if len(kinds[root(pk)]) > 1}
