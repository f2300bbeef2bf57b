"""manage.py check_recommender: does every picture have what it must have?"""

from dataclasses import asdict
from json import dumps
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from recommender.models import Job
from recommender.pipeline import consistency
from recommender.pipeline.findings import Finding


class Command(BaseCommand):
    help = (
        "Count broken promises: pictures without vectors, stale vectors, stuck jobs, files that are "
        "gone, broken indexes, no worker. Exit 1 if any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="Queue what is missing or stale.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")
        parser.add_argument(
            "--full",
            action="store_true",
            help="Read every file, look for files that nothing names, measure the indexes. "
            "With --repair such files are moved into the folder `orphans`.",
        )

    def handle(self, *, repair: bool, json: bool, full: bool, **_options: Any) -> None:
        if repair:
            queued = consistency.repair(full=full)
            self.stderr.write(f"{queued} jobs queued; the workers have been woken.")
        found, progress = consistency.findings(full=full), consistency.progress()
        write = self._write_json if json else self._write_text
        write(found, progress)
        if found:
            raise SystemExit(1)

    def _write_json(self, found: list[Finding], progress: dict[str, int]) -> None:
        answer = {"ok": not found, "jobs": progress, "findings": [asdict(one) for one in found]}
        self.stdout.write(dumps(answer))

    def _write_text(self, found: list[Finding], progress: dict[str, int]) -> None:
        states = ", ".join(f"{progress[state]} {state.label.lower()}" for state in Job.State)
        self.stdout.write(f"Jobs: {states}.")
        for finding in found:
            example = f" (for instance {finding.example})" if finding.example else ""
            self.stdout.write(self.style.ERROR(f"{finding.count} {finding.text}{example}"))
        if not found:
            self.stdout.write(self.style.SUCCESS("Every picture has what it must have."))
