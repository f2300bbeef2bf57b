"""A space seen from inside: nearest, farthest in the category, farthest overall; and its map."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import CheckpointError
from workers.datasets.collection import Collection
from workers.evaluation.sheet import DPI, Cell, Row, canvas, draw_rows
from workers.showcase.gallery import Gallery, choose_items, gallery, item_words

QUERIES, NEIGHBOURS = 6, 3
PERPLEXITY = 30.0
GREYS = (14, 15)  # of matplotlib's "tab20"; grey is for the rest


def show(
    collection: Collection,
    *,
    checkpoint: Path,
    out: Path,
    most: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Draw `extremes.png` and `tsne.png`, coloured by category.

    Raises:
        CheckpointError: There are too few pictures for a map.
    """
    items = choose_items(collection, most=most, seed=seed)
    if len(items) < 3 * NEIGHBOURS:
        raise CheckpointError(f"{len(items)} pictures are too few to show a space.")
    space = gallery(items, checkpoint)
    chosen = _queries(space, seed=seed)
    extremes = [_extremes(space, at) for at in chosen]
    rows = [_row(space, at, found) for at, found in zip(chosen, extremes, strict=True)]
    draw_rows(rows, out=out / "extremes.png", heading=f"The ends of {space.card.identity}")
    points = tsne(space.vectors, seed=seed)
    _map(space, points, out=out / "tsne.png")
    return {
        "extremes": [
            {
                "query": item_words(space.items[at]),
                **{
                    name: [item_words(space.items[index]) for index in indices]
                    for name, indices in found.items()
                },
            }
            for at, found in zip(chosen, extremes, strict=True)
        ],
        "tsne": {
            item.key: [float(value) for value in point]
            for item, point in zip(space.items, points, strict=True)
        },
    }


def tsne(vectors: NDArray[np.float32], *, seed: int) -> NDArray[np.float32]:
    """Lay (N, D) vectors out on a plane, neighbours beside neighbours: (N, 2)."""
    from sklearn.manifold import TSNE  # noqa: PLC0415 - slow to import

    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    plane = TSNE(perplexity=perplexity, init="pca", metric="cosine", random_state=seed)
    return np.asarray(plane.fit_transform(vectors), dtype=np.float32)


def _queries(space: Gallery, *, seed: int) -> list[int]:
    """Draw one item of each of several categories that have enough others."""
    generator = np.random.default_rng(seed)
    labels = np.array([item.label for item in space.items])
    names, counts = np.unique(labels, return_counts=True)
    known = names[counts > NEIGHBOURS] if (counts > NEIGHBOURS).any() else names
    drawn = generator.permutation(known)[:QUERIES]
    return [int(generator.choice(np.flatnonzero(labels == name))) for name in drawn]


def _extremes(space: Gallery, at: int) -> dict[str, list[int]]:
    scores = space.vectors @ space.vectors[at]
    order = [int(index) for index in np.argsort(-scores, kind="stable") if index != at]
    same = [index for index in order if space.items[index].label == space.items[at].label]
    return {
        "nearest": order[:NEIGHBOURS],
        "farthest_in_category": same[::-1][:NEIGHBOURS],
        "farthest": order[::-1][:NEIGHBOURS],
    }


def _row(space: Gallery, at: int, found: dict[str, list[int]]) -> Row:
    query = space.items[at]
    cells = [Cell(query.open(), f"query\n{query.label}")]
    for name, indices in found.items():
        cells.append(Cell(None, name.replace("_", "\n")))
        for index in indices:
            item = space.items[index]
            cosine = float(space.vectors[index] @ space.vectors[at])
            cells.append(Cell(item.open(), f"{item.label}\n{cosine:.3f}"))
        cells += [Cell(None)] * (NEIGHBOURS - len(indices))
    return Row("", cells)


def _map(space: Gallery, points: NDArray[np.float32], *, out: Path) -> None:
    from matplotlib import colormaps  # noqa: PLC0415 - slow to import

    labels = np.array([item.label for item in space.items])
    names, counts = np.unique(labels, return_counts=True)
    colours = np.delete(colormaps["tab20"](np.arange(20)), GREYS, axis=0)
    commonest = names[np.argsort(-counts, kind="stable")][: len(colours)]
    figure = canvas((9, 6.5))
    axes = figure.subplots()
    rest = ~np.isin(labels, commonest)
    axes.scatter(
        points[rest, 0],
        points[rest, 1],
        s=6,
        color="#cccccc",
        label="others" if rest.any() else None,
    )
    for name, colour in zip(commonest, colours, strict=False):
        here = points[labels == name]
        axes.scatter(here[:, 0], here[:, 1], s=10, color=colour, label=name)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(f"{space.card.identity}, {len(labels)} products (t-SNE)", fontsize=10)
    figure.legend(loc="outside right upper", fontsize=7, markerscale=2)
    figure.savefig(out, dpi=DPI)
