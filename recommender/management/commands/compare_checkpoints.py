"""manage.py compare_checkpoints NAME[@VERSION]: what would change if this version served."""

from textwrap import shorten
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommender.catalog import catalog
from recommender.models import Checkpoint, Purpose
from recommender.switching.comparison import SAMPLE, Comparison, comparison

TITLES = 160  # characters of the gone and new products' names on a line


class Command(BaseCommand):
    help = "Compare a checkpoint, built in the shadow or retired, with the one that serves now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("checkpoint", help="NAME or NAME@VERSION.")
        parser.add_argument("--sample", type=int, default=SAMPLE, help="Products at most.")
        parser.add_argument("--seed", type=int, default=0, help="Chooses another sample.")

    def handle(self, *, checkpoint: str, sample: int, seed: int, **_options: Any) -> None:
        found = comparison(_checkpoint(checkpoint), sample=sample, seed=seed)
        if found.active in {None, found.candidate}:
            raise CommandError(f"{found.candidate.label} has no other version to compare with.")
        self._summary(found)
        for one in found.most_changed:
            self.stdout.write(f"{one.overlap:5.0%}  {catalog().card(one.product).title}")
            self.stdout.write(f"       gone: {_titles(one.before, one.gone)}")
            self.stdout.write(f"       new:  {_titles(one.after, one.new)}")

    def _summary(self, found: Comparison) -> None:
        label, purpose = found.candidate.label, found.candidate.get_purpose_display()
        heading = f"{purpose}: {label} beside {found.active}"
        self.stdout.write(self.style.MIGRATE_HEADING(heading))
        is_judge = found.candidate.purpose == Purpose.PAIR
        if found.candidate.purpose == Purpose.SET:
            self.stdout.write("It orders outfits and changes no strip.")
            return
        judged = f"Pairings stored for {found.judged:,} products."
        self.stdout.write(judged if is_judge else found.coverage.sentence)
        if found.overlap is None:
            self.stdout.write("No product has a strip, old or new.")
            return
        compared = f"{len(found.overlaps):,} products compared"
        self.stdout.write(
            f"overlap@8 {found.overlap:.3f} ({compared}, {found.silent:,} without strips, "
            f"of {found.products:,})"
        )
        if found.is_sample:
            low, high = found.between
            self.stdout.write(f"  over all of them {low:.3f} to {high:.3f}, 95 times in 100")
        for band, count in found.bands:
            self.stdout.write(f"  {count:>5}  {band}")


def _checkpoint(text: str) -> Checkpoint:
    """The newest version of that name, or the very one."""
    name, _at, version = text.partition("@")
    rows = Checkpoint.objects.filter(name=name).order_by("-created_at")
    found = (rows.filter(version=version) if version else rows).first()
    if found is None:
        known = ", ".join(checkpoint.label for checkpoint in Checkpoint.objects.all())
        raise CommandError(f"There is no checkpoint {text!r}; known are: {known or 'none'}.")
    return found


def _titles(strip: Any, keys: set[Any]) -> str:
    titles = (str(item.product) for item in strip.items if item.product.pk in keys)
    return shorten(", ".join(titles), TITLES, placeholder=" …") or "–"
