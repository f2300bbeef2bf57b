"""The recipe of `visual`: ImageNet's backbone, a discriminant projection, colours, categories."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workers.checkpoints import Card, CheckpointError, Kind, Purpose
from workers.datasets.collection import Collection, Item
from workers.export import save_network
from workers.networks.mobilenet_v2 import load_imagenet
from workers.networks.visual import LAST_BLOCK, SIDE_PX, VisualNetwork, cells
from workers.training.categories import LABELS_OF, category_of, slots_of
from workers.training.category import CategoryTask
from workers.training.discriminant import discriminant_projection
from workers.training.loop import Config, fit
from workers.training.recipe import Run, configured, data_description, source_commit
from workers.training.views import Views

HELD_OUT = 0.1  # of the garments, for the category head
FEWEST_ITEMS = 8  # of a category, below which it is not taught
INTENDED_USE = "Finding products that look alike, by cut and by colour, and naming their category."
LIMITS = (
    "Trained on Western garments of the 2010s, photos by amateurs, of streets, and drawings. "
    "Jewellery is known from drawings alone. Not for recognising people."
)


@dataclass(frozen=True)
class VisualConfig:
    """What decides the run, besides its data."""

    views: int = 2
    shape: int = 256
    colours: int = 64
    shrinkage: float = 0.1
    category_epochs: int = 15
    shape_weight: float = 0.55
    colour_weight: float = 0.45
    seed: int = 0


def train(run: Run) -> Card:
    """Train, export and save; a resumed run finds its finished views again.

    Raises:
        CheckpointError: No backbone weights were named.
    """
    if run.backbone is None:
        raise CheckpointError("visual starts from ImageNet weights; name the file with --backbone.")
    config = configured(VisualConfig(), run.overrides)
    by_collection = [taught_items(collection) for collection in run.collections]
    taught = [item for items in by_collection for item in items]
    categories = taught_categories(taught)
    torch.manual_seed(config.seed)
    network = VisualNetwork(
        categories=len(categories), shape=config.shape, colours=config.colours
    ).eval()
    network.features.load_state_dict(
        load_imagenet(Path(run.backbone)).features[: LAST_BLOCK + 1].state_dict()
    )
    views = _views(network, by_collection, run=run, config=config)
    _project(network, views, groups=garment_groups(taught), config=config)
    metrics = _teach_categories(network, views, items=taught, categories=categories, run=run)
    card = _card(run, config=config, categories=categories, metrics=metrics)
    example = torch.zeros(2, SIDE_PX, SIDE_PX, 3, dtype=torch.uint8)
    return save_network(network, run.out, card, examples={"pixels": example})


def taught_items(collection: Collection) -> list[Item]:
    """List the items of a collection that it does not hold out itself."""
    return [item for item in collection.items if item.part not in {"validation", "valid", "test"}]


def taught_categories(items: Sequence[Item]) -> list[str]:
    """List our categories with enough items, in the fixed order."""
    counts = Counter(category_of(item.label) for item in items)
    return [category for category in LABELS_OF if counts[category] >= FEWEST_ITEMS]


def garment_groups(items: Sequence[Item]) -> NDArray[np.int64]:
    """Number garments: items of one model (other colourways) share a number, others have their own."""
    names = [item.model or f"{index}|{item.key}" for index, item in enumerate(items)]
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)


def _views(
    network: VisualNetwork, collections: Sequence[Sequence[Item]], *, run: Run, config: VisualConfig
) -> NDArray[np.float16]:
    """Compute the cells of every view of every item: (N, V, D)."""
    fast = network.to(memory_format=torch.channels_last)  # four times as fast on a CPU

    def look(batch: Tensor) -> Tensor:
        rgb = batch.permute(0, 3, 1, 2).float() / 255
        return cells(fast.maps(rgb))

    parts = []
    for collection, items in zip(run.collections, collections, strict=True):
        source = Views(items, look=look, seed=config.seed, cache=run.work / collection.name)
        parts.append(np.stack([source.features(view) for view in range(config.views)], axis=1))
    return np.concatenate(parts)


def _project(
    network: VisualNetwork,
    views: NDArray[np.float16],
    *,
    groups: NDArray[np.int64],
    config: VisualConfig,
) -> None:
    N, V, D = views.shape
    weight, bias = discriminant_projection(
        views.reshape(N * V, D).astype(np.float32),
        np.repeat(groups, V),
        width=config.shape,
        shrinkage=config.shrinkage,
    )
    with torch.no_grad():
        network.shape.weight.copy_(torch.from_numpy(weight))
        network.shape.bias.copy_(torch.from_numpy(bias))


def _teach_categories(
    network: VisualNetwork,
    views: NDArray[np.float16],
    *,
    items: Sequence[Item],
    categories: list[str],
    run: Run,
) -> dict[str, float]:
    config = configured(VisualConfig(), run.overrides)
    names = [category_of(item.label) for item in items]
    known = np.array([name in categories for name in names])
    labels = torch.tensor([categories.index(name) for name in names if name in categories])
    with torch.inference_mode():
        shapes = network.shape(torch.from_numpy(views[known]).float())  # (N, V, shape)
    generator = torch.Generator().manual_seed(config.seed)
    held = torch.rand(len(labels), generator=generator) < HELD_OUT
    settings = Config(epochs=config.category_epochs, learning_rate=3e-3, seed=config.seed)
    task = CategoryTask(
        network.category, views=shapes.clone(), labels=labels, held=held, config=settings
    )
    out = run.work / "category"
    return fit(task, config=settings, out=out, score="macro_f1", resume=run.resume).best


def _card(
    run: Run, *, config: VisualConfig, categories: list[str], metrics: dict[str, float]
) -> Card:
    parts = {"shape": config.shape, "colour": config.colours}
    return Card(
        name="visual",
        version=run.version,
        kind=Kind.ENCODER,
        purpose=Purpose.VISUAL,
        network="visual",
        options={
            "categories": len(categories),
            **{"shape": config.shape, "colours": config.colours},
        },
        input="pixels",
        dimension=sum(parts.values()),
        parts=parts,
        default_weights={"shape": config.shape_weight, "colour": config.colour_weight},
        preprocessing={"function": "workers.images.prepare", "side_px": SIDE_PX},
        categories=slots_of(categories),
        data=data_description(run.collections),
        training=asdict(config),
        seed=config.seed,
        commit=source_commit(),
        metrics={"category_held_out": metrics},
        licence="Apache-2.0 (backbone: MobileNetV2, ImageNet, Apache-2.0)",
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
