"""manage.py activate_checkpoint: let a checkpoint serve."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommender.models import Checkpoint
from recommender.pipeline.picture_sync import ENCODER_PURPOSES
from recommender.switching.cards import NoCheckpoint
from recommender.switching.checkpoints import (
    activate_checkpoint,
    checkpoint_dir,
    unreplaced_checkpoints,
)
from recommender.vectors import WIDEST_INDEXED


class Command(BaseCommand):
    help = (
        "Let checkpoints serve; without names, all that are shipped and not replaced. Where another one serves, the "
        "new one is built in the shadow first: run this again once every picture has its vector."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("checkpoints", nargs="*", help="Names of shipped ones, or folders.")
        parser.add_argument(
            "--now", action="store_true", help="Switch at once, before all vectors are there."
        )
        parser.add_argument(
            "--purpose",
            choices=ENCODER_PURPOSES,
            help="What an encoder is for, where its card leaves that open.",
        )

    def handle(
        self, *, checkpoints: list[str], now: bool, purpose: str | None = None, **_options: Any
    ) -> None:
        try:
            folders = [_folder(name) for name in checkpoints] or unreplaced_checkpoints()
            for folder in folders:
                self._report(activate_checkpoint(folder, at_once=now, purpose=purpose))
        except NoCheckpoint as error:
            raise CommandError(str(error)) from error

    def _report(self, checkpoint: Checkpoint) -> None:
        state = {
            Checkpoint.State.ACTIVE: "serves now",
            Checkpoint.State.BUILDING: "is being built; run this again when it is complete",
        }[Checkpoint.State(checkpoint.state)]
        self.stdout.write(f"{checkpoint.label} ({checkpoint.get_purpose_display()}) {state}.")
        if checkpoint.dimension > WIDEST_INDEXED:
            self.stdout.write(
                f"Its vectors have {checkpoint.dimension:,} numbers, more than an index holds "
                f"({WIDEST_INDEXED:,}): they are searched one by one, which large shops will feel."
            )


def _folder(name: str) -> Path:
    shipped = checkpoint_dir() / name
    return shipped if shipped.is_dir() else Path(name)
