"""An invented catalogue of any size, filled by PostgreSQL itself; vectors in clusters, as real ones are.

Every part of a vector is one of 1,024 centres plus two small deviations, each one of 4,096 that lie in
16 directions. So neighbours are many and close, and no two vectors are equal.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionshop.settings")
os.environ.setdefault("FASHIONSHOP_VAR", tempfile.mkdtemp(prefix="fashionshop-bench-"))
sys.path.insert(0, str(Path(__file__).parents[1]))
VAR = Path(os.environ["FASHIONSHOP_VAR"])
VAR.chmod(0o755)  # PostgreSQL does not run as root and must reach its folder

from fashionshop.embedded import provide_database  # noqa: E402 - after the database is there

provide_database(VAR)

import django  # noqa: E402 - after the database is there

django.setup()

import numpy as np  # noqa: E402 - after the database is there
from django.core.management import call_command  # noqa: E402 - after the database is there
from django.db import connection  # noqa: E402 - after the database is there

from recommender.models import Checkpoint  # noqa: E402 - after the database is there

CENTRES, DEVIATIONS, DIRECTIONS = 1_024, 4_096, 16
SPREAD = 0.5  # length of a deviation beside a centre of length 1
SLOTS = {"TOP": 1, "BOTTOM": 10, "SHOES": 10}  # one bottom and one pair of shoes for ten tops
PRICES = 1_000  # every whole price equally often: a price window is a filter of known selectivity

_POOL = """
CREATE TABLE IF NOT EXISTS bench_pool
(kind text, number int, shape halfvec, colour halfvec, style halfvec, PRIMARY KEY (kind, number))
"""
_PRODUCTS = """
INSERT INTO fashionshop_product (id, sku, title, description, category_id, design, colour, gender,
    season, sizes, price, stock, is_published, created_at)
SELECT {first} + g, 'sku ' || {first} + g, 'Product ' || g, '', {category}, '', '', 'WOMEN', 'SUMMER', '',
    (g::bigint * 7919) % {prices}, 1, TRUE, now() FROM generate_series(1, {rows}) AS g
"""
_PICTURES = """
INSERT INTO recommender_picture (id, product_id, name, sha256, position, category, slot, palette)
SELECT id, id, 'products/' || id || '.jpg', '', 0, '', '', '[]' FROM fashionshop_product
"""
_VECTORS = """
INSERT INTO recommender_embedding (picture_id, checkpoint_id, sha256, vector, slot, created_at)
SELECT product.id, {checkpoint}, '', {vector}, category.slot, now()
FROM fashionshop_product AS product JOIN fashionshop_category AS category ON category.id = category_id
JOIN bench_pool AS c ON c.kind = 'centre' AND c.number = hashint8(product.id) & 1023
JOIN bench_pool AS a ON a.kind = 'deviation' AND a.number = hashint8(product.id + 1000000000) & 4095
JOIN bench_pool AS b ON b.kind = 'deviation' AND b.number = hashint8(product.id + 2000000000) & 4095
WHERE {which}
"""


def machine() -> str:
    """Name the machine that the figures are of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), extversion FROM pg_extension WHERE extname = 'vector'"
        )
        server, pgvector = cursor.fetchone()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} CPU cores ({platform.machine()}), load {load}; "
        f"PostgreSQL {server}, pgvector {pgvector}, its default settings"
    )


def prepare() -> None:
    """Make the tables; trade the safety of a crash for speed, as the data is thrown away."""
    with connection.cursor() as cursor:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")
    call_command("migrate", verbosity=0)


