"""Every command that README, docs and Makefile print is one that its program takes as it stands."""

import argparse
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from celery.bin.worker import worker
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("drawings/*.md"), *sorted(ROOT.glob("docs/*.md"))]
FENCED = re.compile(r"^```(?:sh|text)?\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)
# A program's name alone, in the middle of a sentence, is no command.
INLINE = re.compile(
    r"`((?:[A-Z_]+=\S+ )*(?:make \w+|(?:python|celery|pip) [^`]*(?: -|\.py)[^`]*))`"
)
STARTS = re.compile(r"(?:[A-Z_]+=\S+ )*(make|python|celery|pip)\b")
# What stands for a word of the reader's own → one that the program takes.
EXAMPLES = {"NAME": "style", "N": "1", "…": "", "<7,456 packshots of 239 × 334>": "FOLDER"}


class TakenError(Exception):
    """The program took its arguments; nothing of it is run."""


def _commands(page):
    """Every command of a page, its options given and its alternatives settled."""
    text = page.read_text()
    fenced = "\n".join(FENCED.findall(text)).replace("\\\n", " ").splitlines()
    lines = [*fenced, *(inline.replace("\n", " ") for inline in INLINE.findall(text))]
    for line in filter(STARTS.match, map(str.strip, lines)):
        for command in line.partition(" #")[0].split("&&"):
            yield _settled(command)


def _settled(command):
    for word, example in EXAMPLES.items():
        command = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", example, command)
    words = shlex.split(re.sub(r"[\[\]]", " ", command) if "pip" not in command else command)
    while "=" in words[0]:  # a variable of the environment
        del words[0]
    return tuple(word.partition("|")[0] for word in words)


PRINTED = sorted({command for page in PAGES for command in _commands(page)})
OTHERS = {("python", "manage.py"), ("python", "-m", "build"), ("python", "-m", "pytest")}
PROGRAMS = [
    command for command in PRINTED if command[:2] == ("python", "-m") and command[:3] not in OTHERS
]
SCRIPTS = [
    command
    for command in PRINTED
    if command[0] == "python" and command[1].endswith(".py") and command[:2] not in OTHERS
]


def test_commands_are_found_at_all():
    assert {"make", "python", "celery", "pip"} == {command[0] for command in PRINTED}
    assert len(PROGRAMS) > 20


@pytest.mark.parametrize("command", [c for c in PRINTED if c[0] == "make"], ids=" ".join)
def test_make_knows_the_target(command):
    make = shutil.which("make")
    if make is None:
        pytest.skip("needs make")

    outcome = subprocess.run(
        [make, "-n", *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize(
    "command", [c for c in PRINTED if c[:2] == ("python", "manage.py")], ids=" ".join
)
def test_a_management_command_takes_its_arguments(command):
    name, *arguments = command[2:]
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)

    assert parser.parse_args(arguments)


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("command", PROGRAMS, ids=" ".join)
def test_a_program_takes_its_arguments(command, monkeypatch):
    read = argparse.ArgumentParser.parse_args

    def take(parser, arguments=None, namespace=None):
        read(parser, arguments, namespace)
        raise TakenError

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", take)
    monkeypatch.setattr(sys, "argv", list(command[2:]))

    with pytest.raises(TakenError):
        runpy.run_module(command[2], run_name="__main__")


@pytest.mark.parametrize("command", SCRIPTS, ids=" ".join)
def test_a_script_has_the_options(command):
    """Read, for importing one starts a database."""
    source = (ROOT / command[1]).read_text()
    options = [word for word in command[2:] if word.startswith("--")]

    assert [option for option in options if f'"{option}"' not in source] == []


@pytest.mark.parametrize("command", [c for c in PRINTED if c[0] == "celery"], ids=" ".join)
def test_celery_takes_its_arguments(command):
    application, kind, *arguments = command[2:]

    assert (command[1], application, kind) == ("-A", "workers.celery", "worker")
    assert worker.make_context("worker", arguments, resilient_parsing=True).params["queues"]


@pytest.mark.parametrize("command", [c for c in PRINTED if c[0] == "pip"], ids=" ".join)
def test_what_pip_installs_is_there(command):
    wanted = command[-1]

    assert (ROOT / wanted).is_file() or "fashionshop" in wanted
