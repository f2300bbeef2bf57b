"""The stored outfit mapping: every product with its nearest partner in each other slot."""

from pathlib import Path
from typing import Any

import numpy as np

from workers.checkpoints import CheckpointError
from workers.datasets.collection import Collection
from workers.evaluation.sheet import Cell, Row, draw_rows
from workers.showcase.gallery import Gallery, choose_items, gallery

SHOWN = 6  # products in the picture

Partners = dict[str, dict[str, Any]]  # by slot: key and score


def show(
    collection: Collection,
    *,
    checkpoint: Path,
    out: Path,
    most: int = 1000,
    seed: int = 0,
) -> dict[str, Partners]:
    """Map products to partners, draw a few of them as `outfits.png`, and return the map.

    Raises:
        CheckpointError: The products' slots are not known.
    """
    items = [i for i in choose_items(collection, most=most, seed=seed) if i.slot]
    if len({item.slot for item in items}) < 2:
        raise CheckpointError(f"{collection.name} has products of fewer than two slots.")
    space = gallery(items, checkpoint)
    found = outfit_map(space)
    by_key = {item.key: item for item in items}
    slots = sorted({item.slot for item in items})
    rows = []
    for item in items[:: max(1, len(items) // SHOWN)][:SHOWN]:
        cells = [Cell(item.open(), f"{item.label}\n{item.slot.lower()}")]
        for partner in (found[item.key].get(slot) for slot in slots):
            if partner is None:
                cells.append(Cell(None))
                continue
            other = by_key[partner["key"]]
            cells.append(Cell(other.open(), f"{other.label}\n{partner['score']:.3f}"))
        rows.append(Row("", cells))
    draw_rows(rows, out=out / "outfits.png", heading=f"Partners per slot: {space.card.identity}")
    return found


def outfit_map(space: Gallery) -> dict[str, Partners]:
    """Find the nearest product of every other slot for each; ties by order."""
    slots = np.array([item.slot for item in space.items])
    members = {str(slot): np.flatnonzero(slots == slot) for slot in np.unique(slots)}
    found: dict[str, Partners] = {item.key: {} for item in space.items}
    for slot, places in members.items():
        scores = space.vectors @ space.vectors[places].T  # (N, members)
        best = scores.argmax(axis=1)
        for at, item in enumerate(space.items):
            if item.slot != slot:
                partner = space.items[places[best[at]]].key
                found[item.key][slot] = {"key": partner, "score": float(scores[at, best[at]])}
    return found
