"""The checkpoints of this process: each is loaded once, for as long as it is in use."""

from functools import lru_cache
from pathlib import Path

from recommender.models import Checkpoint
from recommender.switching.checkpoints import checkpoint_dir
from workers.serving.encoders import Encoder, load_encoder
from workers.serving.scorers import PairScorer, load_pair_scorer
from workers.serving.set_scorer import SetScorer, load_set_scorer

ENCODERS, SCORERS = 4, 2  # at a time: what serves, and what is built to take its place


def encoder_of(checkpoint: Checkpoint) -> Encoder:
    return _encoder(checkpoint.folder, checkpoint.name, checkpoint.sha256)


def pair_scorer_of(checkpoint: Checkpoint) -> PairScorer:
    return _pair_scorer(checkpoint.folder, checkpoint.name, checkpoint.sha256)


def set_scorer_of(checkpoint: Checkpoint) -> SetScorer:
    return _set_scorer(checkpoint.folder, checkpoint.name, checkpoint.sha256)


@lru_cache(maxsize=ENCODERS)
def _encoder(folder: str, name: str, _sha256: str) -> Encoder:
    return load_encoder(_here(folder, name))


@lru_cache(maxsize=SCORERS)
def _pair_scorer(folder: str, name: str, _sha256: str) -> PairScorer:
    return load_pair_scorer(_here(folder, name))


@lru_cache(maxsize=SCORERS)
def _set_scorer(folder: str, name: str, _sha256: str) -> SetScorer:
    return load_set_scorer(_here(folder, name))


def _here(folder: str, name: str) -> Path:
    """Where the checkpoint lies on this machine, which may not be the one that registered it."""
    return Path(folder) if Path(folder).exists() else checkpoint_dir() / name
