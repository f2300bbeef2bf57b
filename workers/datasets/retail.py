"""A retailer's export: `product_data.csv`, stylists' looks, and fixed questions about them."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workers.datasets.collection import Collection, Item, Skip, slot_of

SPLITS = ("train", "valid", "test")


@dataclass(frozen=True)
class Blank:
    """Fill in the blank: which of `answers` completes `context`?"""

    context: tuple[str, ...]
    answers: tuple[str, ...]
    correct: int


@dataclass(frozen=True)
class Judged:
    """A set of products, and whether a stylist put it together."""

    keys: tuple[str, ...]
    is_look: bool


def recognises(folder: Path) -> bool:
    """Tell whether a retailer's product table lies here."""
    return (folder / "product_data.csv").is_file()


def read(folder: Path) -> Collection:
    """Read every product that has its picture, and the looks, named `<split>/<number>`."""
    items: list[Item] = []
    skipped: list[Skip] = []
    for number, row in _rows(folder / "product_data.csv"):
        item, reason = _item(folder, row)
        if item is None:
            skipped.append(Skip(f"product_data.csv row {number}", reason))
        else:
            items.append(item)
    known = {item.key for item in items}
    looks: dict[str, tuple[str, ...]] = {}
    for split in SPLITS:
        looks |= _looks(folder / f"outfits_{split}.csv", split=split, known=known, skipped=skipped)
    return Collection(folder.name, "", tuple(items), looks, tuple(skipped))


def read_blanks(path: Path) -> list[Blank]:
    """Read a `test_fitb_*.json` file, in the file's order."""
    return [
        Blank(tuple(entry["question"]), tuple(entry["answers"]), int(entry["correct"]))
        for entry in json.loads(path.read_text())
    ]


def read_judged(path: Path) -> list[Judged]:
    """Read a `test_compatibility_*.txt` file, in the file's order; blank lines are left out."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return [Judged(tuple(keys), label == "1") for label, *keys in lines]


def _item(folder: Path, row: dict[str, str]) -> tuple[Item | None, str]:
    key = (row.get("cod_modelo_color") or "").strip()
    path = folder / (row.get("des_filename") or "")
    if not key or not path.is_file():
        return None, "no key" if not key else "picture missing"
    kinds = [row.get(f"des_product_{name}") or "" for name in ("type", "family", "category")]
    item = Item(
        key=key,
        path=path,
        label=kinds[0],
        slot=slot_of(*kinds),
        family=row.get("des_product_aggregated_family") or kinds[1],
        model=key.rsplit("-", 1)[0],
        colour=row.get("des_agrup_color_eng") or "",
        season=path.name.split("_", 1)[0],
        gender=row.get("des_sex") or "",
    )
    return item, ""


def _looks(
    path: Path, *, split: str, known: set[str], skipped: list[Skip]
) -> dict[str, tuple[str, ...]]:
    members: dict[str, list[str]] = defaultdict(list)
    if not path.is_file():
        return {}
    for number, row in _rows(path):
        if row["cod_modelo_color"] in known:
            members[row["cod_outfit"]].append(row["cod_modelo_color"])
        else:
            skipped.append(Skip(f"{path.name} row {number}", "product unknown"))
    return {f"{split}/{name}": tuple(keys) for name, keys in members.items() if len(keys) > 1}


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        yield from enumerate(csv.DictReader(file), start=2)
