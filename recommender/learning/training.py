"""Trains the style encoder on the shop's own looks: export, learn, measure, and serve if it passed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from django.utils import timezone

from recommender import conf
from recommender.learning.export import TO_LEARN, Track, export_looks
from recommender.learning.looks import is_held_out, look_keys
from recommender.learning.programs import ProgramResult, check_programs, run_program
from recommender.learning.status import LOCK
from recommender.locks import exclusive
from recommender.models import Checkpoint, Purpose, TrainingRun, active_checkpoint
from recommender.switching.checkpoints import (
    activate_checkpoint,
    checkpoint_dir,
    retire_checkpoints,
)

RECIPE, TRAINING, EVALUATION = "style", "training", "evaluation"
EXPORT = "export"
FEWEST_LOOKS, FEWEST_QUESTIONS = 50, 30
GATE_CLOSED = 3  # the exit code of a promotion gate that let nobody through
SHIPPED_VERSION = 2

State, Step = TrainingRun.State, TrainingRun.Step


class AlreadyTraining(RuntimeError):  # noqa: N818 -- reads as what is wrong
    """A training is running already; its page in the admin shows how far it is."""


class NoFolder(ValueError):  # noqa: N818 -- reads as what is wrong
    """Say where trainings may be kept: RECOMMENDER["TRAINING_DIR"], or --out DIR."""


class TooFewLooks(ValueError):  # noqa: N818 -- reads as what is wrong
    """There is too little to learn from; the message says how much is there and needed."""


@dataclass(frozen=True)
class LookCount:
    """How many looks there are; every item of a look held out makes one question."""

    learnt: int
    held_out: int
    questions: int

    def check(self) -> None:
        """Make sure that it is enough.

        Raises:
            TooFewLooks: it is not.
        """
        if self.learnt < FEWEST_LOOKS or self.questions < FEWEST_QUESTIONS:
            raise TooFewLooks(
                f"There are {self.learnt} looks to learn from ({FEWEST_LOOKS} are needed) and "
                f"{self.questions} questions in {self.held_out} looks held out "
                f"({FEWEST_QUESTIONS} are needed). Put more looks together, then try again; "
                "nothing was changed."
            )


@dataclass(frozen=True)
class Desk:
    """Where a training reads its settings and says how far it is."""

    tell: Callable[[str], object]
    track: Track = lambda rows, _total: rows
    config: Path | None = None


class _StoppedError(Exception):
    """A step ended otherwise than hoped; `state` is what becomes of the run."""

    def __init__(self, state: TrainingRun.State, reason: str) -> None:
        super().__init__(reason)
        self.state = state


def training_dir() -> Path:
    """Where trainings are kept unless the command line says otherwise.

    Raises:
        NoFolder: nothing is configured.
    """
    if configured := conf.get("TRAINING_DIR"):
        return Path(configured).absolute()
    if shared := conf.get("CHECKPOINT_DIR"):
        # Not beside the others: `activate_checkpoint` takes all that lie there.
        return Path(shared).absolute() / "trained"
    raise NoFolder(NoFolder.__doc__)


def look_count() -> LookCount:
    """Count what could be learnt from, were every product's picture readable; one query."""
    looks = look_keys()
    held = [keys for look, keys in looks.items() if is_held_out(look)]
    return LookCount(len(looks) - len(held), len(held), sum(map(len, held)))


def next_training(out: Path) -> TrainingRun:
    """The run that was interrupted in this folder, or a new one, not saved yet."""
    under = [run for run in TrainingRun.objects.unfinished() if Path(run.folder).parent == out]
    if under:
        return under[0]
    version = _next_version(out)
    return TrainingRun(name=RECIPE, version=version, folder=str(out / f"{RECIPE}@{version}"))


def train_on_looks(out: Path, *, desk: Desk) -> TrainingRun:
    """Carry a training to its end, from where the last one was interrupted if it was.

    Whatever comes of it is written in the run that is returned; a killed process leaves it as it is
    and the next call goes on. Nothing serves yet: see `activate_trained`.

    Raises:
        AlreadyTraining: another process is at it.
        TooFewLooks: nothing was changed.
        NoPrograms: torch is not installed here.
        OSError: storage or disk failed; the run is interrupted.
    """
    with exclusive(LOCK) as is_ours:
        if not is_ours:
            raise AlreadyTraining(AlreadyTraining.__doc__)
        check_programs()
        run = next_training(out)
        if run.pk is None:
            look_count().check()
        _give_up_others(run)
        run.state, run.reason, run.finished_at = State.RUNNING, "", None
        run.save()
        _carry_on(run, desk)
    return run


def activate_trained(run: TrainingRun) -> Checkpoint:
    """Let a checkpoint that passed serve, or have its vectors built where another one serves.

    A pair scorer that ranks the shop's looks worse than the new encoder alone retires with the one
    that is replaced: its judgement would only hide what was learnt.
    """
    checkpoint = activate_checkpoint(Path(run.folder))
    is_better_alone = run.figures.get("scorer", {}).get("low", 0) > 0
    if checkpoint.state == Checkpoint.State.ACTIVE and is_better_alone:
        retire_checkpoints(Purpose.PAIR)
    return checkpoint


def training_to_switch() -> TrainingRun | None:
    """The latest training, if it passed and its vectors are being built."""
    run = TrainingRun.objects.first()
    if run is None or run.state != State.PASSED:
        return None
    building = Checkpoint.objects.filter(state=Checkpoint.State.BUILDING)
    return run if building.filter(name=run.name, version=run.version).exists() else None


