"""The Siamese variants against the plain CNN: losses, cosines of like and unlike pairs, top 5."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workers.checkpoints import CheckpointError, load_card
from workers.datasets.collection import Collection
from workers.evaluation.metrics import auc
from workers.evaluation.sheet import GOOD, Cell, Row, draw_curves, draw_histograms, draw_rows
from workers.serving.encoders import load_encoder
from workers.showcase.gallery import (
    Gallery,
    choose_items,
    embed_pictures,
    folder_pictures,
    gallery,
    sets_of,
)
from workers.training.recipes.siamese_hist import SetPairs

TOP = 5
QUERIES = 6  # pictures of the data itself, where no folder of queries is named


def show(
    collection: Collection,
    *,
    runs: Sequence[Path],
    naive: Path,
    out: Path,
    queries: Path | None = None,
    most: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Draw `losses.png`, `cosines.png` and `top5.png`.

    Args:
        collection: Whose products are compared and found.
        runs: What `siamese-hist` was saved as, one folder per variant; the first is shown in the top 5.
        naive: A checkpoint of `naive-cnn`.
        out: Where to draw.
        queries: A folder of pictures; by default some products that are then left out.
        most: Products to look at.
        seed: Decides which, and the pairs.

    Returns:
        The figures behind the pictures.
    """
    losses = {name: values for run in runs for name, values in _losses(run).items()}
    draw_curves(
        losses, out=out / "losses.png", heading="Loss of the Siamese variants", ylabel="BCE"
    )
    items = choose_items(collection, most=most, seed=seed)
    folders = {"naive-cnn": naive} | {f"siamese-hist, {_merge(r)}": r / "encoder" for r in runs}
    galleries = {name: gallery(items, folder) for name, folder in folders.items()}
    pairs, labels = SetPairs(sets_of(collection, items)).draw(np.random.default_rng(seed))
    cosines = {
        name: (found.vectors[pairs[:, 0]] * found.vectors[pairs[:, 1]]).sum(axis=1)
        for name, found in galleries.items()
    }
    split = {name: (v[labels == 1], v[labels == 0]) for name, v in cosines.items()}
    draw_histograms(split, out=out / "cosines.png", heading="Cosine of like and unlike pairs")
    both = {name: (galleries[name], folders[name]) for name in list(galleries)[:2]}
    top = _top5(both, out=out / "top5.png", queries=queries)
    figures = {
        name: {"like": float(a.mean()), "unlike": float(b.mean()), "auc": auc(a, b)}
        for name, (a, b) in split.items()
    }
    return {"losses": losses, "cosines": figures, "top5": top}


def _losses(run: Path) -> dict[str, list[float]]:
    """Read the losses that a run left beside its checkpoint."""
    path = run.with_name(f"{run.name}.work") / "siamese-hist" / "history.json"
    if not path.is_file():
        raise CheckpointError(f"There is no {path}; name what siamese-hist was trained into.")
    rows = json.loads(path.read_text())["rows"]
    name = _merge(run)
    return {
        name: [row["loss"] for row in rows],
        f"{name} valid": [row["valid_loss"] for row in rows],
    }


def _merge(run: Path) -> str:
    merge: str = load_card(run / "scorer").options["merge"]
    return merge


def _top5(
    spaces: dict[str, tuple[Gallery, Path]], *, out: Path, queries: Path | None
) -> dict[str, Any]:
    """Draw each query with what both networks find, the one's five beside the other's."""
    first = next(iter(spaces.values()))[0]
    if queries is None:
        asked = {item.key: item.open() for item in first.items[:QUERIES]}
    else:
        asked = folder_pictures(queries)
    label_of = {item.key: item.label for item in first.items}
    cells: dict[str, list[Cell]] = {
        key: [Cell(picture, f"query\n{label_of.get(key, key)}")] for key, picture in asked.items()
    }
    found: dict[str, Any] = {key: {} for key in asked}
    for name, (space, folder) in spaces.items():
        vectors = embed_pictures(list(asked.values()), load_encoder(folder))
        for key, scores in zip(asked, vectors @ space.vectors.T, strict=True):
            best = [at for at in np.argsort(-scores, kind="stable") if space.items[at].key != key]
            found[key][name] = [space.items[at].key for at in best[:TOP]]
            cells[key].append(Cell(None, name.replace(", ", "\n")))
            cells[key] += [
                Cell(
                    space.items[at].open(),
                    f"{space.items[at].label}\n{scores[at]:.3f}",
                    GOOD if space.items[at].label == label_of.get(key) else "#333333",
                )
                for at in best[:TOP]
            ]
    names = "   |   ".join(spaces)
    draw_rows([Row("", row) for row in cells.values()], out=out, heading=f"Top {TOP}: {names}")
    return found
