"""Does every picture have what it must have? The invariants, counted, and mended on request."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from recommender import broker
from recommender.models import (
    Checkpoint,
    Embedding,
    EmbeddingJob,
    Job,
    Pairing,
    PairingJob,
    Picture,
    Purpose,
    SetScore,
)
from recommender.pipeline.duplicates import collapse_duplicates
from recommender.pipeline.indexes import note_slots
from recommender.pipeline.picture_files import CURE, stored_files, unreadable_pictures, whereabouts
from recommender.pipeline.picture_sync import (
    PRODUCTS_AT_ONCE,
    kept_products,
    queue_embeddings,
    serving_encoders,
    sync_in_batches,
)
from recommender.vectors import InnerProduct

UNIT_TOLERANCE = 0.02  # half precision costs up to 0.001 per part


@dataclass(frozen=True)
class Finding:
    """One broken promise: how often, and an example."""

    code: str
    text: str
    count: int
    example: str = ""


def findings() -> list[Finding]:
    """Check every invariant; an empty list means that all is well. Reads no file."""
    checks: list[tuple[str, str, Callable[[], QuerySet[Any]]]] = [
        ("unreadable", f"pictures whose file is not there. {CURE}", unreadable_pictures),
        ("missing", "pictures without a vector, and with no job that would make one", _missing),
        ("waiting", "pictures still waiting for a worker", _waiting),
        ("failed", "pictures that could not be embedded", _failed),
        ("stale", "vectors of bytes the picture no longer holds", _stale),
        ("not_unit", "vectors whose length is not 1", _not_unit),
        ("stuck", "jobs whose worker has been silent for long", _stuck),
        ("unpaired", "products whose partners could not be judged", _unpaired),
        ("mixed", "pairings judged by a scorer that no longer serves", _retired_pairings),
    ]
    counted = [_finding(code, text, rows()) for code, text, rows in checks]
    out_of_step = _unseen_and_renamed()
    return [*_no_checkpoints(), *(one for one in [*out_of_step, *counted] if one.count)]


def repair() -> int:
    """Mend what can be mended without a person; returns how many jobs were queued.

    Notes pictures nobody noted, queues what is missing or stale, drops what retired scorers said,
    notes the slots of products that changed theirs where an index is chosen by them.
    Pictures that failed are left to the merchant: the admin retries them.
    """
    queued = sync_in_batches(kept_products())
    for encoder in serving_encoders():
        without = (
            _without_vector(encoder) | _stale_pictures(encoder) | _without_fingerprint(encoder)
        )
        queued += queue_embeddings(without, encoders=[encoder])
    _retired_pairings().delete()
    SetScore.objects.exclude(scorer__state=Checkpoint.State.ACTIVE).delete()
    if indexed := Checkpoint.objects.exclude(indexes={}):
        note_slots(indexed)
    _collapse_in_batches(product.pk for product in kept_products())
    broker.ring(broker.EMBED)
    return queued


def _collapse_in_batches(keys: Iterator[Any]) -> None:
    while batch := list(islice(keys, PRODUCTS_AT_ONCE)):
        collapse_duplicates(batch)


def _finding(code: str, text: str, rows: QuerySet[Any]) -> Finding:
    count = rows.count()
    first = rows.first() if count else None
    example = whereabouts(first) if isinstance(first, Picture) else str(first or "")
    return Finding(code, text, count, example)


def _no_checkpoints() -> list[Finding]:
    active = Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE).count()
    if active:
        return []
    return [Finding("no_checkpoint", "no checkpoint serves; run manage.py activate_checkpoint", 1)]


def _unseen_and_renamed() -> list[Finding]:
    """Products whose files are not those that were noted: of none at all, or of some."""
    unseen: list[Any] = []
    renamed: list[Any] = []
    rest = kept_products()
    while batch := list(islice(rest, PRODUCTS_AT_ONCE)):
        noted = _noted_names(batch)
        for product in batch:
            shown = stored_files(product).keys()
            if shown != noted[product.pk]:
                (renamed if noted[product.pk] else unseen).append(product)
    return [
        _finding_of("unseen", "products whose pictures were never noted", unseen),
        _finding_of("renamed", "products that show other pictures than those noted", renamed),
    ]


def _noted_names(products: Sequence[Any]) -> Mapping[Any, set[str]]:
    names: dict[Any, set[str]] = defaultdict(set)
    keys = [product.pk for product in products]
    for picture in Picture.objects.filter(product__in=keys).defer("palette"):
        names[picture.product_id].add(picture.name)
    return names


def _finding_of(code: str, text: str, products: Sequence[Any]) -> Finding:
    return Finding(code, text, len(products), str(products[0]) if products else "")


def _missing() -> QuerySet[Any]:
    missing = Picture.objects.none()
    for encoder in serving_encoders():
        missing = missing | _without_vector(encoder)
    return missing


def _without_vector(encoder: Checkpoint) -> QuerySet[Any]:
    made = Embedding.objects.filter(picture=OuterRef("pk"), checkpoint=encoder)
    known = EmbeddingJob.objects.filter(picture=OuterRef("pk"), checkpoint=encoder).exclude(
        state=Job.State.DONE
    )
    return Picture.objects.filter(~Exists(made), ~Exists(known))


def _waiting() -> QuerySet[Any]:
    open_job = EmbeddingJob.objects.unfinished().filter(picture=OuterRef("pk"))
    return Picture.objects.filter(Exists(open_job))


def _failed() -> QuerySet[Any]:
    dead = EmbeddingJob.objects.filter(picture=OuterRef("pk"), state=Job.State.DEAD)
    return Picture.objects.filter(Exists(dead))


def _stale() -> QuerySet[Any]:
    """Vectors of old bytes for which no job is under way."""
    open_job = EmbeddingJob.objects.unfinished().filter(
        picture=OuterRef("picture"), checkpoint=OuterRef("checkpoint")
    )
    return Embedding.objects.exclude(sha256=F("picture__sha256")).filter(~Exists(open_job))


def _stale_pictures(encoder: Checkpoint) -> QuerySet[Any]:
    stale = _stale().filter(picture=OuterRef("pk"), checkpoint=encoder)
    return Picture.objects.filter(Exists(stale))


def _without_fingerprint(encoder: Checkpoint) -> QuerySet[Any]:
    """Pictures embedded before there were fingerprints; the visual encoder's job brings them."""
    if encoder.purpose != Purpose.VISUAL:
        return Picture.objects.none()
    made = Embedding.objects.filter(picture=OuterRef("pk"), checkpoint=encoder)
    open_job = EmbeddingJob.objects.unfinished().filter(picture=OuterRef("pk"), checkpoint=encoder)
    return Picture.objects.filter(Exists(made), ~Exists(open_job), fingerprint=None)


def _not_unit() -> QuerySet[Any]:
    """Every part of a vector is a unit vector, so n parts have a length of √n."""
    wrong = Q(pk__in=[])
    for checkpoint in serving_encoders():
        squared = max(1, len(checkpoint.parts))
        norm = Q(squared__lt=squared - UNIT_TOLERANCE) | Q(squared__gt=squared + UNIT_TOLERANCE)
        wrong |= Q(checkpoint=checkpoint) & norm
    return Embedding.objects.annotate(squared=InnerProduct(F("vector"), F("vector"))).filter(wrong)


def _stuck() -> QuerySet[Any]:
    return EmbeddingJob.objects.filter(state=Job.State.LEASED, lease_until__lt=Now())


def _unpaired() -> QuerySet[Any]:
    return PairingJob.objects.filter(state=Job.State.DEAD)


def _retired_pairings() -> QuerySet[Any]:
    return Pairing.objects.exclude(scorer__state=Checkpoint.State.ACTIVE)


def progress() -> dict[str, int]:
    """How many embedding jobs are in each state."""
    rows = EmbeddingJob.objects.values_list("state").annotate(Count("pk")).order_by()
    return dict.fromkeys(Job.State.values, 0) | dict(rows)
