"""Registers checkpoints and chooses which of them serve."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from recommender import broker, conf
from recommender.cards import encoder_read
from recommender.locks import advisory_lock
from recommender.models import (
    SCORER_PURPOSES,
    Checkpoint,
    EmbeddingJob,
    Job,
    PairingJob,
    Purpose,
    TrainingRun,
)
from recommender.pipeline.picture_sync import ENCODER_PURPOSES, queue_embeddings, serving_encoders
from recommender.switching.cards import (
    NoCheckpoint,
    check_card,
    purpose_of,
    read_card,
)
from recommender.switching.coverage import ENOUGH, coverage_of, pictures_without_vector
from recommender.worker_package import worker_package

PICTURES_AT_ONCE = 2_000
SWITCH = "recommender.switch"  # two switches at once would both believe to be the only one


class CannotSwitch(NoCheckpoint):
    """This version cannot serve yet; the message says what is missing."""


def checkpoint_dir() -> Path:
    """The folder in which checkpoints lie: the host's own, or the shipped ones."""
    if configured := conf.get("CHECKPOINT_DIR"):
        return Path(configured)
    package = worker_package()
    if package is None:
        raise NoCheckpoint(
            'No checkpoints are shipped with this installation; set RECOMMENDER["CHECKPOINT_DIR"].'
        )
    return package / "shipped"


def shipped_checkpoints() -> list[Path]:
    """The folders of the checkpoints that come with the installation; what others read comes first."""
    folders = sorted(card.parent for card in checkpoint_dir().glob("*/card.json"))
    return sorted(folders, key=lambda folder: bool(encoder_read(read_card(folder)["reads"])))


def unreplaced_checkpoints() -> list[Path]:
    """The shipped checkpoints, but for those whose place another one has taken in this shop.

    What a merchant trained or chose goes on serving when the installation starts anew.
    """
    serving = Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE)
    runs = TrainingRun.objects.filter(name=OuterRef("name"), version=OuterRef("version"))
    own = set(serving.filter(Exists(runs)).values_list("purpose", flat=True))
    retired = Checkpoint.objects.filter(
        Q(purpose__in=serving.values("purpose"))
        | Q(purpose__in=SCORER_PURPOSES),  # need no successor
        state=Checkpoint.State.RETIRED,
    )
    replaced = {checkpoint.label for checkpoint in retired}
    cards = {folder: read_card(folder) for folder in shipped_checkpoints()}
    return [
        folder
        for folder, card in cards.items()
        if f"{card['name']}@{card['version']}" not in replaced and card["purpose"] not in own
    ]


@transaction.atomic
def activate_checkpoint(
    folder: Path, *, at_once: bool = False, purpose: str | None = None
) -> Checkpoint:
    """Let a checkpoint serve, or start building its vectors if another one is serving.

    Where a purpose has no active checkpoint yet, or `at_once` is set, it serves from now on.
    Otherwise it is built in the shadow; call this again when every picture has its vector, and it
    takes over in this transaction. `purpose` is for an encoder whose card leaves it open.

    Raises:
        NoCheckpoint: the folder has no readable card, or it cannot serve here; says what would help.
    """
    advisory_lock(SWITCH)
    checkpoint = register_checkpoint(folder, purpose=purpose)
    is_alone = not _serving_instead(checkpoint).exists()
    if at_once or is_alone or coverage_of(checkpoint).is_enough:
        _let_serve(checkpoint)
    else:
        _build(checkpoint)
    return checkpoint


@transaction.atomic
def switch_checkpoint(primary_key: int) -> Checkpoint:
    """Let a known checkpoint serve in place of the one that does; its files are not looked at.

    One that has served before returns at once, though pictures may have come since: they are
    queued. A new one must have seen 99.9 % of all pictures.

    Raises:
        CannotSwitch: too much is missing; says what.
        NoCheckpoint: what it reads is not kept up any more.
    """
    advisory_lock(SWITCH)
    checkpoint = Checkpoint.objects.select_for_update().get(pk=primary_key)
    names = {"name": checkpoint.name, "version": checkpoint.version, "reads": checkpoint.reads}
    _check_what_it_reads(names | {"purpose": checkpoint.purpose})
    coverage = coverage_of(checkpoint)
    if not (has_served(checkpoint) or coverage.is_enough):
        raise CannotSwitch(
            f"{checkpoint.label} must have seen {ENOUGH:.1%} of all pictures before it serves. "
            f"{coverage.sentence} Start a worker, or see under Pictures in work what went wrong."
        )
    _let_serve(checkpoint)
    return checkpoint


def has_served(checkpoint: Checkpoint) -> bool:
    """Whether activating it is a roll back."""
    retired = checkpoint.state == Checkpoint.State.RETIRED
    return retired and checkpoint.activated_at is not None


@transaction.atomic
def retire_checkpoints(purpose: str) -> None:
    """Let nothing serve a purpose any more; what it stored stays until something takes its place."""
    active = Checkpoint.objects.filter(purpose=purpose, state=Checkpoint.State.ACTIVE)
    active.update(state=Checkpoint.State.RETIRED)
    _drop_orphaned_work()