def fill(
    rows: int, *, visual: Sequence[int], style: int, styled_share: int = 1
) -> dict[str, Checkpoint]:
    """Replace the catalogue: `rows` tops and a tenth of them of bottoms and shoes; 1 in `styled_share` tops has style."""
    tables = "fashionshop_product, fashionshop_category, recommender_checkpoint, bench_pool"
    with connection.cursor() as cursor:
        cursor.execute(_POOL)
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        for name in _left_over(cursor):
            cursor.execute(f"DROP INDEX {name}")
    made = _checkpoints(visual, style)
    _fill_pool([*visual, style])
    with connection.cursor() as cursor:
        _fill_products(cursor, rows)
        shape = "l2_normalize(c.shape + a.shape + b.shape) || l2_normalize(c.colour + b.colour + a.colour)"
        words = {"checkpoint": made["VISUAL"].pk, "vector": shape}
        cursor.execute(_VECTORS.format(which="TRUE", **words))
        words |= {
            "checkpoint": made["STYLE"].pk,
            "vector": "l2_normalize(c.style + a.style + b.style)",
        }
        which = f"category.slot <> 'TOP' OR product.id % {styled_share} = 0"
        cursor.execute(_VECTORS.format(which=which, **words))
        cursor.execute("VACUUM ANALYZE")
    return made


def checkpoints() -> dict[str, Checkpoint]:
    """What an earlier run has filled, by purpose."""
    return {checkpoint.purpose: checkpoint for checkpoint in Checkpoint.objects.all()}


def keys_of(slot: str, *, count: int, step: int = 1) -> list[int]:
    """So many product keys of a slot, spread over it; each a multiple of `step`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product.id FROM fashionshop_product AS product JOIN fashionshop_category AS category"
            " ON category.id = category_id WHERE slot = %s AND product.id %% %s = 0"
            " ORDER BY hashint8(product.id) LIMIT %s",
            [slot, step, count],
        )
        return [key for (key,) in cursor.fetchall()]


def percentile(values: Iterable[float], share: float) -> float:
    """The value that so large a share does not exceed, in milliseconds."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _left_over(cursor) -> list[str]:
    cursor.execute("SELECT indexname FROM pg_indexes WHERE starts_with(indexname, 'reco_near_')")
    return [name for (name,) in cursor.fetchall()]


def _checkpoints(visual: Sequence[int], style: int) -> dict[str, Checkpoint]:
    shape, colour = visual
    specs = {
        "VISUAL": {
            "name": "visual",
            "dimension": shape + colour,
            "parts": [["shape", shape], ["colour", colour]],
            "weights": {"shape": 0.85, "colour": 0.15},
        },
        "STYLE": {"name": "style", "dimension": style},
        "PAIR": {"name": "scorer", "reads": "embeddings of visual@1"},
    }
    return {
        purpose: Checkpoint.objects.create(
            purpose=purpose, version="1", state="ACTIVE", folder="", **spec
        )
        for purpose, spec in specs.items()
    }


def _fill_pool(widths: Sequence[int]) -> None:
    chance = np.random.default_rng(0)
    centres = [_unit(chance.normal(size=(CENTRES, width))) for width in widths]
    bases = [_unit(chance.normal(size=(DIRECTIONS, width))) for width in widths]
    weights = [_unit(chance.normal(size=(DEVIATIONS, DIRECTIONS))) for _width in widths]
    deviations = [SPREAD * weight @ base for weight, base in zip(weights, bases, strict=True)]
    with connection.cursor() as cursor, cursor.copy("COPY bench_pool FROM STDIN") as copy:
        for kind, columns in (("centre", centres), ("deviation", deviations)):
            for number in range(len(columns[0])):
                copy.write_row([kind, number, *(_text(column[number]) for column in columns)])


def _fill_products(cursor, rows: int) -> None:
    first = 0
    for number, (slot, share) in enumerate(SLOTS.items(), start=1):
        cursor.execute(
            "INSERT INTO fashionshop_category (id, name, slug, slot) VALUES (%s, %s, %s, %s)",
            [number, slot.title(), slot.lower(), slot],
        )
        count = rows // share
        cursor.execute(_PRODUCTS.format(first=first, category=number, rows=count, prices=PRICES))
        first += count
    cursor.execute(_PICTURES)


def _unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _text(row) -> str:
    return "[" + ",".join(f"{value:.5g}" for value in row) + "]"
