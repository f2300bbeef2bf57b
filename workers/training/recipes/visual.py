"""The recipe of `visual`: late blocks learn categories, a closed form learns shape, colour is given."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from workers.checkpoints import PIXELS, Card, CheckpointError, Purpose
from workers.datasets.categories import LABELS_OF, category_of, slots_of
from workers.datasets.collection import Collection, Item
from workers.datasets.pixels import decode_pictures, pixel_batches
from workers.export import pixel_examples, save_network
from workers.networks.mobilenet_v2 import load_imagenet
from workers.networks.visual import BLOCK_CHANNELS, CELL_CHANNELS, SIDE_PX, VisualNetwork
from workers.training.augmentation import vary
from workers.training.category_blocks import (
    FIRST_BLOCK,
    CategoryTask,
    LateBlocks,
    Source,
    ViewConfig,
)
from workers.training.config import Config, with_overrides
from workers.training.discriminant import discriminant_projection, principal_axes
from workers.training.run import Run

NAME = "visual"
HELD_OUT = 0.1  # of the garments, to validate categories where no data set holds out its own
FEWEST_ITEMS = 8  # of a category, below which it is not taught
VALIDATION = {"validation", "valid"}
UNLEARNT = VALIDATION | {"test"}
TEMPERATURES = np.geomspace(0.5, 3, 60)
INTENDED_USE = "Finding products that look alike, by cut and by colour, and naming their category."
LIMITS = (
    "Trained on Western garments of the 2010s, photos by amateurs, of streets, and drawings. "
    "Jewellery is known from drawings alone. Not for recognising people."
)


@dataclass(frozen=True)
class VisualConfig(Config):
    """What decides the run, besides its data; `shares` weighs the data sets in every batch."""

    small_epochs: int = 12
    epochs: int = 17
    steps: int = 100
    batch: int = 64
    learning_rate: float = 5e-4
    weight_decay: float = 0.02
    cosine: bool = True
    shares: tuple[float, ...] = (0.5, 0.3, 0.2)
    views: int = 2
    shape: int = 256
    waves: int = 256
    colours: int = 64
    shrinkage: float = 0.1
    evenness: float = 0.5
    shape_weight: float = 0.795
    colour_weight: float = 0.205


def train(run: Run) -> Card:
    """Train, export and save; a resumed run finds its finished epochs and views again.

    Raises:
        CheckpointError: No backbone weights were named.
    """
    if run.backbone is None:
        raise CheckpointError("visual starts from ImageNet weights; name the file with --backbone.")
    config = with_overrides(VisualConfig(), run.overrides)
    learnt = [learnt_items(collection) for collection in run.collections]
    categories = learnt_categories([item for items in learnt for item in items])
    torch.manual_seed(config.seed)
    network = VisualNetwork(
        categories=len(categories), shape=config.shape, waves=config.waves, colours=config.colours
    )
    network.start_from(load_imagenet(Path(run.backbone)))
    metrics = _teach_categories(network, categories, run=run, config=config)
    network.eval()
    network.absorb()
    views = _view_maps(network, learnt, run=run, config=config)
    groups = garment_groups([item for items in learnt for item in items])
    _teach_shape(network, views, groups=groups, config=config)
    card = _card(run, config, categories=categories, metrics=metrics)
    return save_network(network, run.out, card, examples=pixel_examples(SIDE_PX))


def learnt_items(collection: Collection) -> list[Item]:
    """List the items of a collection that it does not hold out itself."""
    return [item for item in collection.items if item.part not in UNLEARNT]


def learnt_categories(items: Sequence[Item]) -> list[str]:
    """List our categories with enough items, in the fixed order."""
    counts = Counter(category_of(item.label) for item in items)
    return [category for category in LABELS_OF if counts[category] >= FEWEST_ITEMS]


def garment_groups(items: Sequence[Item]) -> NDArray[np.int64]:
    """Number garments: items of one model (other colourways) share a number, others have their own."""
    names = [item.model or f"{index}|{item.key}" for index, item in enumerate(items)]
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)


def _teach_categories(
    network: VisualNetwork, categories: list[str], *, run: Run, config: VisualConfig
) -> dict[str, float]:
    """Fine-tune the late blocks and the head, then soften or sharpen the head to honest shares."""
    sources, held_out = _sources(categories, run=run, config=config)
    late = LateBlocks(network.features[FIRST_BLOCK:], network.category)
    task = CategoryTask(
        network.features[:FIRST_BLOCK],
        late.to(memory_format=torch.channels_last),
        sources=sources,
        held_out=held_out,
        config=ViewConfig(
            small_epochs=config.small_epochs,
            steps=config.steps,
            batch=config.batch,
            seed=config.seed,
        ),
    )
    history = run.fit(task, config=config, name="category", score="accuracy")
    late.load_state_dict(task.network.average.state_dict())
    temperature = best_temperature(task.logits(held_out.pixels), held_out.labels)
    with torch.no_grad():
        for parameter in network.category.parameters():
            parameter.div_(temperature)
    return history.best | {"temperature": temperature}


def _sources(
    categories: list[str], *, run: Run, config: VisualConfig
) -> tuple[list[Source], Source]:
    """Decode every data set; what is held out is never drawn from."""
    sources, validation = [], []
    shares = np.resize(config.shares, len(run.collections))
    generator = np.random.default_rng(config.seed)
    for collection, share in zip(run.collections, shares / shares.sum(), strict=True):
        cache = run.work / collection.name / f"{SIDE_PX}.npy"
        pixels = decode_pictures(collection.items, side_px=SIDE_PX, cache=cache)
        names = [category_of(item.label) for item in collection.items]
        labels = np.array([categories.index(n) if n in categories else -1 for n in names])
        parts = np.array([item.part for item in collection.items])
        held = np.isin(parts, list(VALIDATION)) & (labels >= 0)
        if not any(item.part in VALIDATION for other in run.collections for item in other.items):
            held = (generator.random(len(labels)) < HELD_OUT) & (labels >= 0)
        learnt = ~held & (labels >= 0) & (parts != "test")
        validation.append((pixels[held], labels[held]))
        sources.append(Source(pixels[learnt], labels[learnt], float(share)))
    pictures, truth = (np.concatenate(column) for column in zip(*validation, strict=True))
    return [source for source in sources if len(source.labels)], Source(pictures, truth, 0.0)


def best_temperature(logits: Tensor, truth: NDArray[np.int64]) -> float:
    """Find by what to divide logits so that held-out truths are likeliest; only truths are offered.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    offered = np.unique(truth)
    column = torch.from_numpy(np.searchsorted(offered, truth))
    losses = [
        float(functional.cross_entropy(logits[:, offered] / temperature, column))
        for temperature in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _view_maps(
    network: VisualNetwork, learnt: Sequence[Sequence[Item]], *, run: Run, config: VisualConfig
) -> NDArray[np.float16]:
    """Compute the maps of every view of every item: (V, N, 160 * 8 * 8)."""
    network.to(memory_format=torch.channels_last)  # four times as fast on a CPU
    parts = []
    for collection, items in zip(run.collections, learnt, strict=True):
        cache = run.work / collection.name
        views = range(config.views)
        maps = [view_maps(network, items, view=v, seed=config.seed, cache=cache) for v in views]
        parts.append(np.stack(maps))
    return np.concatenate(parts, axis=1)


def view_maps(
    network: VisualNetwork, items: Sequence[Item], *, view: int, seed: int, cache: Path
) -> NDArray[np.float16]:
    """Compute the maps of one view, or find them where a run before left them; 0 is the picture itself.

    Returns:
        (N, 160 * 8 * 8), in the items' order.
    """
    path = cache / f"view-{view}.safetensors"
    if path.is_file():
        return load_file(path)["features"]
    generator = np.random.default_rng([seed, view])
    rows = []
    for pixels in pixel_batches(items, side_px=SIDE_PX, what=f"view {view}"):
        views = [vary(each, generator=generator) for each in pixels] if view else pixels
        batch = torch.from_numpy(np.stack(list(views)))  # (B, S, S, 3)
        with torch.inference_mode():
            maps = network.maps(batch.permute(0, 3, 1, 2).float() / 255)  # (B, 160, 8, 8)
        rows.append(maps.flatten(1).half().numpy())
    features = np.concatenate(rows)
    cache.mkdir(parents=True, exist_ok=True)
    save_file({"features": features}, path)
    return features


def _teach_shape(
    network: VisualNetwork,
    views: NDArray[np.float16],
    *,
    groups: NDArray[np.int64],
    config: VisualConfig,
) -> None:
    """Learn in closed form which channels vary, then what differs between garments, not views."""
    V, N, _ = views.shape
    maps = views.reshape(V, N, BLOCK_CHANNELS, -1)  # (V, N, 160, 64)
    pixels = maps[0, :, :, ::9].transpose(0, 2, 1).reshape(-1, BLOCK_CHANNELS)
    weight, bias = principal_axes(pixels.astype(np.float32), width=CELL_CHANNELS)
    with torch.inference_mode():
        _set(network.reduce, weight[:, :, None, None], bias)
        seen = [_cells(network, maps[view]) for view in range(V)]
    weight, bias = discriminant_projection(
        np.concatenate(seen),
        np.tile(groups, V),
        width=config.shape,
        shrinkage=config.shrinkage,
        evenness=config.evenness,
    )
    _set(network.shape, weight, bias)


def _set(layer: nn.Module, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    layer.load_state_dict({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)})


def _cells(network: VisualNetwork, maps: NDArray[np.float16]) -> NDArray[np.float32]:
    """Reduce (N, 160, 64) maps to (N, 2048) cells, some at a time."""
    side = int(maps.shape[2] ** 0.5)
    parts = []
    for part in np.array_split(maps, max(1, len(maps) // 512)):
        tensor = torch.from_numpy(part.astype(np.float32)).reshape(-1, BLOCK_CHANNELS, side, side)
        parts.append(network.cells(tensor).numpy())
    return np.concatenate(parts)


def _card(
    run: Run, config: VisualConfig, *, categories: list[str], metrics: dict[str, float]
) -> Card:
    parts = {"shape": 2 * config.waves, "colour": config.colours}
    sizes = {"shape": config.shape, "waves": config.waves, "colours": config.colours}
    return replace(
        run.card(config, name=NAME, purpose=Purpose.VISUAL),
        options={"categories": len(categories), **sizes},
        reads=PIXELS,
        dimension=sum(parts.values()),
        parts=parts,
        weights={"shape": config.shape_weight, "colour": config.colour_weight},
        preprocessing={"function": "workers.images.prepare", "side_px": SIDE_PX},
        categories=slots_of(categories),
        metrics={"categories_held_out": metrics},
        licence="Apache-2.0 (backbone: MobileNetV2, ImageNet, Apache-2.0)",
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
