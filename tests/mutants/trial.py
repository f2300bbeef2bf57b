"""Run the tests of one defect in a process that was forked with the libraries loaded."""

import multiprocessing
import os
import resource
import sys
from pathlib import Path

LIBRARIES = [
    "celery",
    "django.contrib.admin",
    "django.db.backends.postgresql.base",
    "django.test",
    "PIL.Image",
    "pillow_heif",
    "redis",
    "sklearn.metrics",
    "torch",
]
# What the libraries' own plug-ins of pytest bring is not rewritten once it is loaded: left out.

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(LIBRARIES)


# A defect may loop for ever. Work is limited, not time: on a busy machine sound tests take long, too.
CPU_SECONDS = 90  # those of the slowest target take a quarter of it
WAITING_SECONDS = 600  # by the clock, for what neither works nor ends


def complaint(folder: Path, *, database: str, tests: list[str]) -> str:
    """What the tests of a copy of the sources say when they fail; nothing when they pass."""
    process = _context.Process(target=_run, args=(folder, database, tests))
    process.start()
    process.join(WAITING_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    if process.exitcode == 0:
        return ""
    said = (folder / "var" / "output").read_text(errors="replace")[-6000:]
    return f"{said}\nThe tests ended with {process.exitcode}."


def _run(folder: Path, database: str, tests: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    output = os.open(folder / "var" / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    os.environ |= {"DATABASE_URL": database, "FASHIONSHOP_VAR": str(folder / "var")}
    os.environ |= {"OMP_NUM_THREADS": "1"}
    sys.path[:] = [str(folder), *(path for path in sys.path if path and path != _checkout())]
    for name in list(sys.modules):
        if name.partition(".")[0] == "tests":  # of the checkout; the copy has its own
            del sys.modules[name]
    import pytest  # the folder is the current one now

    options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:schemathesis", "--reuse-db"]
    sys.exit(int(pytest.main([*options, *tests])))


def _checkout() -> str:
    return str(Path(__file__).resolve().parents[2])
