"""Exact search against an index: one statement that ranks, then both strips as a page asks for them.

`python benchmarks/ranking.py [--rows 1000 10000 100000 1000000]`. Rows are the tops of a shop that has a tenth as
many bottoms and as many shoes; the strips are those of a top without stored pairings, the costly case.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from unittest.mock import patch

import catalogue
from django.db import connection
from django.db.models import Subquery
from django.test.utils import CaptureQueriesContext

from fashionshop.models import Product
from recommender.models import Checkpoint
from recommender.pipeline import indexes
from recommender.ranking.eligibility import eligible_products
from recommender.ranking.filters import Filters
from recommender.ranking.rung import Rung
from recommender.ranking.scoring import Search, cover_vector, scored_products
from recommender.ranking.shortlist import shortlist
from recommender.ranking.statement import Ladder, rank_ladder
from recommender.strips.goes_with import goes_with
from recommender.strips.items import Strip
from recommender.strips.similar import similar_products

LENGTH = 10
SHARES = (1, 10, 100, 500)  # one product in so many passes the filter
ASKED = {1_000: 100, 10_000: 100, 100_000: 40, 1_000_000: 12}  # products, per method and share
READ = {"VISUAL": {"TOP"}, "STYLE": {"BOTTOM", "SHOES"}}  # by the strips of a top
NARROW_FROM = 1_000_000  # rows whose vectors are narrow, or building would take hours
WIDE, NARROW = (
    {"visual": (512, 64), "style": 256},
    {"visual": (48, 16), "style": 32, "styled_share": 10},
)

# What one gets from an index with its default effort, filtering what it returns.
_NAIVE = """
SELECT product.id FROM (
    SELECT picture_id, (vector::halfvec({width})) <#> (
        SELECT vector * %s::halfvec FROM recommender_embedding WHERE picture_id = %s AND checkpoint_id = {checkpoint}
    )::halfvec({width}) AS distance
    FROM recommender_embedding WHERE checkpoint_id = {checkpoint} AND slot = 'TOP' ORDER BY distance LIMIT 40
) AS near JOIN recommender_picture AS picture ON picture.id = near.picture_id
JOIN fashionshop_product AS product ON product.id = picture.product_id
WHERE product.is_published AND product.stock > 0 AND product.price <= %s AND product.id <> %s
ORDER BY distance LIMIT {length}
"""
Rank = Callable[[int, int], list[int]]


def main() -> None:
    """Print two tables and what building the indexes took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", type=int, default=sorted(ASKED))
    parser.add_argument(
        "--kept", action="store_true", help="Do not fill what FASHIONSHOP_VAR holds."
    )
    parser.add_argument("--products", type=int, help="How many are asked about.")
    asked = parser.parse_args()
    catalogue.prepare()
    say(f"machine: {catalogue.machine()}")
    for rows in asked.rows:
        one_size(rows, is_kept=asked.kept, count=asked.products or ASKED.get(rows, 20))
        say(f"load now: {catalogue.machine()}")


def one_size(rows: int, *, is_kept: bool, count: int) -> None:
    started = time.perf_counter()
    widths = NARROW if rows >= NARROW_FROM else WIDE
    made = catalogue.checkpoints() if is_kept else catalogue.fill(rows, **widths)
    visual = made["VISUAL"]
    filled = f"filled in {time.perf_counter() - started:.0f} s"
    say(f"\n## {rows:,} tops, visual vectors of {visual.dimension}; {filled}")
    built = build_all()
    keys = catalogue.keys_of("TOP", count=count, step=widths.get("styled_share", 1))
    say("| share | method | p50 ms | p99 ms | recall@10 | rows |\n|---|---|---|---|---|---|")
    for share in SHARES:
        compare(visual, built["VISUAL"], keys, share=share)
    say("\n| strip | indexes | p50 ms | p95 ms | queries | items |\n|---|---|---|---|---|---|")
    for kept in (large_only(built), {}):
        register(kept)
        for strip in (similar_products, partners):
            end_to_end(
                strip,
                keys,
                label=", ".join(sorted({s for of in kept.values() for s in of})) or "none",
            )


def build_all() -> dict[str, dict[str, int]]:
    """Index every slot the strips of a top read, however small; returns the registry, by purpose."""
    started = time.perf_counter()
    with patch.object(indexes, "INDEXED_FROM", 1), patch.object(indexes, "_large_slots", _read):
        tended = indexes.tend_indexes()
    say(
        f"built {len(tended.built)} indexes in {time.perf_counter() - started:.0f} s: {sizes_of_indexes()}"
    )
    return dict(Checkpoint.objects.exclude(indexes={}).values_list("purpose", "indexes"))


