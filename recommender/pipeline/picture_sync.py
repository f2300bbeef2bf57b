"""Keeps the engine's pictures and their jobs in step with the host's."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat

from recommender import broker
from recommender.cards import EMBEDDINGS_OF
from recommender.catalog import catalog, product_model
from recommender.models import Checkpoint, Duplicate, EmbeddingJob, Picture, Purpose
from recommender.photos import digest
from recommender.pipeline.duplicates import collapse_duplicates
from recommender.pipeline.picture_files import field_of, read_picture, stored_files

PRODUCTS_AT_ONCE = 200
ENCODER_PURPOSES = (Purpose.VISUAL, Purpose.STYLE)


@transaction.atomic
def sync_products(products: Iterable[Any], *, changed: Collection[str] | None = None) -> int:
    """Note new, changed, moved and removed pictures of these products; returns how many jobs are due.

    Call it in the transaction that changed the pictures: the jobs then commit with them. Reads the
    bytes of pictures never noted before and of those named in `changed`; by default of all. None is
    decoded. An unchanged picture is not embedded again. A handful of statements, however many products.
    """
    owners = list({owner.pk: owner for owner in products}.values())
    known = _known_pictures(owners)
    noted, due = [], []
    for owner in owners:
        for picture, is_new in _differences(owner, known[owner.pk], changed=changed):
            noted.append(picture)
            due += [picture] if is_new else []
    gone = [picture.pk for of_one in known.values() for picture in of_one.values()]
    _save(noted)
    Picture.objects.filter(pk__in=gone).delete()
    _part_duplicates(owners)
    created = queue_embeddings(due, encoders=serving_encoders())
    if created:
        broker.ring(broker.EMBED)
    return created


def kept_products() -> Iterator[Any]:
    """The products whose pictures are kept up: all that shoppers may see, and all noted before.

    So what is hidden for a while comes back at once. In flat memory; those in sight come with the
    host's own prefetches.
    """
    shown = catalog().products().order_by("pk")
    noted = Exists(Picture.objects.filter(product=OuterRef("pk")))
    hidden = product_model()._base_manager.filter(noted).exclude(pk__in=shown.values("pk"))
    yield from shown.iterator(PRODUCTS_AT_ONCE)
    yield from hidden.order_by("pk").iterator(PRODUCTS_AT_ONCE)


def sync_in_batches(products: Iterable[Any]) -> int:
    """`sync_products` for a whole catalogue: a transaction per batch, in flat memory."""
    rest, queued = iter(products), 0
    while batch := list(islice(rest, PRODUCTS_AT_ONCE)):
        queued += sync_products(batch)
    return queued


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


def serving_encoders() -> list[Checkpoint]:
    """The encoders every picture must have passed; one query.

    The active ones, `VISUAL` first, then those being built, then a retired one whose vectors the
    serving scorer still reads.
    """
    label = Concat(Value(EMBEDDINGS_OF), F("name"), Value("@"), F("version"))
    judge = Checkpoint.objects.filter(purpose=Purpose.PAIR, state=Checkpoint.State.ACTIVE)
    encoders = Checkpoint.objects.filter(purpose__in=ENCODER_PURPOSES).alias(feeds=label)
    kept_up = ~Q(state=Checkpoint.State.RETIRED) | Q(feeds__in=judge.values("reads"))
    return list(encoders.filter(kept_up).order_by("state", "-purpose", "pk"))


def _known_pictures(owners: Sequence[Any]) -> dict[Any, dict[str, Picture]]:
    """What was noted before, by product and by name."""
    known: dict[Any, dict[str, Picture]] = {owner.pk: {} for owner in owners}
    for picture in Picture.objects.filter(product__in=list(known)):
        known[picture.product_id][picture.name] = picture
    return known


def _differences(
    owner: Any, known: dict[str, Picture], *, changed: Collection[str] | None
) -> Iterator[tuple[Picture, bool]]:
    """Yield each picture to note, and whether its bytes are new; leaves in `known` what is gone."""
    for position, (name, file) in enumerate(stored_files(owner).items()):
        picture, field = known.pop(name, None) or Picture(product=owner, name=name), field_of(file)
        is_where_it_was = picture.pk is not None and picture.field == field
        is_kept = is_where_it_was and changed is not None and name not in changed
        has_moved = (picture.position, picture.field) != (position, field)
        picture.position, picture.field = position, field
        sha256 = picture.sha256 if is_kept else _sha256_of(picture)
        is_new = picture.pk is None or picture.sha256 != sha256
        if is_new:
            picture.fingerprint = None  # the worker that decodes the picture makes it
        elif not has_moved:
            continue
        picture.sha256 = sha256
        yield picture, is_new


def _save(pictures: list[Picture]) -> None:
    """Write the rows; an upload and a catalogue run may note the same picture at the same instant."""
    Picture.objects.bulk_create(
        pictures,
        update_conflicts=True,
        unique_fields=["product", "name"],
        update_fields=["field", "sha256", "fingerprint", "position"],
    )


def _sha256_of(picture: Picture) -> str:
    """The name of the stored bytes; "" where the file is gone: the job then says so."""
    try:
        return digest(read_picture(picture))
    except FileNotFoundError:
        return ""


def _part_duplicates(owners: Sequence[Any]) -> None:
    """Look again at what counted as one with another product, for its cover may be another one now."""
    known = Duplicate.objects.filter(product__in=owners).values_list("product", flat=True)
    collapse_duplicates(list(known))
