"""Programs in processes of their own: what they print is passed on, how they end is told."""

import os
import signal
import subprocess
import sys
import time

import pytest

from recommender.learning import programs
from recommender.learning.programs import Tail, run_program


def make_package(folder):
    """An empty package called like the workers'."""
    package = folder / "workers"
    package.mkdir()
    (package / "__init__.py").touch()
    return package


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Run some lines of Python as a program; gives its outcome and what it printed."""
    package = make_package(tmp_path)
    monkeypatch.setattr(programs, "home", lambda: tmp_path)

    def run(text, *arguments, remember=lambda _tail: None):
        (package / "pretended_program.py").write_text(text)
        told = []
        outcome = run_program("pretended_program", arguments, tell=told.append, remember=remember)
        return outcome, told

    return run


def test_it_gets_its_arguments_and_its_code_is_told(program):
    outcome, told = program("import sys; print(sys.argv[1:]); sys.exit(3)", "--data", "a b")

    assert (outcome.code, told) == (3, ["['--data', 'a b']\n"])


def test_what_it_prints_to_both_streams_is_kept_in_order(program):
    outcome, _told = program(
        "import sys; print('one'); print('two', file=sys.stderr); print('three')"
    )

    assert outcome.tail == "one\ntwo\nthree"


def test_a_signal_is_told_as_a_negative_code(program):
    outcome, _told = program("import os; os.kill(os.getpid(), 9)")

    assert outcome.code == -signal.SIGKILL


def test_a_progress_bar_is_one_line_of_the_tail_and_moves_on_the_terminal(program):
    outcome, told = program(r"print('start'); print('\r10%\r55%\r100%', end='\n'); print('end')")

    assert outcome.tail == "start\n100%\nend"
    assert told == ["start\n", "\r", "10%\r", "55%\r", "100%\n", "end\n"]


def test_only_the_last_lines_are_kept():
    tail = Tail()
    for number in range(100):
        tail.add(f"line {number}\n")

    assert str(tail).splitlines() == [f"line {number}" for number in range(70, 100)]


def test_bytes_that_are_no_text_do_no_harm(program):
    outcome, _told = program("import sys; sys.stdout.buffer.write(b'\\xff\\xfe broken\\n')")

    assert "broken" in outcome.tail


def test_the_tail_is_remembered_while_it_runs(program, monkeypatch):
    monkeypatch.setattr(programs, "REMEMBER_SECONDS", -1)
    seen = []

    program("print('one'); print('two')", remember=seen.append)

    assert seen == ["one", "one\ntwo", "one\ntwo"]


def test_threads_are_bounded_unless_the_host_says_otherwise(program, monkeypatch):
    text = "import os; print(os.environ['OMP_NUM_THREADS'])"
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert program(text)[0].tail == "3"

    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert program(text)[0].tail == "8"


def test_an_interruption_leaves_no_program_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "home", lambda: tmp_path)
    text = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    (make_package(tmp_path) / "pretended_program.py").write_text(text)
    told = []

    def interrupted(line):
        told.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_program("pretended_program", [], tell=interrupted, remember=lambda _tail: None)

    with pytest.raises(ProcessLookupError):
        os.kill(told[0], 0)


ORPHAN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from django.conf import settings
settings.configure()
from recommender.learning import programs
programs.home = lambda: Path(sys.argv[2])
programs.run_program("chatty", [], tell=print, remember=lambda tail: None)
"""


def test_a_program_does_not_outlive_a_killed_command(tmp_path):
    chatty = (
        "import os, time\nprint(os.getpid())\nfor _ in range(600): print('.'); time.sleep(0.05)"
    )
    (make_package(tmp_path) / "chatty.py").write_text(chatty)
    command = [sys.executable, "-c", ORPHAN, os.getcwd(), str(tmp_path)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert _ends(child, within_seconds=10)


def _ends(pid, *, within_seconds):
    deadline = time.monotonic() + within_seconds
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _is_running(pid)


def _is_running(pid):
    """Whether it still works; one that has ended may be listed until somebody asks for its code."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return listed.stdout.strip()[:1] not in {b"", b"Z"}
