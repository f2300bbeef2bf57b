"""`make mutants`: put defects into copies of the sources, one at a time, and count those the tests notice."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import cache_from_source
from itertools import chain, zip_longest
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar
from urllib.parse import urlsplit

import psycopg

from fashionshop.embedded import provide_database
from tests.mutants.defects import Defect, defects
from tests.mutants.trial import complaint

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "docs" / "mutants.md"
ENOUGH = 0.9  # of the defects that change anything
MIGRATED = "migrated"  # a database of no rows

# What is to be tested, and by what; both as `git ls-files` understands it.
TARGETS = {
    "worklist": (["recommender/worklist.py"], ["tests/recommender/test_worklist.py"]),
    "ranking": (
        ["recommender/ranking/*.py"],
        [
            *("tests/recommender/ranking", "tests/recommender/strips", "tests/recommender/explain"),
            *("tests/recommender/pipeline/test_indexes.py", "tests/recommender/outfits"),
            *("tests/recommender/test_product_columns.py", "tests/fashionshop/test_admin.py"),
            *("tests/recommender/api/test_products.py", "tests/recommender/api/test_outfits.py"),
        ],
    ),
    "strips": (
        ["recommender/strips/*.py"],
        ["tests/recommender/strips", "tests/recommender/ranking", "tests/recommender/test_tags.py"],
    ),
    "rules": (
        ["recommender/rules/*.py"],
        ["tests/recommender/rules", "tests/recommender/admin/test_rules.py"],
    ),
    "photos": (
        [
            *("recommender/photos.py", "recommender/photo_body.py", "recommender/bulkhead.py"),
            "recommender/decoder*.py",
        ],
        [
            *("tests/recommender/test_photo*.py", "tests/recommender/test_crops.py"),
            *("tests/recommender/test_decoder.py", "tests/recommender/test_bulkhead.py"),
            "tests/recommender/api/test_photo_door.py",
        ],
    ),
    "importing": (
        ["fashionshop/importing/*.py", "fashionshop/importing/shops/*.py"],
        ["tests/fashionshop/importing"],
    ),
    "losses": (
        ["workers/training/look_contrast.py", "workers/training/triplets.py"],
        ["tests/workers/test_look_contrast.py", "tests/workers/test_triplets.py"],
    ),
    "metrics": (["workers/evaluation/metrics.py"], ["tests/workers/test_metrics.py"]),
}


Thing = TypeVar("Thing")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome:
    target: str
    defect: Defect
    is_killed: bool
    seconds: float


@dataclass(frozen=True)
class Bench:
    """A copy of the sources and a database, for one defect at a time."""

    folder: Path
    database: str

    def complaint(self, target: str, *, about: str = "") -> str:
        """What the tests of a target say when they fail; nothing when they pass."""
        _restore(self.database)
        tests = sorted(_tests(target), key=lambda name: not _is_about(name, about))
        return complaint(self.folder, database=self.database, tests=tests)

    def try_out(self, target: str, defect: Defect) -> Outcome:
        file = self.folder / defect.path
        sound = file.read_text()
        file.write_text(defect.text)
        # Bytecode is known by size and second, which two versions may share.
        Path(cache_from_source(str(file))).unlink(missing_ok=True)
        start = time.monotonic()
        try:
            is_killed = bool(self.complaint(target, about=defect.path))
        finally:
            file.write_text(sound)
        return Outcome(target, defect, is_killed, time.monotonic() - start)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)  # PostgreSQL does not run as root and must reach its folder
        benches = _benches(Path(name), options.jobs)
        _check_tests(options.only, benches)
        outcomes = _tried(_drawn(options), benches, until=time.monotonic() + options.minutes * 60)
    return _report(outcomes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--minutes", type=float, default=55, help="when to begin no further one")
    parser.add_argument("--seed", type=int, default=0, help="which are drawn, and in what order")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--only", nargs="+", choices=TARGETS, default=list(TARGETS))
    return parser.parse_args()


def _files(*patterns: str) -> list[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "--", *patterns]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def _tests(target: str) -> list[str]:
    return [name for name in _files(*TARGETS[target][1]) if Path(name).name.startswith("test_")]


def _is_about(test: str, path: str) -> bool:
    """Whether a test is named after a source or its folder: it will fail first."""
    topic = Path(test).stem.removeprefix("test_")
    return any(part.startswith(topic) for part in Path(path).parts)


def _drawn(options: argparse.Namespace) -> list[tuple[str, Defect]]:
    """All defects in random order, one of each target in turn."""
    chance = random.Random(options.seed)  # noqa: S311 -- a sample, not a secret
    columns = []
    for target in options.only:
        made = [
            (target, defect)
            for path in _files(*TARGETS[target][0])
            for defect in defects(path, (ROOT / path).read_text())
        ]
        chance.shuffle(made)
        columns.append(made)
    return [one for one in chain(*zip_longest(*columns)) if one]


def _benches(folder: Path, count: int) -> list[Bench]:
    provide_database(folder)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {MIGRATED}")
    environment = os.environ | {"DATABASE_URL": _database(MIGRATED), "FASHIONSHOP_VAR": str(folder)}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    benches = []
    for number in range(count):
        own = folder / str(number)
        for name in _files():
            (own / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, own / name)
        (own / "var").mkdir()
        benches.append(Bench(own, _database(f"bench{number}")))
    return benches


def _database(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _restore(database: str) -> None:
    """Give the tests a migrated database that no test has touched, under the name they expect."""
    name = "test_" + urlsplit(database).path.removeprefix("/")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {MIGRATED}")


def _check_tests(targets: list[str], benches: list[Bench]) -> None:
    found = _each_on_a_bench(targets, benches, lambda bench, target: bench.complaint(target))
    for target, said in zip(targets, found, strict=True):
        if said:
            sys.exit(f"{said}\nThe tests of {target} fail without any defect: mend them.")


def _tried(drawn: list[tuple[str, Defect]], benches: list[Bench], *, until: float) -> list[Outcome]:
    def one(bench: Bench, drawn: tuple[str, Defect]) -> Outcome | None:
        if time.monotonic() > until:
            return None
        outcome = bench.try_out(*drawn)
        print("." if outcome.is_killed else f"\n{outcome.defect.key}\n", end="", flush=True)
        return outcome

    return [outcome for outcome in _each_on_a_bench(drawn, benches, one) if outcome]


def _each_on_a_bench(
    things: list[Thing], benches: list[Bench], work: Callable[[Bench, Thing], Result]
) -> list[Result]:
    """Do something with each thing, on as many benches as there are at a time; results in order."""
    free: SimpleQueue[Bench] = SimpleQueue()
    for bench in benches:
        free.put(bench)

    def one(thing: Thing) -> Result:
        bench = free.get()
        try:
            return work(bench, thing)
        finally:
            free.put(bench)

    with ThreadPoolExecutor(len(benches)) as pool:
        return list(pool.map(one, things))


def _report(outcomes: list[Outcome]) -> int:
    kept = KEPT.read_text()
    survivors = [one for one in outcomes if not one.is_killed]
    new = [one for one in survivors if one.defect.key not in kept]
    tried, lived = (Counter(one.target for one in each) for each in (outcomes, survivors))
    unexplained = Counter(one.target for one in new)
    print(
        f"\n\n{'':12}{'tried':>8}{'killed':>8}{'survived':>10}{'of them unexplained':>21}{'seconds':>9}"
    )
    for name in tried:
        figures = (tried[name], tried[name] - lived[name], lived[name], unexplained[name])
        seconds = sum(one.seconds for one in outcomes if one.target == name)
        print("{:12}{:8}{:8}{:10}{:21}{:9.0f}".format(name, *figures, seconds))
    for one in new:
        print(f"- `{one.defect.key}` (line {one.defect.line})")
    counted = len(outcomes) - (len(survivors) - len(new))
    share = 1 - len(new) / counted if counted else 1.0
    print(f"{share:.1%} of {counted} defects that change anything were noticed.")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
