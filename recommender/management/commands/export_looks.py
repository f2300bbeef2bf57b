"""manage.py export_looks DIR: the shop's own looks as a catalogue in files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from recommender.learning.export import Export, ForeignFolder, export_looks

MOST_REASONS = 10


class Command(BaseCommand):
    help = (
        "Write the shop's looks, their products and pictures for training and measuring. "
        "Run it again at any time: it writes only what changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="New, empty or exported to.")

    def handle(self, *, folder: Path, **_options: Any) -> None:
        try:
            export = export_looks(
                folder, track=lambda rows, total: tqdm(rows, total=total, unit="product")
            )
        except ForeignFolder as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error}. Run the same command again; it goes on.") from error
        for line in lines_of(export):
            self.stdout.write(line)
        self.stdout.write(self.style.SUCCESS(f"All of it lies in {folder.resolve()}."))


def lines_of(export: Export) -> list[str]:
    """Say what was written and what was left out, with an example of each reason."""
    products = f"{export.products:,} products, {export.written:,} new pictures"
    looks = f"{export.learnt:,} looks to learn from and {export.held_out:,} held out"
    reasons = [
        f"  left out {count:,}: {reason} (for instance {example})"
        for reason, count, example in export.reasons()[:MOST_REASONS]
    ]
    apart = [f"{export.parted:,} pairs with a thumbs down."] if export.parted else []
    return [f"{products}; {looks}.", *apart, *reasons]
