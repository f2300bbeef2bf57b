"""Does every picture have what it must have? The invariants, counted, and mended on request."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from recommender import broker, worklist
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
    WorkerReport,
)
from recommender.pipeline.attendance import REPAIR, attendance
from recommender.pipeline.duplicates import collapse_duplicates
from recommender.pipeline.embeddings import queue_pairings
from recommender.pipeline.findings import Finding
from recommender.pipeline.index_audit import broken_indexes, forgetful_indexes, rebuild
from recommender.pipeline.indexes import note_slots, tend_indexes
from recommender.pipeline.media_audit import altered_pictures, orphaned_files
from recommender.pipeline.picture_files import CURE, stored_files, unreadable_pictures, whereabouts
from recommender.pipeline.picture_sync import (
    PRODUCTS_AT_ONCE,
    kept_products,
    queue_embeddings,
    serving_encoders,
    sync_in_batches,
)
from recommender.pipeline.row_audit import mend_rows, rows_astray
from recommender.vectors import InnerProduct

TWO_SWEEPS = timedelta(seconds=40)
RECENT = timedelta(minutes=10)
UNIT_TOLERANCE = 0.02  # half precision costs up to 0.001 per part


def findings(*, full: bool = False) -> list[Finding]:
    """Check every invariant; an empty list means that all is well.

    Reads the files of a hundred pictures. `full` reads all, lists what lies beside them, and
    measures the indexes.
    """
    checks: list[tuple[str, str, Callable[[], QuerySet[Any]]]] = [
        ("unreadable", f"pictures whose file is not there. {CURE}", unreadable_pictures),
        ("missing", "pictures without a vector, and with no job that would make one", _missing),
        ("waiting", "pictures still waiting for a worker", _waiting),
        ("failed", "pictures that could not be embedded", _failed_jobs),
        ("stale", "vectors of bytes the picture no longer holds", _stale),
        ("not_unit", "vectors whose length is not 1", _not_unit),
        ("wrong_width", "vectors of another width than their encoder's", _of_wrong_width),
        ("stuck", "jobs whose worker has been silent for long", _stuck),
        ("unneeded", "jobs for encoders that nobody needs any more", _unneeded_jobs),
        ("unpaired", "products whose partners could not be judged", _products_without_pairing),
        ("mixed", "pairings judged by a scorer that no longer serves", _retired_pairings),
        ("unfounded", "pairings of products that have no picture any more", _unfounded_pairings),
        ("cannot", "workers that leave work to others", _complaining_workers),
    ]
    counted = [_finding(code, text, rows()) for code, text, rows in checks]
    listed = [*_unseen_and_renamed(), *rows_astray(), *_audits(full=full)]
    found = [*_no_sweep(), *listed, *counted]
    return [*_no_checkpoints(), *(one for one in found if one.count)]


def repair(*, full: bool = False) -> int:
    """Mend what can be mended without a person; returns how many jobs were queued.

    Notes pictures nobody noted, queues what is missing, stale or unusable, drops what retired scorers
    said and what belongs to nothing, builds indexes that are broken, notes the slots of products that
    changed theirs where an index is chosen by them. `full` also builds anew what finds too little, and
    moves files that nothing names into `orphans`. Pictures that failed are left to the merchant: the
    admin retries them.
    """
    mend_rows()
    queued = sync_in_batches(kept_products())
    for encoder in serving_encoders():
        queued += queue_embeddings(_pictures_to_embed(encoder), encoders=[encoder])
    _unneeded_jobs().delete()
    _mend_pairings()
    _mend_indexes(full=full)
    if full:
        for orphan in orphaned_files():
            orphan.set_aside()
    _collapse_in_batches(product.pk for product in kept_products())
    worklist.sweep(worker=REPAIR)
    for bell in (broker.EMBED, broker.PAIR):
        broker.ring(bell)
    return queued


def _pictures_to_embed(encoder: Checkpoint) -> QuerySet[Any]:
    return (
        _without_vector(encoder)
        | _pictures_of(_stale(), encoder)
        | _pictures_of(_unusable(), encoder)
        | _without_fingerprint(encoder)
    )


def _mend_pairings() -> None:
    """Drop what a retired scorer said or what stands on nothing; the products are judged anew."""
    unfounded = _unfounded_pairings()
    queue_pairings(set(unfounded.values_list("product", flat=True)))
    Pairing.objects.filter(pk__in=list(unfounded.values_list("pk", flat=True))).delete()
    _retired_pairings().delete()
    SetScore.objects.exclude(scorer__state=Checkpoint.State.ACTIVE).delete()


def _mend_indexes(*, full: bool) -> None:
    if broken_indexes():
        tend_indexes()
    for name in forgetful_indexes() if full else []:
        rebuild(name)
    if indexed := Checkpoint.objects.exclude(indexes={}):
        note_slots(indexed)


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
        _listed("unseen", "products whose pictures were never noted", unseen),
        _listed("renamed", "products that show other pictures than those noted", renamed),
    ]


def _noted_names(products: Sequence[Any]) -> Mapping[Any, set[str]]:
    names: dict[Any, set[str]] = defaultdict(set)
    keys = [product.pk for product in products]
    for picture in Picture.objects.filter(product__in=keys).defer("palette"):
        names[picture.product_id].add(picture.name)
    return names


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


def _failed_jobs() -> QuerySet[Any]:
    dead = EmbeddingJob.objects.filter(picture=OuterRef("pk"), state=Job.State.DEAD)
    return Picture.objects.filter(Exists(dead))


def _stale() -> QuerySet[Any]:
    """Vectors of old bytes for which no job is under way."""
    open_job = EmbeddingJob.objects.unfinished().filter(
        picture=OuterRef("picture"), checkpoint=OuterRef("checkpoint")
    )
    return Embedding.objects.exclude(sha256=F("picture__sha256")).filter(~Exists(open_job))


def _pictures_of(embeddings: QuerySet[Any], encoder: Checkpoint) -> QuerySet[Any]:
    own = embeddings.filter(picture=OuterRef("pk"), checkpoint=encoder)
    return Picture.objects.filter(Exists(own))


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


def _of_wrong_width() -> QuerySet[Any]:
    """What a search cannot compare; the column holds vectors of any width."""
    width = Func(F("vector"), function="vector_dims", output_field=IntegerField())
    return Embedding.objects.filter(checkpoint__in=serving_encoders()).exclude(
        checkpoint__dimension=width
    )


def _unusable() -> QuerySet[Any]:
    """Vectors of a wrong length or width for which no job is under way."""
    wrong = [
        *_not_unit().values_list("pk", flat=True),
        *_of_wrong_width().values_list("pk", flat=True),
    ]
    open_job = EmbeddingJob.objects.unfinished().filter(
        picture=OuterRef("picture"), checkpoint=OuterRef("checkpoint")
    )
    return Embedding.objects.filter(~Exists(open_job), pk__in=wrong)


def _stuck() -> QuerySet[Any]:
    """Nobody has taken them over although two sweeps have rung since the lease ran out."""
    return EmbeddingJob.objects.filter(state=Job.State.LEASED, lease_until__lt=Now() - TWO_SWEEPS)


def _unneeded_jobs() -> QuerySet[Any]:
    return EmbeddingJob.objects.unfinished().exclude(checkpoint__in=serving_encoders())


def _products_without_pairing() -> QuerySet[Any]:
    return PairingJob.objects.filter(state=Job.State.DEAD)


def _retired_pairings() -> QuerySet[Any]:
    return Pairing.objects.exclude(scorer__state=Checkpoint.State.ACTIVE)


def _unfounded_pairings() -> QuerySet[Any]:
    """A score is of two pictures' vectors; that a noted picture has its vectors is another promise."""
    own = Picture.objects.filter(product=OuterRef("product"))
    other = Picture.objects.filter(product=OuterRef("partner"))
    return Pairing.objects.exclude(Exists(own) & Exists(other))


