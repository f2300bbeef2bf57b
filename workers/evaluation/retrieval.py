"""How alike are the nearest? Same model in another colour, same type, same colour."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.garments import CATEGORY_WEIGHT, COLOUR_FACTOR, NEAR_SHARE
from workers.checkpoints import Card, CheckpointError, load_card
from workers.datasets.collection import Collection, Item
from workers.datasets.pixels import pixel_batches
from workers.evaluation.metrics import mean_average_precision, nearest_neighbours, precision, recall
from workers.evaluation.vectors import embed, encoder_for, part_of, queries

NEIGHBOURS = 10
HISTOGRAM_BINS = 4  # per channel, 64 in all
SHAPE, COLOUR = "shape", "colour"


class TooFewItemsError(ValueError):
    """A gallery in which nothing can be found."""


def evaluate(
    collection: Collection,
    checkpoint: Path,
    *,
    backbone: Path | None = None,
    visual: str | None = None,
) -> dict[str, Any]:
    """Rank every item of the collection against all others.

    Args:
        collection: The gallery and the queries.
        checkpoint: An encoder; one without a part for shape is measured whole in `shape_only` too.
        backbone: ImageNet weights; named, the frozen MobileNetV2 is measured in the same run.
        visual: The visual encoder a head reads; by default the shipped one.

    Returns:
        `retrieval` with `shape_only`, and `baselines`, as docs/evaluation.md describes them.

    Raises:
        CheckpointError: The checkpoint gives no embeddings.
        TooFewItemsError: There are fewer than two items.
    """
    card = load_card(checkpoint)
    if not card.purpose.is_encoder:
        message = (
            f"{card.identity} is made for {card.purpose}: it has no embeddings to search by. "
            "Name an encoder, or measure it with `compatibility` or `classification`."
        )
        raise CheckpointError(message)
    if len(collection.items) < 2:
        raise TooFewItemsError(f"{collection.name} has fewer than two items with a picture.")
    items = collection.items
    vectors = embed(items, encoder_for(checkpoint, visual=visual))["embedding"]  # (N, D)
    figures: dict[str, Any] = figures_of(vectors, items, asking=queries(vectors, card))
    shape = part_of(vectors, card, name=SHAPE) if SHAPE in card.parts else vectors
    figures["shape_only"] = figures_of(shape, items)
    if any(item.model for item in items):
        figures["with_category"] = _with_category(vectors, card, items)
    baselines = {
        "chance": _chance(items),
        "rgb_histogram": figures_of(_histograms(items), items),
    }
    if backbone is not None:
        baselines["frozen_mobilenet_v2"] = figures_of(_frozen(items, backbone), items)
    return {"retrieval": figures, "baselines": baselines, "gallery": len(items)}


def figures_of(
    vectors: NDArray[Any], items: Sequence[Item], *, asking: NDArray[Any] | None = None
) -> dict[str, float]:
    """Compute what a data set's words allow: of models, types and colours, or of types alone.

    Args:
        vectors: (N, D) embeddings, compared by inner product.
        items: (N,) what they show.
        asking: (N, D) the same as a search weighs them; by default as they are.
    """
    rows = vectors.astype(np.float32)
    asked = None if asking is None else asking.astype(np.float32)
    ranked = nearest_neighbours(rows, count=min(NEIGHBOURS, len(items) - 1), asking=asked)
    models = [item.model for item in items]
    labels = [item.label for item in items]
    colours = [item.colour for item in items]
    figures: dict[str, float] = {}
    if any(models):
        figures["same_model_r1"] = recall(ranked, models, count=1)
        figures["same_model_r10"] = recall(ranked, models, count=10)
    name = "type" if any(models) or any(colours) else "class"
    figures[f"{name}_p5"] = precision(ranked, labels)
    if not any(models):
        figures[f"{name}_map"] = mean_average_precision(rows, labels, asking=asked)
    if any(colours):
        figures["colour_p5"] = precision(ranked, colours)
    return {name: value for name, value in figures.items() if not np.isnan(value)}


def _with_category(vectors: NDArray[Any], card: Card, items: Sequence[Item]) -> dict[str, float]:
    """The same four as the shop's strips rank, which put the same category first.

    Another category of its slot is near and has half of the weight, so that half of it is between
    them: `w/2` where the labels are equal.
    """
    labels = {label: at for at, label in enumerate(dict.fromkeys(item.label for item in items))}
    same = np.eye(len(labels), dtype=np.float32)[[labels[item.label] for item in items]]
    weight = CATEGORY_WEIGHT * (1 - NEAR_SHARE)
    asking = queries(vectors, _with_more_colour(card))
    rows, asked = np.hstack([vectors, same]), np.hstack([asking, weight * same])
    return figures_of(rows, items, asking=asked)


def _with_more_colour(card: Card) -> Card:
    if COLOUR not in card.weights:
        return card
    colour = card.weights[COLOUR] * COLOUR_FACTOR
    return replace(card, weights={SHAPE: 1 - colour, COLOUR: colour})


def _chance(items: Sequence[Item]) -> dict[str, float]:
    """What a random order gives: the chance that two items share a label."""
    types = _agreement([item.label for item in items])
    if not any(item.colour for item in items):
        return {"class_p5" if not any(item.model for item in items) else "type_p5": types}
    return {"type_p5": types, "colour_p5": _agreement([item.colour for item in items])}


def _agreement(labels: Sequence[str]) -> float:
    counts = np.unique(np.asarray(labels), return_counts=True)[1]
    return float((counts * (counts - 1)).sum() / (len(labels) * (len(labels) - 1)))


def _histograms(items: Sequence[Item]) -> NDArray[np.float32]:
    """Describe whole pictures by 64 RGB bins: (N, 64), square roots of shares."""
    rows = []
    for item in items:
        picture = item.open()
        picture.thumbnail((64, 64))
        bins = (np.asarray(picture) // (256 // HISTOGRAM_BINS)).reshape(-1, 3)
        number = bins @ np.array([HISTOGRAM_BINS**2, HISTOGRAM_BINS, 1])
        counts = np.bincount(number, minlength=HISTOGRAM_BINS**3)
        rows.append(np.sqrt(counts / counts.sum()))
    return np.stack(rows).astype(np.float32)


def _frozen(items: Sequence[Item], backbone: Path) -> NDArray[np.float32]:
    """Embed with the untouched ImageNet network: (N, 1280) unit vectors of letterboxed colour."""
    import torch  # noqa: PLC0415 - only this baseline needs it

    from workers.networks.mobilenet_v2 import load_imagenet, pool  # noqa: PLC0415 - needs torch
    from workers.networks.visual import SIDE_PX, unit  # noqa: PLC0415 - needs torch

    network = load_imagenet(backbone).eval().to(memory_format=torch.channels_last)
    rows = []
    for pixels in pixel_batches(items, side_px=SIDE_PX, what="frozen"):
        scaled = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1  # (B, 3, S, S)
        with torch.inference_mode():
            rows.append(unit(pool(network(scaled))).numpy())
    return np.concatenate(rows)
