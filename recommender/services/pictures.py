"""Keeps the engine's pictures and their jobs in step with the host's."""

from collections.abc import Iterable
from itertools import product
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from recommender import dispatch
from recommender.catalog import catalog
from recommender.models import Checkpoint, EmbeddingJob, Job, Picture
from recommender.photos import digest

ENCODER_PURPOSES = ("VISUAL", "STYLE")


@transaction.atomic
def sync_products(products: Iterable[Any]) -> int:
    """Note new, changed, moved and removed pictures of these products; returns how many jobs are due.

    Call it in the transaction that changed the pictures: the jobs then commit with them. Reads
    every picture's bytes once to name them; an unchanged picture is not embedded again.
    """
    changed = [picture for each in products for picture in _sync_product(each)]
    created = queue_embeddings(changed, encoders=serving_encoders())
    if created:
        dispatch.ring(dispatch.EMBED)
    return created


def queue_embeddings(pictures: Iterable[Picture], *, encoders: Iterable[Checkpoint]) -> int:
    """Write a job per picture and encoder, replacing what was queued for older bytes."""
    jobs = [
        EmbeddingJob(picture=picture, checkpoint=encoder, sha256=picture.sha256)
        for picture, encoder in product(pictures, encoders)
    ]
    EmbeddingJob.objects.bulk_create(
        jobs,
        update_conflicts=True,
        unique_fields=["picture", "checkpoint"],
        update_fields=[
            *("sha256", "state", "attempts", "due_at"),
            *("lease_token", "lease_until", "error_code", "error"),
        ],
    )
    return len(jobs)


def retry_pictures(pictures: QuerySet[Picture]) -> int:
    """Try failed pictures again from the start; returns how many jobs that revived."""
    from recommender import worklist  # noqa: PLC0415

    revived = worklist.retry(EmbeddingJob.objects.filter(picture__in=pictures))
    if revived:
        dispatch.ring(dispatch.EMBED)
    return revived


def serving_encoders() -> list[Checkpoint]:
    """The encoders every picture must have passed: the active ones, then those being built."""
    encoders = Checkpoint.objects.filter(purpose__in=ENCODER_PURPOSES)
    return list(encoders.exclude(state=Checkpoint.State.RETIRED).order_by("state", "pk"))


def _sync_product(owner: Any) -> list[Picture]:
    """Bring one product's rows up to date; returns the pictures that must be embedded."""
    known = {picture.name: picture for picture in owner.recommender_pictures.all()}
    noted, changed = [], []
    # The same picture twice is one file where files are named by their bytes.
    names = dict.fromkeys(file.name for file in catalog().pictures(owner))
    for position, name in enumerate(names):
        picture = known.pop(name, None) or Picture(product=owner, name=name)
        sha256 = _digest_of(name)
        is_changed = picture.sha256 != sha256
        if is_changed or picture.position != position:
            picture.sha256, picture.position = sha256, position
            noted.append(picture)
        if is_changed:
            changed.append(picture)
    _note(noted)
    Picture.objects.filter(pk__in=[picture.pk for picture in known.values()]).delete()
    return changed


def _note(pictures: list[Picture]) -> None:
    """Write the rows; an upload and a catalogue run may note the same picture at the same instant."""
    Picture.objects.bulk_create(
        pictures,
        update_conflicts=True,
        unique_fields=["product", "name"],
        update_fields=["sha256", "position"],
    )


def _digest_of(name: str) -> str:
    """Name the stored bytes, or "" where the file is gone: the job then says so."""
    try:
        with catalog().storage.open(name) as file:
            return digest(file.read())
    except FileNotFoundError:
        return ""


def has_open_jobs() -> bool:
    """Whether any picture still waits for a worker."""
    return EmbeddingJob.objects.filter(state__in=[Job.State.PENDING, Job.State.LEASED]).exists()