def _read(checkpoint: Checkpoint, large_slots: Callable[..., list] = indexes._large_slots) -> list:
    return [index for index in large_slots(checkpoint) if index.slot in READ[checkpoint.purpose]]


def compare(visual: Checkpoint, slots: dict[str, int], keys: Sequence[int], *, share: int) -> None:
    """Time three ways to find the nearest ten of what passes a filter."""
    exact = Checkpoint.objects.get(pk=visual.pk)
    exact.indexes, visual.indexes = {}, {"TOP": slots["TOP"]}
    price = catalogue.PRICES // share - 1
    ways: dict[str, Rank] = {
        "exact": lambda key, most: ranked(exact, key, most),
        "ours": lambda key, most: ranked(visual, key, most),
        "default HNSW, then filter": lambda key, most: naive(visual, key, most),
    }
    truth: dict[int, list[int]] = {}
    for name, way in ways.items():
        way(keys[0], price)  # once unmeasured
        seconds, found = [], {}
        for key in keys:
            start = time.perf_counter()
            found[key] = way(key, price)
            seconds.append(time.perf_counter() - start)
        truth = truth or found
        returned = sum(map(len, found.values())) / len(keys)
        say(f"{row(f'1/{share}', name, seconds)} {recall(found, truth):.3f} | {returned:.1f} |")


def ranked(visual: Checkpoint, key: int, most: int) -> list[int]:
    candidates = eligible_products(Filters(price_max=most)).filter(reco_slot="TOP").exclude(pk=key)
    search = Search(Subquery(cover_vector(key, visual)), visual, visual.part_weights)
    near = shortlist(candidates, search, wanted=LENGTH, slots=["TOP"])
    ladder = Ladder({Rung.VISUAL: scored_products(near, search)}, parts=search.parts)
    return [row.pk for row in rank_ladder(ladder, limit=LENGTH)]


def naive(visual: Checkpoint, key: int, most: int) -> list[int]:
    sql = _NAIVE.format(checkpoint=visual.pk, width=visual.dimension, length=LENGTH)
    factors = [
        visual.part_weights[name] for name, width in visual.parts for _number in range(width)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [str(factors), key, most, key])
        return [pk for (pk,) in cursor.fetchall()]


def end_to_end(strip: Callable[[Product], Strip], keys: Sequence[int], *, label: str) -> None:
    """Time a strip as a page asks for it, the host's cards included."""
    products = list(Product.objects.filter(pk__in=keys))
    strip(products[0])
    with CaptureQueriesContext(connection) as captured:
        items = len(strip(products[0]).items)
    seconds = []
    for product in products:
        start = time.perf_counter()
        strip(product)
        seconds.append(time.perf_counter() - start)
    p50, p95 = (catalogue.percentile(seconds, share) for share in (0.5, 0.95))
    say(f"| {strip.__name__} | {label} | {p50:.1f} | {p95:.1f} | {len(captured)} | {items} |")


def partners(product: Product) -> Strip:
    """Two of each of the two slots there are: a full strip, so that the rungs below are not asked."""
    return goes_with(product, limit=4)


def large_only(built: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """What the shop itself would have indexed."""
    return {
        purpose: {slot: rows for slot, rows in slots.items() if rows >= indexes.INDEXED_FROM}
        for purpose, slots in built.items()
    }


def register(slots: dict[str, dict[str, int]]) -> None:
    for checkpoint in Checkpoint.objects.all():
        Checkpoint.objects.filter(pk=checkpoint.pk).update(
            indexes=slots.get(checkpoint.purpose, {})
        )


def recall(found: dict[int, list[int]], truth: dict[int, list[int]]) -> float:
    wanted = sum(map(len, truth.values()))
    return sum(len({*found[key]} & {*truth[key]}) for key in truth) / wanted if wanted else 1.0


def row(share: str, name: str, seconds: Sequence[float]) -> str:
    p50, p99 = (catalogue.percentile(seconds, of) for of in (0.5, 0.99))
    return f"| {share} | {name} | {p50:.1f} | {p99:.1f} |"


def sizes_of_indexes() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_size_pretty(pg_relation_size(indexrelid)) FROM pg_index"
            " WHERE starts_with(indexrelid::regclass::text, 'reco_near_')"
        )
        return ", ".join(f"{name} {size}" for name, size in sorted(cursor.fetchall()))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
