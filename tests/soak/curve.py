"""What each process of the shop holds, looked at again and again, and whether that grows."""

import csv
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import psutil
import redis

MEASURES = ("memory", "handles", "threads", "connections")
# How much more the last third may hold than the second: so much, or a twentieth of it where that is
# more (PostgreSQL's backends keep hundreds of files open); of memory also a megabyte a minute.
MARGINS = {"memory": 10, "handles": 6, "threads": 3, "connections": 4}
SHARE = 0.05
MEMORY_A_MINUTE = 1
ROWS = 12  # of the table
MB = 1_000_000


@dataclass(frozen=True)
class Sample:
    """One look at one part of the shop; memory is its share (PSS) in MB, connections are a server's."""

    seconds: float
    part: str
    memory: float
    handles: int
    threads: int
    connections: int


@dataclass(frozen=True)
class Growth:
    """How much a part held in the middle of the second third and of the last."""

    part: str
    measure: str
    before: float
    after: float
    margin: float

    @property
    def is_leak(self) -> bool:
        return self.after - self.before > self.margin


def look(shop: psutil.Process, *, postgres: int, redis_url: str, seconds: float) -> list[Sample]:
    """Look once at all processes of a shop; those of one part are counted together."""
    family = [*shop.children(recursive=True), psutil.Process(postgres)]
    family += family[-1].children(recursive=True)
    parts: dict[str, list[psutil.Process]] = defaultdict(list)
    webs: list[psutil.Process] = []
    for process in family:
        with suppress(psutil.NoSuchProcess):
            part = _part(process)
            webs += [process] * (part == "web")
            parts[part].append(process)
    if decoders := parts.pop("decoders", []):  # one more is started where one is needed
        parts["largest decoder"] = [max(decoders, key=_resident_bytes)]
    parts.pop("web", None)
    parts |= {f"web {n}": [p] for n, p in enumerate(sorted(webs, key=psutil.Process.create_time))}
    connections = {
        "redis": redis.Redis.from_url(redis_url).info("clients")["connected_clients"] - 1,
        "postgres": sum("[local]" in _command(process) for process in parts["postgres"]),
    }
    return [
        _sample(part, held, connections=connections.get(part, 0), seconds=seconds)
        for part, held in sorted(parts.items())
        if part != "other"
    ]


def _resident_bytes(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return int(process.memory_info().rss)
    return 0


def _part(process: psutil.Process) -> str:
    """What a process is to the shop; the first of the web processes only starts the others."""
    command = _command(process)
    names = {
        "decoder_helper": "decoders",
        "gunicorn": "web",
        "--queues": "worker",
        "redis-server": "redis",
        "postgres": "postgres",
    }
    return next((part for word, part in names.items() if word in command), "other")


def _command(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return " ".join(process.cmdline())
    return ""


def _sample(part: str, held: list[psutil.Process], *, connections: int, seconds: float) -> Sample:
    memory, handles, threads = 0.0, 0, 0
    for process in held:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):  # it ends while it is looked at
            memory += process.memory_full_info().pss / MB
            handles += process.num_fds()
            threads += process.num_threads()
    return Sample(round(seconds), part, round(memory, 1), handles, threads, connections)


def growths(samples: Sequence[Sample]) -> list[Growth]:
    """Compare the last third with the second, by part and measure; the first is for warming up."""
    duration = max(sample.seconds for sample in samples)
    found = []
    for part, own in _by_part(samples).items():
        for measure in MEASURES:
            thirds = _thirds(own, measure, duration)
            if all(thirds):
                before, after = map(statistics.median, thirds)
                margin = _margin(measure, before, minutes=duration / 180)
                found.append(Growth(part, measure, before, after, margin))
    return found


def _thirds(
    own: Iterable[Sample], measure: str, duration: float
) -> tuple[list[float], list[float]]:
    """What was measured in the second third and in the last."""
    second: list[float] = []
    last: list[float] = []
    for sample in own:
        third = min(2, int(3 * sample.seconds / duration))
        if third > 0:
            (second if third == 1 else last).append(getattr(sample, measure))
    return second, last


def _margin(measure: str, before: float, *, minutes: float) -> float:
    by_time = MEMORY_A_MINUTE * minutes if measure == "memory" else 0
    return max(MARGINS[measure], SHARE * before, by_time)


def table(samples: Sequence[Sample]) -> str:
    """The curve: a row for a stretch of time, for each part its memory in MB and its handles (median)."""
    duration = max(sample.seconds for sample in samples) + 1
    parts = _by_part(samples)
    lines = [
        "| minute | " + " | ".join(parts) + " | connections |",
        "|---" * (len(parts) + 2) + "|",
    ]
    for row in range(ROWS):
        within = [one for one in samples if int(ROWS * one.seconds / duration) == row]
        if not within:
            continue
        cells = [_cell([one for one in within if one.part == part]) for part in parts]
        servers = " ".join(
            f"{part} {max(one.connections for one in within if one.part == part)}"
            for part in ("postgres", "redis")
            if any(one.part == part for one in within)
        )
        minute = f"{within[0].seconds / 60:.0f}"
        lines.append(f"| {minute} | {' | '.join(cells)} | {servers} |")
    return "\n".join(lines)


def _cell(own: list[Sample]) -> str:
    if not own:
        return ""
    memory = statistics.median(one.memory for one in own)
    handles = statistics.median(one.handles for one in own)
    return f"{memory:.0f} MB, {handles:.0f}"


def _by_part(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    parts: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        parts[sample.part].append(sample)
    return dict(sorted(parts.items()))


class Record:
    """The samples of a run, each on disk as soon as it is taken."""

    def __init__(self, path: Path) -> None:
        self.samples: list[Sample] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", newline="", encoding="utf-8")
        self._rows = csv.writer(self._file)
        self._rows.writerow(field.name for field in fields(Sample))

    def add(self, samples: Iterable[Sample]) -> None:
        for sample in samples:
            self.samples.append(sample)
            self._rows.writerow(astuple(sample))
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def read_record(path: Path) -> list[Sample]:
    """The samples of a run that was recorded."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kinds = {"part": str, "seconds": float, "memory": float}
    return [Sample(**{name: kinds.get(name, int)(row[name]) for name in row}) for row in rows]
