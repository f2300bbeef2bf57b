"""manage.py embed_catalog: have every picture of the shop embedded."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from recommender import broker
from recommender.catalog import catalog
from recommender.models import EmbeddingJob
from recommender.pipeline.picture_files import (
    CURE,
    StorageFailed,
    unreadable_pictures,
    whereabouts,
)
from recommender.pipeline.picture_sync import PRODUCTS_AT_ONCE, sync_in_batches

MOST_NAMED = 10  # pictures that are not there, each in a line of its own


class Command(BaseCommand):
    help = "Note every product's pictures and wake the workers; safe to run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait", action="store_true", help="Stay until the workers have finished."
        )

    def handle(self, *, wait: bool, **_options: Any) -> None:
        products = catalog().products().order_by("pk")
        rows = products.iterator(PRODUCTS_AT_ONCE)
        try:
            queued = sync_in_batches(tqdm(rows, total=products.count(), unit="product"))
        except StorageFailed as error:
            raise CommandError(f"{error}\n{CURE}") from error
        self.stdout.write(f"{queued} new jobs.")
        unreadable = list(unreadable_pictures())
        for picture in unreadable[:MOST_NAMED]:
            self.stderr.write(f"Not there: {whereabouts(picture)}")
        if wait:
            self._wait()
        if unreadable:
            raise CommandError(f"{len(unreadable)} pictures are not there. {CURE}")

    def _wait(self) -> None:
        jobs = EmbeddingJob.objects.unfinished()
        with tqdm(total=jobs.count(), unit="job") as bar:
            while left := jobs.count():
                bar.update(bar.total - left - bar.n)
                broker.ring(broker.EMBED)
                time.sleep(1)
            bar.update(bar.total - bar.n)