def register_checkpoint(folder: Path, *, purpose: str | None = None) -> Checkpoint:
    """Write down what the folder's card says; a checkpoint known already is brought up to date.

    Raises:
        NoCheckpoint: the folder has no readable card, or it cannot serve here; says what would help.
    """
    card = read_card(folder)
    known = Checkpoint.objects.filter(name=card["name"], version=card["version"]).first()
    card["purpose"] = purpose_of(card, asked=purpose, known=known)
    check_card(card)
    if known and known.sha256 not in {"", card["sha256"]}:
        raise NoCheckpoint(
            f"{known.label} is known here by other weights, and its vectors are not those of these. Write a "
            f'new "version" into {folder / "card.json"}, and activate that.'
        )
    _check_what_it_reads(card)
    return _known_checkpoint(
        card, folder, state=known.state if known else Checkpoint.State.BUILDING
    )


def purposes_without_checkpoint() -> list[str]:
    """The purposes nothing serves; [] also while the tables do not exist yet.

    A pair scorer that retired is not missed, nor is a set scorer: the style encoder ranks without them.
    """
    if Checkpoint._meta.db_table not in connection.introspection.table_names():
        return []
    served = Checkpoint.objects.filter(
        Q(state=Checkpoint.State.ACTIVE) | Q(purpose=Purpose.PAIR, state=Checkpoint.State.RETIRED)
    )
    asked = set(Purpose.values) - {Purpose.SET}
    return sorted(asked - set(served.values_list("purpose", flat=True)))


def _known_checkpoint(card: Mapping[str, Any], folder: Path, *, state: str) -> Checkpoint:
    hashes, sizes = ("sha256", "network_sha256"), ("dimension", "parts", "weights")
    names = ("purpose", "reads", "calibration", *hashes, *sizes)
    checkpoint, _created = Checkpoint.objects.update_or_create(
        name=card["name"],
        version=card["version"],
        defaults={name: card[name] for name in names}
        | {"folder": str(folder.resolve()), "state": state},
    )
    return checkpoint


def _check_what_it_reads(card: Mapping[str, Any]) -> None:
    """Make sure that the vectors a scorer reads are there to be read.

    Raises:
        NoCheckpoint: it is not.
    """
    label = f"{card['name']}@{card['version']}"
    if card["purpose"] in SCORER_PURPOSES:
        encoder = encoder_read(card["reads"])
        kept_up = _check_reads(card["purpose"])
        if encoder not in kept_up:
            raise NoCheckpoint(
                f"{label} judges vectors of {encoder or 'an encoder its card does not name'}, and "
                f"what serves here is {', '.join(sorted(kept_up)) or 'nothing yet'}. Activate that "
                "encoder first, or train the scorer on the vectors of one that serves."
            )


def _check_reads(purpose: str) -> set[str]:
    """The encoders that a judge may read: an outfit is proposed by the serving style, and judged by it."""
    encoders = [e for e in serving_encoders() if e.state != Checkpoint.State.BUILDING]
    if purpose == Purpose.SET:
        serving = Checkpoint.State.ACTIVE
        encoders = [e for e in encoders if (e.purpose, e.state) == (Purpose.STYLE, serving)]
    return {encoder.label for encoder in encoders}


def _serving_instead(checkpoint: Checkpoint) -> QuerySet[Checkpoint]:
    serving = Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE)
    return serving.filter(purpose=checkpoint.purpose).exclude(pk=checkpoint.pk)


def _let_serve(checkpoint: Checkpoint) -> None:
    """Take over from whatever serves the purpose; readers see the one or the other."""
    was_active = checkpoint.state == Checkpoint.State.ACTIVE
    _serving_instead(checkpoint).update(state=Checkpoint.State.RETIRED)
    checkpoint.state, checkpoint.activated_at = Checkpoint.State.ACTIVE, timezone.now()
    checkpoint.save(update_fields=["state", "activated_at"])
    _drop_orphaned_work()
    _queue_work(checkpoint, takes_over=not was_active)


def _build(checkpoint: Checkpoint) -> None:
    checkpoint.state = Checkpoint.State.BUILDING
    checkpoint.save(update_fields=["state"])
    _drop_orphaned_work()
    _queue_work(checkpoint, takes_over=False)


def _queue_work(checkpoint: Checkpoint, *, takes_over: bool) -> None:
    """Queue every picture without a vector; new judges and new candidates make pairings stale."""
    if checkpoint.purpose in ENCODER_PURPOSES:
        known = EmbeddingJob.objects.filter(checkpoint=checkpoint).exclude(state=Job.State.DONE)
        missing = pictures_without_vector(checkpoint).exclude(pk__in=known.values("picture"))
        while batch := list(missing[:PICTURES_AT_ONCE]):
            queue_embeddings(batch, encoders=[checkpoint])
        broker.ring(broker.EMBED)
    scores = checkpoint.set_scores if checkpoint.purpose == Purpose.SET else checkpoint.pairings
    is_new_judge = checkpoint.purpose in SCORER_PURPOSES and not scores.exists()
    if is_new_judge or (checkpoint.purpose == Purpose.STYLE and takes_over):
        PairingJob.objects.update(
            state=Job.State.PENDING, attempts=0, due_at=Now(), lease_token=None, lease_until=None
        )
        broker.ring(broker.PAIR)


def _drop_orphaned_work() -> None:
    """Forget unfinished work for encoders nobody needs any more; their vectors stay."""
    EmbeddingJob.objects.unfinished().exclude(checkpoint__in=serving_encoders()).delete()
