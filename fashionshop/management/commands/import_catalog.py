"""manage.py import_catalog PATH: a real catalogue into the shop; twice is the same as once."""

import resource
import sys
import time
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fashionshop.importing import unread
from fashionshop.importing.archive import BadArchive, unpacked
from fashionshop.importing.categories import choose_slots
from fashionshop.importing.general import GeneralTable
from fashionshop.importing.looks import store_looks
from fashionshop.importing.mapping import CATEGORY, FILE, BadMapping
from fashionshop.importing.mapping_file import decisions_for, open_questions, sentence, template
from fashionshop.importing.progress import Progress
from fashionshop.importing.readers import READERS, Reader, kind_of
from fashionshop.importing.report import Report, report_to
from fashionshop.importing.rows import Fault, Question, Row, UnknownCatalogue
from fashionshop.importing.turn import turn
from fashionshop.importing.writer import store_products
from fashionshop.models import Category
from fashionshop.storage import StorageFull

FAULTS_SHOWN = 20
QUESTIONS_SHOWN = 40
MAXRSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass
class _Seen:
    """What came of an import so far."""

    counts: Counter[str] = field(default_factory=Counter)
    questions: Counter[Question] = field(default_factory=Counter)
    pictures: set[Path] = field(default_factory=set)

    def pictures_of(self, rows: Iterator[Row | Fault]) -> Iterator[Row | Fault]:
        """Note the pictures that rows name, as they pass."""
        for row in rows:
            if isinstance(row, Row):
                self.pictures.update(path.resolve() for path in row.pictures)
            yield row


class Command(BaseCommand):
    help = "Import a catalogue. Its kind is recognised; run it again after a change or a crash."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="A folder, the table in it, or a ZIP of both.")
        parser.add_argument("--format", dest="kind", choices=READERS, help="The kind, if unclear.")
        parser.add_argument("--limit", type=_positive, metavar="N", help="Only the first N rows.")
        parser.add_argument("--report", type=Path, metavar="CSV", help="Where to list faulty rows.")
        parser.add_argument(
            "--mapping", type=Path, metavar="CSV", help=f"What words mean; else {FILE} beside it."
        )

    def handle(self, *, path: Path, mapping: Path | None, kind: str | None, **options: Any) -> None:
        try:
            with unpacked(path) as folder:
                decisions = decisions_for(folder, mapping)
                kind = kind or kind_of(folder, decisions)
                reader = READERS[kind](folder, decisions)
                with turn(self._say_waiting):
                    choose_slots(decisions.of(CATEGORY))
                    seen = self._import(reader, kind=kind, **options)
                if options["limit"] is None:
                    self._unread(folder, reader, seen)
                names = Category.objects.values_list("name", flat=True)
                self._ask(open_questions(seen.questions, decisions, categories=names))
        except (UnknownCatalogue, BadArchive, BadMapping) as error:
            raise CommandError(str(error)) from error
        except StorageFull as error:
            raise CommandError(
                f"{error} What was imported before stays; the next run goes on."
            ) from error

    def _import(
        self, reader: Reader, *, kind: str, limit: int | None, report: Path | None, **_options: Any
    ) -> _Seen:
        started_at = time.monotonic()
        with report_to(report) as write:
            seen = self._products(reader, limit=limit, write=write)
        looks = sum(store_looks(reader.looks(), kind=kind))
        self._summary(seen.counts, looks=looks, kind=kind, seconds=time.monotonic() - started_at)
        return seen

    def _products(self, reader: Reader, *, limit: int | None, write: Report) -> _Seen:
        seen = _Seen()
        counts = seen.counts
        total = min(reader.row_count(), limit or sys.maxsize)
        progress = Progress(total, unit="rows")
        for outcome in store_products(seen.pictures_of(islice(reader.rows(), limit))):
            progress.advance(outcome.rows)
            counts.update(new=outcome.new, changed=outcome.changed, unchanged=outcome.unchanged)
            seen.questions.update(outcome.questions)
            for fault in outcome.faults:
                counts["faulty"] += 1
                write(fault)
                if counts["faulty"] <= FAULTS_SHOWN:
                    progress.say(_line(fault))
        progress.close()
        return seen

    def _summary(self, counts: Counter[str], *, looks: int, kind: str, seconds: float) -> None:
        products = counts["new"] + counts["changed"] + counts["unchanged"]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT_BYTES
        faulty = f"{counts['faulty']:,} faulty"
        if counts["faulty"] > FAULTS_SHOWN:
            faulty += f" (the first {FAULTS_SHOWN} above; all of them with --report FILE.csv)"
        self.stdout.write(
            self.style.SUCCESS(
                f"Products ({kind}): {counts['new']:,} new, {counts['changed']:,} changed, "
                f"{counts['unchanged']:,} unchanged, {faulty}. Looks: {looks:,} new or changed.\n"
                f"{seconds:.1f} s, {products / seconds:.0f} products a second, "
                f"{peak / 1e6:.0f} MB of memory at most."
            )
        )

    def _unread(self, path: Path, reader: Reader, seen: _Seen) -> None:
        if isinstance(reader, GeneralTable) and reader.unread_columns():
            columns = ", ".join(reader.unread_columns())
            self.stdout.write(f"Columns that were not read: {columns}.")
        root = path if path.is_dir() else path.parent
        for why, names in unread.unread_files(root, seen.pictures).items():
            self.stdout.write(unread.sentence(why, names))

    def _ask(self, questions: Counter[Question]) -> None:
        """Ask what nobody knows, the most frequent first, with a mapping to be filled in."""
        if not questions:
            return
        asked = sorted(questions, key=lambda each: (-questions[each], each.kind, each.found))
        lines = [sentence(each, questions[each]) for each in asked[:QUESTIONS_SHOWN]]
        lines.append(f"\nWrite the answers into {FILE} beside the catalogue, and import it again:")
        self.stdout.write("\n".join(lines))
        self.stdout.write(template(asked))

    def _say_waiting(self) -> None:
        self.stderr.write("Another import is running; this one waits until it has ended.")


def _line(fault: Fault) -> str:
    outcome = "imported all the same" if fault.is_imported else "left out"
    return f"Row {fault.number}, {fault.sku or 'no sku'}, {outcome}: {fault.reason}"


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number of rows from 1.")
    return int(text)
