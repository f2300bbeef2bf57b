"""What the boutique carries: the designs of designs.csv, and how many products each slot gets.

A row of designs.csv is one design. `formality` is 1 to 5; `seasons` are letters of S, W, A (all
year), `genders` of W, M, U, each as likely as another;
`fabrics` are word:texture; `weaves` join two plain ones; `colours` are names of palette.py with _
for a blank, or the name of a range below; `prices` are low-high.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from drawings.style import ALL_YEAR, AUTUMN_WINTER, MEN, SPRING_SUMMER, UNISEX, WOMEN

SLOT_SHARES = {
    "TOP": 60, "BOTTOM": 44, "DRESS": 30, "OUTERWEAR": 32,
    "SHOES": 42, "BAG": 26, "JEWELLERY": 22, "ACCESSORY": 26,
}  # fmt: skip

RANGES = {
    "LIGHT": "white ivory stone sage sky blush butter apricot coral lilac mustard poppy",
    "DEEP": "black navy charcoal camel chocolate burgundy rust forest olive plum teal terracotta",
    "YEAR": "black white navy ivory stone camel olive burgundy cobalt raspberry terracotta forest",
    "QUIET": "black navy charcoal stone camel ivory chocolate dove_grey olive",
    "DENIM": "denim_blue washed_blue raw_indigo black white",
    "LEATHER": "black cognac chocolate ivory camel burgundy navy forest",
    "VIVID": "black cognac poppy cobalt sage blush butter raspberry white plum",
    "METAL": "gold silver",
}
NAMES = """
    Amalfi Lorient Marlow Odile Tamsin Bergamo Skagen Clementine Harlow Ines Juniper Kinsale
    Lisbon Matilde Nyhavn Orla Positano Quimper Rosalind Siena Trieste Ulrika Verona Whitby Yves
    Zennor Antibes Beatrix Camille Dorset Elodie Fjord Ghent Hebden Isolde Jasper Kilda Lucerne
    Margaux Noor Ostend Perpignan Romy Saltaire Tallinn Umbria Vesper Wren Xenia Ysolde Arles
    Bruges Cadiz Dieppe Esme Florian Greta Hugo Ischia Juno Kalmar Leith Mirabel Naxos Otto
    Paloma Ravello Sorrel Tilda Ursa Viggo Willa
"""
_SEASONS = {"S": SPRING_SUMMER, "W": AUTUMN_WINTER, "A": ALL_YEAR}
_GENDERS = {"W": WOMEN, "M": MEN, "U": UNISEX}


@dataclass(frozen=True)
class Design:
    """One kind of garment: how it is cut, what it may be made of, how dressed up it is."""

    slot: str
    category: str
    cut: str
    noun: str
    formality: int
    seasons: tuple[str, ...]
    genders: tuple[str, ...]
    fabrics: tuple[tuple[str, str], ...]  # (word for the title, texture)
    weaves: tuple[str, ...]
    colours: tuple[str, ...]
    prices: tuple[int, int]
    line: str


@lru_cache(maxsize=1)
def designs() -> tuple[Design, ...]:
    """Read all designs, in the order of the file."""
    with (Path(__file__).parent / "designs.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_design(row) for row in csv.DictReader(file))


def _design(row: dict[str, str]) -> Design:
    low, high = row["prices"].split("-")
    read = {
        "formality": int(row["formality"]),
        "seasons": tuple(_SEASONS[letter] for letter in row["seasons"]),
        "genders": tuple(_GENDERS[letter] for letter in row["genders"]),
        "fabrics": tuple(_fabric(word) for word in row["fabrics"].split()),
        "weaves": ("solid", "solid", *row["weaves"].split()) if row["weaves"] else ("solid",),
        "colours": _colours(row["colours"]),
        "prices": (int(low), int(high)),
    }
    return Design(**row | read)


def _fabric(word: str) -> tuple[str, str]:
    name, texture = word.split(":")
    return name.replace("_", " "), texture


def _colours(words: str) -> tuple[str, ...]:
    """Spell out the ranges; every name once, in alphabetical order."""
    names = " ".join(RANGES.get(word, word) for word in words.split()).split()
    return tuple(sorted({name.replace("_", " ") for name in names}))
