"""The checkpoints of this process: each is loaded once, for as long as it is in use.

A worker may hold other files than were registered: an older release, a damaged copy. It then leaves
the work for that checkpoint to others and says so.
"""

import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from recommender.models import Checkpoint, Purpose
from recommender.switching.cards import NoCheckpoint
from recommender.switching.checkpoints import checkpoint_dir
from workers.checkpoints import ONNX, WEIGHTS, CheckpointError, load_card
from workers.serving.encoders import Encoder, load_encoder
from workers.serving.runtime import device_complaint
from workers.serving.scorers import PairScorer, load_pair_scorer
from workers.serving.set_scorer import SetScorer, load_set_scorer

log = logging.getLogger(__name__)

ENCODERS, SCORERS = 6, 2  # at a time: what serves, and what is built to take its place
_refusals: dict[str, str] = {}  # by checkpoint, why this worker cannot use it


def encoder_of(checkpoint: Checkpoint) -> Encoder:
    return _encoder(*_registered(checkpoint))


def pair_scorer_of(checkpoint: Checkpoint) -> PairScorer:
    return _pair_scorer(*_registered(checkpoint))


def set_scorer_of(checkpoint: Checkpoint) -> SetScorer:
    return _set_scorer(*_registered(checkpoint))


def is_here(checkpoint: Checkpoint) -> bool:
    """Whether this worker can use the checkpoint as it was registered; says in the log why not, once."""
    try:
        _LOADERS[checkpoint.purpose](checkpoint)
    except (CheckpointError, NoCheckpoint) as error:
        if _refusals.get(checkpoint.label) != str(error):
            log.error("Work for %s is left to other workers. %s", checkpoint, error)
        _refusals[checkpoint.label] = str(error)
        return False
    _refusals.pop(checkpoint.label, None)
    return True


def complaint() -> str:
    """What this worker leaves to others or to its CPU, in words; "" while it can do all it was asked."""
    return " ".join(filter(None, [*_refusals.values(), device_complaint()]))


_LOADERS: dict[str, Callable[[Checkpoint], object]] = {
    Purpose.VISUAL: encoder_of,
    Purpose.STYLE: encoder_of,
    Purpose.PAIR: pair_scorer_of,
    Purpose.SET: set_scorer_of,
}

_Registered = tuple[str, str, str, str, str]


def _registered(checkpoint: Checkpoint) -> _Registered:
    hashes = (checkpoint.sha256, checkpoint.network_sha256)
    return checkpoint.folder, checkpoint.name, checkpoint.label, *hashes


@lru_cache(maxsize=ENCODERS)
def _encoder(*registered: *_Registered) -> Encoder:
    return load_encoder(_here(*registered))


@lru_cache(maxsize=SCORERS)
def _pair_scorer(*registered: *_Registered) -> PairScorer:
    return load_pair_scorer(_here(*registered))


@lru_cache(maxsize=SCORERS)
def _set_scorer(*registered: *_Registered) -> SetScorer:
    return load_set_scorer(_here(*registered))


def _here(folder: str, name: str, label: str, sha256: str, network_sha256: str) -> Path:  # noqa: PLR0917 -- one row
    """Where the checkpoint lies on this machine, which may not be the one that registered it.

    Raises:
        CheckpointError: what lies there is not what was registered.
    """
    found = Path(folder) if Path(folder).exists() else checkpoint_dir() / name
    card = load_card(found)
    expected = {WEIGHTS: sha256} | ({ONNX: network_sha256} if network_sha256 else {})
    differing = [file for file, value in expected.items() if card.sha256.get(file) != value]
    if card.identity != label or differing:
        raise CheckpointError(
            f"{found} holds {card.identity}{' with another ' if differing else ''}"
            f"{' and '.join(differing)}, and {label} was registered. Copy the registered folder to "
            "this machine; if you changed it on purpose, give it a new version and activate that."
        )
    return found
