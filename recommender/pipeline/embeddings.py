"""Stores what a worker saw in a picture, if that is still what the picture shows."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from recommender import broker, worklist
from recommender.features import PictureFeatures
from recommender.models import Checkpoint, Embedding, EmbeddingJob, PairingJob, Picture, Purpose
from recommender.pipeline.duplicates import collapse_duplicates
from recommender.pipeline.indexes import note_slots
from recommender.pipeline.set_scores import forget_set_scores
from recommender.timing import timed


@timed("store")
@transaction.atomic
def store_embeddings(
    features: Mapping[int, PictureFeatures], *, jobs: Sequence[EmbeddingJob], token: UUID
) -> int:
    """Store what was seen for claimed jobs, by picture id; returns how many vectors were stored.

    A result is thrown away when the job is no longer ours (the lease ran out) or the picture now
    holds other bytes than were read; the job that replaced it will bring the right one.
    """
    current = _still_ours(jobs, token)
    vectors = [
        Embedding(
            picture_id=job.picture_id,
            checkpoint_id=job.checkpoint_id,
            sha256=job.sha256,
            vector=list(features[job.picture_id].embeddings[job.checkpoint.label]),
        )
        for job in current
    ]
    Embedding.objects.bulk_create(
        vectors,
        update_conflicts=True,
        unique_fields=["picture", "checkpoint"],
        update_fields=["sha256", "vector", "created_at"],
    )
    pictures = {job.picture_id: job.picture for job in current}
    if indexed := {job.checkpoint for job in current if job.checkpoint.indexes}:
        note_slots(indexed, pictures=pictures)
    _store_predictions(pictures, features)
    worklist.finish(EmbeddingJob, ids=[job.pk for job in current], token=token)
    style = [job for job in current if job.checkpoint.purpose == Purpose.STYLE]
    served = [job for job in style if job.checkpoint.state == Checkpoint.State.ACTIVE]
    forget_set_scores({job.picture.product_id for job in served})
    queue_pairings({job.picture.product_id for job in style})
    collapse_duplicates({job.picture.product_id for job in current if _shows_a_cover(job)})
    return len(vectors)


def _still_ours(jobs: Sequence[EmbeddingJob], token: UUID) -> list[EmbeddingJob]:
    """Lock the jobs and keep those nobody has taken over and whose picture is unchanged."""
    locked = set(
        EmbeddingJob.objects.select_for_update(of=("self",))
        .filter(pk__in=[job.pk for job in jobs], lease_token=token)
        .order_by("pk")
        .values_list("pk", "sha256", "picture__sha256")
    )
    return [job for job in jobs if (job.pk, job.sha256, job.sha256) in locked]


def _shows_a_cover(job: EmbeddingJob) -> bool:
    """Whether what looks alike may have changed."""
    encoder = job.checkpoint
    is_serving = encoder.state == Checkpoint.State.ACTIVE and encoder.purpose == Purpose.VISUAL
    return is_serving and job.picture.position == 0


def _store_predictions(
    pictures: Mapping[int, Picture], features: Mapping[int, PictureFeatures]
) -> None:
    """Write down palettes, and what else was seen: silence blanks nothing known."""
    names = ["category", "category_confidence", "slot", "slot_confidence", "palette", "fingerprint"]
    for pk, picture in pictures.items():
        seen = features[pk]
        is_news = {
            "category": seen.category,
            "slot": seen.slot,
            "palette": True,
            "fingerprint": seen.fingerprint is not None,
        }
        for name in names:
            if is_news[name.removesuffix("_confidence")]:
                setattr(picture, name, getattr(seen, name))
    Picture.objects.bulk_update(pictures.values(), names)


def queue_pairings(product_ids: set[Any]) -> None:
    """The style of these products changed: what goes with them must be judged again."""
    PairingJob.objects.bulk_create(
        [PairingJob(product_id=pk) for pk in sorted(product_ids, key=str)],
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=[
            "state",
            "attempts",
            "due_at",
            "lease_token",
            "lease_until",
            "error_code",
            "error",
        ],
    )
    if product_ids:
        broker.ring(broker.PAIR)
