"""What comparing two checkpoints costs: the milliseconds of a product.

`python benchmarks/comparison.py [--rows 1000 10000 100000]`. The rival has the vectors of the next product, so that
every strip changes; no pairing is stored, which is the costly case.
"""

import argparse
import sys
import time
from collections.abc import Callable

import catalogue
from django.db import connection

from recommender.models import Checkpoint
from recommender.switching.comparison import comparison

SAMPLE = 40
_RIVAL = """
INSERT INTO recommender_embedding (picture_id, checkpoint_id, sha256, vector, slot, created_at)
SELECT this.picture_id, %s, '', next.vector, this.slot, now() FROM recommender_embedding AS this
JOIN recommender_embedding AS next ON next.picture_id = this.picture_id %% 1000 + 1
    AND next.checkpoint_id = this.checkpoint_id
WHERE this.checkpoint_id = %s
"""


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000, 10_000])
    catalogue.prepare()
    say(f"machine: {catalogue.machine()}")
    say("| tops | purpose | ms a product |\n|---|---|---|")
    for rows in parser.parse_args().rows:
        made = catalogue.fill(rows, visual=(512, 64), style=256)
        for purpose in ("VISUAL", "STYLE"):
            rival = rival_of(made[purpose])
            seconds, found = timed(lambda rival=rival: comparison(rival, sample=SAMPLE))
            each = 1000 * seconds / len(found.overlaps)
            say(f"| {rows:,} | {purpose} | {each:.1f} |")


def rival_of(serving: Checkpoint) -> Checkpoint:
    """Another checkpoint of the same shape that has seen everything, and differently."""
    like = {name: getattr(serving, name) for name in ("purpose", "dimension", "parts", "weights")}
    rival = Checkpoint.objects.create(name="rival", version=serving.purpose, folder="", **like)
    with connection.cursor() as cursor:
        cursor.execute(_RIVAL, [rival.pk, serving.pk])
        cursor.execute("VACUUM ANALYZE recommender_embedding")
    return rival


def timed(ask: Callable):
    """The seconds of the second of two calls, and its answer."""
    ask()
    started = time.perf_counter()
    answer = ask()
    return time.perf_counter() - started, answer


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
