"""manage.py train_on_looks: from the shop's own looks to a checkpoint that serves, in one command."""

import time
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from recommender import broker
from recommender.learning.programs import NoPrograms
from recommender.learning.training import (
    AlreadyTraining,
    Desk,
    NoFolder,
    TooFewLooks,
    activate_trained,
    look_count,
    next_training,
    train_on_looks,
    training_dir,
    training_to_switch,
)
from recommender.management.commands.export_looks import MOST_REASONS
from recommender.models import Checkpoint, EmbeddingJob, TrainingRun
from recommender.switching.cards import NoCheckpoint

POLL_SECONDS = 2
PATIENCE_SECONDS = 90  # without one vector; then no worker seems to be there
REFUSALS = (AlreadyTraining, NoCheckpoint, NoFolder, NoPrograms, TooFewLooks)
GO_ON = "Run the same command again; it goes on where it was."


class Command(BaseCommand):
    help = (
        "Train the style encoder on the shop's own looks. It serves if it is better than what "
        "serves now on looks it never saw. After a kill, run the same command again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, metavar="DIR", help="Folder that keeps trainings.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done.")
        parser.add_argument(
            "--activate",
            action=BooleanOptionalAction,
            default=True,
            help="Let it serve if it passed, and wait until the workers have built its vectors.",
        )
        parser.add_argument("--config", type=Path, metavar="FILE", help="JSON of settings.")

    def handle(
        self,
        *,
        out: Path | None,
        dry_run: bool,
        activate: bool,
        config: Path | None,
        **_options: Any,
    ) -> None:
        try:
            folder = out.absolute() if out else training_dir()
            if dry_run:
                self._announce(folder)
                return
            self._train(folder, config=config, activate=activate)
        except REFUSALS as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error}. {GO_ON}") from error

    def _announce(self, folder: Path) -> None:
        run, counted = next_training(folder), look_count()
        state = f"goes on with {run.get_step_display().lower()}" if run.pk else "is new"
        self.stdout.write(
            f"{run.label} {state}: {counted.learnt:,} looks to learn from, {counted.held_out:,} held "
            f"out with {counted.questions:,} questions.\nIt would be written to {run.folder}."
        )
        counted.check()
        self.stdout.write("Nothing was changed.")

    def _train(self, folder: Path, *, config: Path | None, activate: bool) -> None:
        run = training_to_switch() if activate else None
        if run is None:
            run = train_on_looks(
                folder, desk=Desk(tell=self._tell, track=_progress_bar, config=config)
            )
            self._report(run)
        if run.state == TrainingRun.State.PASSED and activate:
            self._switch(run)

    def _tell(self, text: str) -> None:
        self.stdout.write(text, ending="")
        self.stdout.flush()

    def _report(self, run: TrainingRun) -> None:
        for reason, count, example in run.left_out[:MOST_REASONS]:
            self.stdout.write(f"  left out {count:,}: {reason} (for instance {example})")
        text = f"{run.label}: {run.get_state_display().lower()}. {run.reason}"
        match run.state:
            case TrainingRun.State.PASSED:
                self.stdout.write(self.style.SUCCESS(text))
            case TrainingRun.State.NOT_PASSED:
                self.stdout.write(self.style.WARNING(f"{text} What served goes on serving."))
            case _:
                raise CommandError(text)

    def _switch(self, run: TrainingRun) -> None:
        checkpoint = activate_trained(run)
        if checkpoint.state != Checkpoint.State.ACTIVE and self._wait(checkpoint):
            checkpoint = activate_trained(run)
        if checkpoint.state == Checkpoint.State.ACTIVE:
            self.stdout.write(self.style.SUCCESS(f"{checkpoint.label} serves now."))
        else:
            self.stdout.write(
                f"{checkpoint.label} waits for its vectors: is a worker running? {GO_ON}"
            )

    def _wait(self, checkpoint: Checkpoint) -> bool:
        """Wait for the workers; False when nothing has moved for too long."""
        jobs = EmbeddingJob.objects.unfinished().filter(checkpoint=checkpoint)
        still_since = time.monotonic()
        with tqdm(total=jobs.count(), unit="picture", desc=f"{checkpoint.label} looks") as bar:
            while left := jobs.count():
                if done := bar.total - left - bar.n:
                    bar.update(done)
                    still_since = time.monotonic()
                if time.monotonic() - still_since > PATIENCE_SECONDS:
                    return False
                broker.ring(broker.EMBED)
                time.sleep(POLL_SECONDS)
            bar.update(bar.total - bar.n)
        return True


def _progress_bar(rows: Any, total: int) -> Any:
    return tqdm(rows, total=total, unit="product")
