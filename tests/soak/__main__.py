"""A demo shop under mixed load, for an hour: nothing it holds may grow, nothing may fail or be lost.

`python -m tests.soak` (`make soak`); `SOAK_MINUTES` says how long, 60 by default. The samples are in `var/soak.csv`.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import requests

from fashionshop.embedded import redis_url
from tests.soak.curve import Growth, Record, growths, look, table
from tests.soak.load import ROOT, Crowd, Visitor

SAMPLE_SECONDS = 10
OPEN_SECONDS = 180
RECORD = ROOT / "var" / "soak.csv"
OURS = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}


def main() -> int:
    """Print the curve; 1 where something has grown, failed or been lost."""
    minutes = float(os.environ.get("SOAK_MINUTES", "60"))
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as name:
        var = Path(name)
        var.chmod(0o755)  # PostgreSQL does not run as root and must reach its folder
        environment = {k: v for k, v in os.environ.items() if k not in OURS}
        environment |= {"FASHIONSHOP_VAR": name, "LOG_LEVEL": "WARNING"}
        with open_shop(environment) as (shop, port):
            crowd = Crowd(port, var, environment)
            samples = watch(shop, crowd, var=var, minutes=minutes)
            broken = broken_promises(environment)
    found = growths(samples)
    say(table(samples), "", *map(verdict, found), "", *map(account, crowd.visitors), broken)
    failed = any(visitor.failures for visitor in crowd.visitors)
    return int(failed or bool(broken) or any(growth.is_leak for growth in found))


@contextmanager
def open_shop(environment: dict[str, str]) -> Iterator[tuple[psutil.Process, int]]:
    """Run the demo while the block lasts; its process and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    demo = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        _wait_until_open(demo, f"http://127.0.0.1:{port}/healthz/app")
        yield psutil.Process(demo.pid), port
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)


def _wait_until_open(demo: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + OPEN_SECONDS
    while demo.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):  # requests' own errors are, too
            requests.get(url, timeout=2).raise_for_status()
            return
        time.sleep(0.5)
    raise SystemExit("The demo did not open; its lines above say why.")


def watch(shop: psutil.Process, crowd: Crowd, *, var: Path, minutes: float) -> list:
    """Let everybody come, and look at the processes until the time is over."""
    record = Record(RECORD)
    postgres = int((var / "postgres" / "postmaster.pid").read_text().split()[0])
    crowd.come()
    start = time.monotonic()
    while (seconds := time.monotonic() - start) < 60 * minutes:
        record.add(look(shop, postgres=postgres, redis_url=redis_url(var), seconds=seconds))
        time.sleep(SAMPLE_SECONDS)
    crowd.leave()
    record.close()
    return record.samples


def broken_promises(environment: dict[str, str]) -> str:
    """What `check_recommender --full` complains of once the work is done; "" where all is well."""
    command = [sys.executable, "manage.py", "check_recommender", "--full"]
    for _attempt in range(12):  # pictures of the last minute may still wait
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return ""
        time.sleep(SAMPLE_SECONDS)
    return done.stdout + done.stderr


def verdict(growth: Growth) -> str:
    """One line of what a part held in the second third and in the last."""
    word = "LEAK" if growth.is_leak else "flat"
    return (
        f"{word}: {growth.part} {growth.measure} {growth.before:g} -> {growth.after:g} "
        f"(may grow by {growth.margin:g})"
    )


def account(visitor: Visitor) -> str:
    """One line of what became of a visitor's requests."""
    if not visitor.seconds:
        return f"{visitor.name}: none"
    *_rest, p95 = statistics.quantiles(visitor.seconds, n=20) if visitor.seconds[1:] else [0.0]
    text = f"{visitor.name}: {len(visitor.seconds)}, p95 {1000 * p95:.0f} ms"
    return text + (f", FAILED {visitor.failures}" if visitor.failures else ", none failed")


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
