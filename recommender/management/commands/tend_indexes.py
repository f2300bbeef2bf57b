"""manage.py tend_indexes: build the indexes that large slots need, drop those nobody needs."""

from typing import Any

from django.core.management.base import BaseCommand

from recommender.pipeline.indexes import INDEXED_FROM, tend_indexes


class Command(BaseCommand):
    help = (
        f"Build a vector index for every slot of {INDEXED_FROM:,} vectors or more and drop those nobody needs. "
        "Workers do it by themselves; the shop goes on meanwhile."
    )

    def handle(self, **_options: Any) -> None:
        tended = tend_indexes()
        for verb, names in (("Built", tended.built), ("Dropped", tended.dropped)):
            for name in names:
                self.stdout.write(f"{verb} {name}.")
        if not (tended.built or tended.dropped):
            self.stdout.write("Every slot has what it needs.")
