"""manage.py embed_catalog: have every picture of the shop embedded."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from recommender import broker
from recommender.catalog import catalog
from recommender.models import EmbeddingJob
from recommender.pipeline.picture_sync import PRODUCTS_AT_ONCE, sync_in_batches


class Command(BaseCommand):
    help = "Note every product's pictures and wake the workers; safe to run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait", action="store_true", help="Stay until the workers have finished."
        )

    def handle(self, *, wait: bool, **_options: Any) -> None:
        products = catalog().products().order_by("pk")
        rows = products.iterator(PRODUCTS_AT_ONCE)
        queued = sync_in_batches(tqdm(rows, total=products.count(), unit="product"))
        self.stdout.write(f"{queued} new jobs.")
        if wait:
            self._wait()

    def _wait(self) -> None:
        jobs = EmbeddingJob.objects.unfinished()
        with tqdm(total=jobs.count(), unit="job") as bar:
            while left := jobs.count():
                bar.update(bar.total - left - bar.n)
                broker.ring(broker.EMBED)
                time.sleep(1)
            bar.update(bar.total - bar.n)
