"""Which checkpoints serve."""

from recommender.models import Checkpoint


def active_checkpoint(purpose: str) -> Checkpoint | None:
    """The checkpoint that serves a purpose, if any does."""
    return active_checkpoints().get(purpose)


def active_checkpoints() -> dict[str, Checkpoint]:
    """The serving checkpoints by purpose; one query."""
    serving = Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE)
    return {checkpoint.purpose: checkpoint for checkpoint in serving}
