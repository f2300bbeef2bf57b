"""Names say what the glossary says: a word has one meaning, and some words say too little to be names."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    path
    for package in ("recommender", "workers", "fashionshop")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
# A word that the glossary has another for → that one. `judge` in a stored network is a key of its weights.
RETIRED = {
    "verdict": "placement or set score",
    "jury": "set scoring",
    "judged": "scored",
    "twin": "duplicate",
    "glimpse": "augmentation",
    "strangers": "out of distribution",
    "contest": "comparison",
    "suited": "wearer",
    "sight": "features",
    "wardrobe": "search space",
    "lift": "boost",
    "steering": "rule effects",
}
# Participles name neither what acts nor what gives.
PARTICIPLES = {"told", "drawn", "worn", "shown", "known", "found", "asked", "said", "given", "held"}


@cache
def names():
    """Every module, class and function with its words."""
    return list(_names())


def _names():
    for path in SOURCES:
        yield path, path.stem, path.stem.split("_")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower().strip("_")
                yield path, node.name, snake.split("_")


@pytest.mark.parametrize("word", RETIRED)
def test_a_retired_word_names_nothing(word):
    users = [f"{path.relative_to(ROOT)}: {name}" for path, name, words in names() if word in words]

    assert users == [], f"say {RETIRED[word]}"


def test_only_the_promotion_gate_is_a_gate():
    gates = {"_".join(words) for _path, _name, words in names() if "gate" in words}

    assert gates <= {"promotion_gate"}


def test_no_function_is_named_by_a_participle_alone():
    assert [
        f"{path.relative_to(ROOT)}: {name}"
        for path, name, words in names()
        if len(words) == 1 and words[0] in PARTICIPLES
    ] == []


def test_every_word_stands_once_in_the_glossary():
    rows = re.findall(r"^\| ([a-z ]+) \|", (ROOT / "docs" / "glossary.md").read_text(), flags=re.M)

    assert len(rows) == len(set(rows)) > 30
