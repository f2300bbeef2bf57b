"""The defects that `make mutants` puts in."""

from argparse import Namespace

import pytest

from tests.mutants.__main__ import TARGETS, _drawn, _tests
from tests.mutants.defects import defects


def changed(source):
    return {one.text for one in defects("a.py", source)}


@pytest.mark.parametrize(
    ("sound", "defective"),
    [
        ("x = a < b", "x = a <= b"),
        ("x = a in b", "x = a not in b"),
        ("x = a + b", "x = a - b"),
        ("x = a and b", "x = a or b"),
        ("x = not a", "x = a"),
        ("x = 3", "x = 4"),
        ("x = True", "x = False"),
        ("x = min(a)", "x = max(a)"),
        ("x = 1 if é else 1", "x = 1 if (not (é)) else 1"),
        ('x = f"SELECT {a} WHERE b AND c"', 'x = f"SELECT {a} WHERE b OR c"'),
        ('x = """SELECT a\nORDER BY b DESC, c"""', 'x = """SELECT a\nORDER BY b ASC, c"""'),
    ],
)
def test_a_defect_changes_one_place(sound, defective):
    assert defective in changed(sound)


def test_what_a_function_returns_may_be_lost():
    assert "def f():\n    return None" in changed("def f():\n    return x")


@pytest.mark.parametrize(
    "source",
    [
        '"""Not a word AND 3."""',
        '@frozen(yes=True)\nclass A: x = "a AND b"',
        "def f(a: int | None) -> Literal[3] | None: ...",
        "x: int | None",
    ],
)
def test_text_for_people_decorators_and_annotations_are_left_alone(source):
    assert changed(source) == set()


def test_a_defect_is_known_by_file_and_line():
    (one,) = defects("a.py", "y = x\nif   a:\n    pass")

    assert (one.line, one.key) == (2, "a.py: if a: → if (not (a)):")


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_sources_and_tests(target):
    drawn = _drawn(Namespace(only=[target], seed=0))

    assert len(drawn) > 20
    assert _tests(target)