def _complaining_workers() -> QuerySet[Any]:
    return WorkerReport.objects.filter(swept_at__gt=Now() - RECENT).exclude(complaint="")


def _no_sweep() -> list[Finding]:
    """Without a sweep a lost bell is work for nobody; a shop without pictures needs none."""
    there = attendance()
    is_silent = there.is_silent and Picture.objects.exists()
    example = (
        f"{there.worker}, {there.last_at:%Y-%m-%d %H:%M} UTC, was the last"
        if there.last_at
        else "none ever"
    )
    text = (
        "reason to think that no worker runs: for three minutes none has looked for work; start one"
    )
    return [Finding("no_sweep", text, int(is_silent), example)]


def _audits(*, full: bool) -> list[Finding]:
    """What is not in the tables: files, and the indexes of PostgreSQL."""
    broken, altered = broken_indexes(), altered_pictures(full=full)
    where = whereabouts(altered[0]) if altered else ""
    found = [
        Finding(
            "altered",
            f"pictures whose file does not hold what was noted. {CURE}",
            len(altered),
            where,
        ),
        _listed("broken_index", "indexes that are missing or half built", broken),
    ]
    if full:
        found += [
            _listed(
                "forgetful",
                "indexes that miss more than one neighbour in twenty",
                forgetful_indexes(),
            ),
            _listed(
                "orphaned_file",
                "files beside the pictures that nothing in the shop names",
                orphaned_files(),
            ),
        ]
    return found


def _listed(code: str, text: str, things: Sequence[Any]) -> Finding:
    return Finding(code, text, len(things), str(things[0]) if things else "")


def progress() -> dict[str, int]:
    """How many embedding jobs are in each state."""
    rows = EmbeddingJob.objects.values_list("state").annotate(Count("pk")).order_by()
    return dict.fromkeys(Job.State.values, 0) | dict(rows)
