"""manage.py import_catalog PATH: a real catalogue into the shop; twice is the same as once."""

import resource
import sys
import time
from argparse import ArgumentTypeError
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fashionshop.importing.looks import store_looks
from fashionshop.importing.progress import Progress
from fashionshop.importing.readers import READERS, kind_of
from fashionshop.importing.report import Report, report_to
from fashionshop.importing.rows import Fault, Reader, UnknownCatalogue
from fashionshop.importing.writer import store_products
from fashionshop.storage import NoRoom

FAULTS_SHOWN = 20
MAXRSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


class Command(BaseCommand):
    help = "Import a catalogue. Its kind is recognised; run it again after a change or a crash."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="A folder, or the CSV file in it.")
        parser.add_argument("--format", dest="kind", choices=READERS, help="The kind, if unclear.")
        parser.add_argument("--limit", type=_positive, metavar="N", help="Only the first N rows.")
        parser.add_argument("--report", type=Path, metavar="CSV", help="Where to list faulty rows.")

    def handle(
        self,
        *,
        path: Path,
        kind: str | None,
        limit: int | None,
        report: Path | None,
        **_options: Any,
    ) -> None:
        started_at = time.monotonic()
        try:
            kind = kind or kind_of(path)
            reader = READERS[kind](path)
            with report_to(report) as write:
                counts = self._products(reader, limit=limit, write=write)
        except UnknownCatalogue as error:
            raise CommandError(str(error)) from error
        except NoRoom as error:
            raise CommandError(
                f"{error} What was imported before stays; the next run goes on."
            ) from error
        looks = sum(store_looks(reader.looks(), kind=kind))
        self._summary(counts, looks=looks, kind=kind, seconds=time.monotonic() - started_at)

    def _products(self, reader: Reader, *, limit: int | None, write: Report) -> Counter[str]:
        counts: Counter[str] = Counter()
        total = min(reader.row_count(), limit or sys.maxsize)
        progress = Progress(total, unit="rows")
        for outcome in store_products(islice(reader.rows(), limit)):
            progress.advance(outcome.rows)
            counts.update(new=outcome.new, changed=outcome.changed, unchanged=outcome.unchanged)
            for fault in outcome.faults:
                counts["faulty"] += 1
                write(fault)
                if counts["faulty"] <= FAULTS_SHOWN:
                    progress.say(_line(fault))
        progress.close()
        return counts

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


def _line(fault: Fault) -> str:
    outcome = "imported all the same" if fault.is_imported else "left out"
    return f"Row {fault.number}, {fault.sku or 'no sku'}, {outcome}: {fault.reason}"


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number of rows from 1.")
    return int(text)
