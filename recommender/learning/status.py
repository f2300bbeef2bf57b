"""How a training went, in a merchant's words."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender.locks import is_locked
from recommender.models import TrainingRun
from recommender.stored_texts import translated

LOCK = "recommender.training"
TONES = {
    **{TrainingRun.State.RUNNING: "running", TrainingRun.State.INTERRUPTED: "queued"},
    **{TrainingRun.State.FAILED: "failed", TrainingRun.State.NOT_PASSED: "queued"},
    TrainingRun.State.PASSED: "ready",
}
# What the promotion gate compares with → how a merchant would call it.
RIVALS = {
    "current": _("What serves now"),
    "raw": _("The pictures alone, nothing learnt"),
    "popularity": _("What is worn most"),
}


@dataclass(frozen=True)
class TrainingStatus:
    """A state as the pages show it: `tone` is one of those a badge can have."""

    label: str
    tone: str
    text: str


@dataclass(frozen=True)
class Comparison:
    """Right answers of 100, the new one's and a rival's, and how sure the difference is."""

    rival: str
    candidate: float
    fitb: float
    difference: float
    low: float
    high: float

    @property
    def less(self) -> float:
        return -self.difference

    @property
    def is_beaten(self) -> bool:
        return self.low > 0


def is_interrupted(run: TrainingRun) -> bool:
    """Whether it needs the same command again: nobody is at it, and it is not finished."""
    if run.state == TrainingRun.State.RUNNING:
        return not is_locked(LOCK)
    return run.state == TrainingRun.State.INTERRUPTED


def training_status(run: TrainingRun) -> TrainingStatus:
    """Say how far it is; one query for a run that may have been killed."""
    state = TrainingRun.State
    if is_interrupted(run):
        text = translated(run.reason) or gettext(
            "Its process is gone. Started again, it goes on where it was."
        )
        return TrainingStatus(str(state.INTERRUPTED.label), TONES[state.INTERRUPTED], text)
    is_running = run.state == state.RUNNING
    text = f"{run.get_step_display()} …" if is_running else translated(run.reason)
    return TrainingStatus(str(state(run.state).label), TONES[state(run.state)], text)


def comparisons(run: TrainingRun) -> list[Comparison]:
    """The new one against each rival; [] until the promotion gate has spoken."""
    against = run.figures.get("against", {})
    own = run.figures.get("candidate", {}).get("fitb", 0.0)
    return [
        Comparison(
            rival=str(RIVALS.get(name, name)),
            candidate=100 * own,
            fitb=100 * against[name]["fitb"],
            difference=100 * against[name]["difference"],
            low=100 * against[name]["low"],
            high=100 * against[name]["high"],
        )
        for name in [*RIVALS, *(against.keys() - RIVALS.keys())]
        if name in against
    ]
