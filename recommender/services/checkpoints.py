"""Registers checkpoints and chooses which of them serve."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from recommender import conf, dispatch
from recommender.models import (
    Checkpoint,
    Embedding,
    EmbeddingJob,
    Job,
    PairingJob,
    Picture,
    Purpose,
)
from recommender.services.pictures import ENCODER_PURPOSES, queue_embeddings

PICTURES_AT_ONCE = 2_000


class NoCheckpoint(ValueError):  # noqa: N818 -- reads as what is wrong
    """The folder holds no checkpoint that can serve."""


def checkpoint_dir() -> Path:
    """The folder in which checkpoints lie: the host's own, or the shipped ones."""
    if configured := conf.get("CHECKPOINT_DIR"):
        return Path(configured)
    spec = find_spec("workers")
    if spec is None or not spec.submodule_search_locations:
        raise NoCheckpoint(
            'No checkpoints are shipped with this installation; set RECOMMENDER["CHECKPOINT_DIR"].'
        )
    return Path(spec.submodule_search_locations[0]) / "shipped"


def shipped_checkpoints() -> list[Path]:
    """The folders of the checkpoints that come with the installation, by name."""
    return sorted(card.parent for card in checkpoint_dir().glob("*/card.json"))


@transaction.atomic
def activate_checkpoint(folder: Path, *, at_once: bool = False) -> Checkpoint:
    """Let a checkpoint serve, or start building its vectors if another one is serving.

    Where a purpose has no active checkpoint yet, or `at_once` is set, it serves from now on.
    Otherwise it is built in the shadow; call this again when every picture has its vector, and it
    takes over in this transaction.

    Raises:
        NoCheckpoint: the folder has no readable card, or the vectors are not complete.
    """
    checkpoint = register_checkpoint(folder)
    active = Checkpoint.objects.select_for_update().filter(
        purpose=checkpoint.purpose, state=Checkpoint.State.ACTIVE
    )
    current = active.exclude(pk=checkpoint.pk).first()
    if current is None or at_once or _is_complete(checkpoint):
        _retire(active.exclude(pk=checkpoint.pk))
        checkpoint.state, checkpoint.activated_at = Checkpoint.State.ACTIVE, timezone.now()
    else:
        checkpoint.state = Checkpoint.State.BUILDING
    checkpoint.save()
    _queue_work(checkpoint)
    return checkpoint


def register_checkpoint(folder: Path) -> Checkpoint:
    """Write down what the folder's card says; a checkpoint known already is brought up to date."""
    card = _read_card(folder)
    checkpoint, _created = Checkpoint.objects.update_or_create(
        name=card["name"],
        version=str(card["version"]),
        defaults={
            "purpose": card["purpose"] or Purpose.PAIR,
            "reads": card["reads"],
            "folder": str(folder.resolve()),
            "sha256": card["sha256"],
            "dimension": card["dimension"],
            "parts": card["parts"],
            "weights": card["weights"],
        },
    )
    return checkpoint


def purposes_without_checkpoint() -> list[str]:
    """The purposes nothing serves; [] also while the tables do not exist yet."""
    if Checkpoint._meta.db_table not in connection.introspection.table_names():
        return []
    active = Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE)
    return sorted(set(Purpose.values) - set(active.values_list("purpose", flat=True)))


def _read_card(folder: Path) -> dict[str, Any]:
    path = folder / "card.json"
    try:
        card: dict[str, Any] = json.loads(path.read_text())
        return {
            "name": card["name"],
            "version": card["version"],
            "purpose": card.get("purpose", ""),
            "reads": card.get("input", ""),
            "dimension": card.get("dimension", 0),
            "parts": list(card.get("parts", {}).items()),
            "weights": card.get("default_weights", {}),
            "sha256": card["sha256"]["weights.safetensors"],
        }
    except FileNotFoundError as error:
        raise NoCheckpoint(f"{folder} has no card.json; name a checkpoint's folder.") from error
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise NoCheckpoint(f"{path} cannot be read as a checkpoint's card: {error!r}") from error


def _is_complete(checkpoint: Checkpoint) -> bool:
    """Whether every picture has its vector, but for those that cannot be read at all."""
    if checkpoint.purpose not in ENCODER_PURPOSES:
        return True
    dead = EmbeddingJob.objects.filter(checkpoint=checkpoint, state=Job.State.DEAD)
    return not _without_vector(checkpoint).exclude(pk__in=dead.values("picture")).exists()


def _queue_work(checkpoint: Checkpoint) -> None:
    """Queue every picture without a vector; a new scorer makes every pairing stale."""
    if checkpoint.purpose in ENCODER_PURPOSES:
        known = EmbeddingJob.objects.filter(checkpoint=checkpoint).exclude(state=Job.State.DONE)
        missing = _without_vector(checkpoint).exclude(pk__in=known.values("picture"))
        while batch := list(missing[:PICTURES_AT_ONCE]):
            queue_embeddings(batch, encoders=[checkpoint])
        dispatch.ring(dispatch.EMBED)
    elif not checkpoint.pairings.exists():
        PairingJob.objects.update(
            state=Job.State.PENDING, attempts=0, due_at=Now(), lease_token=None, lease_until=None
        )
        dispatch.ring(dispatch.PAIR)


def _without_vector(checkpoint: Checkpoint) -> QuerySet[Picture]:
    """Pictures that have no vector of the bytes they hold now."""
    made = Embedding.objects.filter(
        picture=OuterRef("pk"), checkpoint=checkpoint, sha256=OuterRef("sha256")
    )
    return Picture.objects.filter(~Exists(made))


def _retire(checkpoints: QuerySet[Checkpoint]) -> None:
    """Take checkpoints out of service; their vectors stay, their unfinished work does not."""
    EmbeddingJob.objects.unfinished().filter(checkpoint__in=checkpoints).delete()
    checkpoints.update(state=Checkpoint.State.RETIRED)
