"""The tables of the plug-in."""

from recommender.models.checkpoints import (
    SCORER_PURPOSES,
    Checkpoint,
    Purpose,
    active_checkpoint,
    active_checkpoints,
)
from recommender.models.comparisons import ComparisonRun
from recommender.models.duplicates import Duplicate
from recommender.models.embeddings import Embedding
from recommender.models.jobs import EmbeddingJob, Job, PairingJob, WorkerReport
from recommender.models.looks import Look, LookItem
from recommender.models.pairings import Pairing, SetScore
from recommender.models.pictures import Picture, Slot
from recommender.models.region_searches import RegionSearch
from recommender.models.rule_changes import RuleChange
from recommender.models.rules import Rule
from recommender.models.trainings import TrainingRun

__all__ = [
    "SCORER_PURPOSES",
    "Checkpoint",
    "ComparisonRun",
    "Duplicate",
    "Embedding",
    "EmbeddingJob",
    "Job",
    "Look",
    "LookItem",
    "Pairing",
    "PairingJob",
    "Picture",
    "Purpose",
    "RegionSearch",
    "Rule",
    "RuleChange",
    "SetScore",
    "Slot",
    "TrainingRun",
    "WorkerReport",
    "active_checkpoint",
    "active_checkpoints",
]