def _carry_on(run: TrainingRun, desk: Desk) -> None:
    steps = {Step.EXPORT: _export, Step.TRAIN: _train, Step.GATE: _measure}
    try:
        while run.state == State.RUNNING:
            desk.tell(f"{run.label}: {Step(run.step).label.lower()} …\n")
            steps[Step(run.step)](run, desk)
    except _StoppedError as stopped:
        _close(run, stopped.state, str(stopped))
    except (OSError, KeyboardInterrupt, SystemExit) as error:
        why = str(error) or type(error).__name__
        _close(run, State.INTERRUPTED, f"It was interrupted ({why}).")
        raise
    except Exception as error:
        _close(run, State.FAILED, f"It stopped with an error: {error!r}")
        raise


def _export(run: TrainingRun, desk: Desk) -> None:
    export = export_looks(_data(run), track=desk.track)
    run.products, run.learnt, run.held_out = export.products, export.learnt, export.held_out
    run.left_out = export.reasons()
    try:
        LookCount(export.learnt, export.held_out, export.held_out_items).check()
    except TooFewLooks as error:
        raise _StoppedError(State.FAILED, f"Without what was left out: {error}") from error
    run.step = Step.TRAIN
    run.save()


def _train(run: TrainingRun, desk: Desk) -> None:
    where = ["--out", run.folder, "--version", run.version, "--resume"]
    arguments = [RECIPE, *_common(_data(run) / TO_LEARN), *where]
    if desk.config:
        arguments += ["--config", str(desk.config.absolute())]
    outcome = _run(run, desk, module=TRAINING, arguments=arguments)
    if outcome.code:
        raise _failure("The training", outcome)
    run.step = Step.GATE
    run.save()


def _measure(run: TrainingRun, desk: Desk) -> None:
    """Ask the promotion gate; it compares with what serves now on looks that nobody has learnt from."""
    report = Path(f"{run.folder}.gate.json")
    arguments = ["gate", *_common(_data(run)), "--candidate", run.folder, "--json", str(report)]
    if current := active_checkpoint(Purpose.STYLE):
        arguments += ["--current", str(_checkpoint_at(current))]
    if (scorer := active_checkpoint(Purpose.PAIR)) and _reads_serving_encoder(scorer):
        arguments += ["--scorer", str(_checkpoint_at(scorer))]
    outcome = _run(run, desk, module=EVALUATION, arguments=arguments)
    if outcome.code not in {0, GATE_CLOSED}:
        raise _failure("The promotion gate", outcome)
    run.figures = json.loads(report.read_text())
    has_passed = outcome.code == 0 and bool(run.figures.get("passed"))
    _close(run, State.PASSED if has_passed else State.NOT_PASSED, run.figures.get("reason", ""))


def _run(run: TrainingRun, desk: Desk, *, module: str, arguments: list[str]) -> ProgramResult:
    def remember(tail: str) -> None:
        TrainingRun.objects.filter(pk=run.pk).update(output=tail)

    outcome = run_program(module, arguments, tell=desk.tell, remember=remember)
    run.output = outcome.tail
    return outcome


def _failure(what: str, outcome: ProgramResult) -> _StoppedError:
    if outcome.code < 0:
        reason = (
            f"{what} was killed (signal {-outcome.code}), often for want of memory. "
            "The same command goes on where it was."
        )
        return _StoppedError(State.INTERRUPTED, reason)
    last = outcome.tail.rpartition("\n")[2]
    return _StoppedError(State.FAILED, f"{what} stopped with an error: {last}")


def _close(run: TrainingRun, state: TrainingRun.State, reason: str) -> None:
    run.state, run.reason, run.finished_at = state, reason[:500], timezone.now()
    run.save()


def _give_up_others(run: TrainingRun) -> None:
    """Whoever holds the lock is the only one; what others left unfinished stays so."""
    others = TrainingRun.objects.unfinished().exclude(pk=run.pk)
    others.update(state=State.FAILED, reason="Given up: another training was started elsewhere.")


def _common(data: Path) -> list[str]:
    visual = active_checkpoint(Purpose.VISUAL)
    seen_by = ["--visual", str(_checkpoint_at(visual))] if visual else []
    return ["--data", str(data), *seen_by]


def _reads_serving_encoder(scorer: Checkpoint) -> bool:
    visual = active_checkpoint(Purpose.VISUAL)
    return visual is not None and scorer.encoder_label == visual.label


def _data(run: TrainingRun) -> Path:
    return Path(run.folder).parent / EXPORT


def _checkpoint_at(checkpoint: Checkpoint) -> Path:
    """Where it lies on this machine, which may not be the one that registered it."""
    folder = Path(checkpoint.folder)
    return folder if folder.exists() else checkpoint_dir() / checkpoint.name


def _next_version(out: Path) -> str:
    """One more than any known, and one whose folder nothing lies in."""
    known = [
        *Checkpoint.objects.filter(name=RECIPE).values_list("version", flat=True),
        *TrainingRun.objects.filter(name=RECIPE).values_list("version", flat=True),
    ]
    highest = max([SHIPPED_VERSION, *(int(version) for version in known if version.isdecimal())])
    versions = (str(number) for number in count(highest + 1))
    return next(v for v in versions if not any(out.glob(f"{RECIPE}@{v}*")))
