"""The recipe of `visual`: late blocks learn categories, a closed form learns shape, colour is given."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from workers.checkpoints import Card, CheckpointError, Purpose
from workers.datasets.collection import Collection, Item
from workers.export import save_network
from workers.networks.mobilenet_v2 import load_imagenet
from workers.networks.visual import BLOCK_CHANNELS, CELL_CHANNELS, SIDE_PX, VisualNetwork
from workers.training.categories import LABELS_OF, category_of, slots_of
from workers.training.discriminant import discriminant_projection, principal_axes
from workers.training.late import FIRST_BLOCK, Late, LateConfig, LateTask, Source
from workers.training.loop import Config, fit
from workers.training.pixels import decoded
from workers.training.recipe import Run, configured, data_description, source_commit
from workers.training.views import Views

HELD_OUT = 0.1  # of the garments, to judge categories where no data set holds out its own
FEWEST_ITEMS = 8  # of a category, below which it is not taught
JUDGES = {"validation", "valid"}
KEPT_OUT = JUDGES | {"test"}
TEMPERATURES = np.geomspace(0.5, 3, 60)
INTENDED_USE = "Finding products that look alike, by cut and by colour, and naming their category."
LIMITS = (
    "Trained on Western garments of the 2010s, photos by amateurs, of streets, and drawings. "
    "Jewellery is known from drawings alone. Not for recognising people."
)


@dataclass(frozen=True)
class VisualConfig:
    """What decides the run, besides its data; `shares` weighs the data sets in every batch."""

    small_epochs: int = 12
    epochs: int = 17
    steps: int = 100
    batch: int = 64
    learning_rate: float = 5e-4
    weight_decay: float = 0.02
    shares: tuple[float, ...] = (0.5, 0.3, 0.2)
    views: int = 2
    shape: int = 256
    waves: int = 256
    colours: int = 64
    shrinkage: float = 0.1
    evenness: float = 0.5
    shape_weight: float = 0.795
    colour_weight: float = 0.205
    seed: int = 0


def train(run: Run) -> Card:
    """Train, export and save; a resumed run finds its finished epochs and views again.

    Raises:
        CheckpointError: No backbone weights were named.
    """
    if run.backbone is None:
        raise CheckpointError("visual starts from ImageNet weights; name the file with --backbone.")
    config = configured(VisualConfig(), run.overrides)
    taught = [taught_items(collection) for collection in run.collections]
    categories = taught_categories([item for items in taught for item in items])
    torch.manual_seed(config.seed)
    network = VisualNetwork(
        categories=len(categories), shape=config.shape, waves=config.waves, colours=config.colours
    )
    network.start_from(load_imagenet(Path(run.backbone)))
    metrics = _teach_categories(network, categories, run=run, config=config)
    network.eval()
    network.absorb()
    views = _views(network, taught, run=run, config=config)
    groups = garment_groups([item for items in taught for item in items])
    _teach_shape(network, views, groups=groups, config=config)
    card = _card(run, config=config, categories=categories, metrics=metrics)
    example = torch.zeros(2, SIDE_PX, SIDE_PX, 3, dtype=torch.uint8)
    return save_network(network, run.out, card, examples={"pixels": example})


def taught_items(collection: Collection) -> list[Item]:
    """List the items of a collection that it does not hold out itself."""
    return [item for item in collection.items if item.part not in KEPT_OUT]


def taught_categories(items: Sequence[Item]) -> list[str]:
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
    sources, judged = _sources(categories, run=run, config=config)
    late = Late(network.features[FIRST_BLOCK:], network.category)
    task = LateTask(
        network.features[:FIRST_BLOCK],
        late.to(memory_format=torch.channels_last),
        sources=sources,
        judged=judged,
        config=LateConfig(
            small_epochs=config.small_epochs,
            steps=config.steps,
            batch=config.batch,
            seed=config.seed,
        ),
    )
    settings = Config(
        epochs=config.epochs,
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        cosine=True,
        seed=config.seed,
    )
    out = run.work / "category"
    history = fit(
        task, config=settings, out=out, score="accuracy", resume=run.resume, device=run.device
    )
    late.load_state_dict(task.network.average.state_dict())
    temperature = best_temperature(task.logits(judged.pixels), judged.labels)
    with torch.no_grad():
        for parameter in network.category.parameters():
            parameter.div_(temperature)
    return history.best | {"temperature": temperature}


def _sources(
    categories: list[str], *, run: Run, config: VisualConfig
) -> tuple[list[Source], Source]:
    """Decode every data set; what is judged is never drawn from."""
    sources, judged = [], []
    shares = np.resize(config.shares, len(run.collections))
    generator = np.random.default_rng(config.seed)
    for collection, share in zip(run.collections, shares / shares.sum(), strict=True):
        cache = run.work / collection.name / f"{SIDE_PX}.npy"
        pixels = decoded(collection.items, side_px=SIDE_PX, cache=cache)
        names = [category_of(item.label) for item in collection.items]
        labels = np.array([categories.index(n) if n in categories else -1 for n in names])
        parts = np.array([item.part for item in collection.items])
        held = np.isin(parts, list(JUDGES)) & (labels >= 0)
        if not any(item.part in JUDGES for other in run.collections for item in other.items):
            held = (generator.random(len(labels)) < HELD_OUT) & (labels >= 0)
        taught = ~held & (labels >= 0) & (parts != "test")
        judged.append((pixels[held], labels[held]))
        sources.append(Source(pixels[taught], labels[taught], float(share)))
    pictures, truth = (np.concatenate(column) for column in zip(*judged, strict=True))
    return [source for source in sources if len(source.labels)], Source(pictures, truth, 0.0)


def best_temperature(logits: Tensor, truth: NDArray[np.int64]) -> float:
    """Find by what to divide logits so that judged truths are likeliest; only truths are offered.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    offered = np.unique(truth)
    column = torch.from_numpy(np.searchsorted(offered, truth))
    losses = [
        float(functional.cross_entropy(logits[:, offered] / temperature, column))
        for temperature in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _views(
    network: VisualNetwork, taught: Sequence[Sequence[Item]], *, run: Run, config: VisualConfig
) -> NDArray[np.float16]:
    """Compute the maps of every view of every item: (V, N, 160 * 8 * 8)."""
    fast = network.to(memory_format=torch.channels_last)  # four times as fast on a CPU

    def look(batch: Tensor) -> Tensor:
        return fast.maps(batch.permute(0, 3, 1, 2).float() / 255).flatten(1)

    parts = []
    for collection, items in zip(run.collections, taught, strict=True):
        cache = run.work / collection.name
        source = Views(items, look=look, seed=config.seed, cache=cache, side_px=SIDE_PX)
        parts.append(np.stack([source.features(view) for view in range(config.views)]))
    return np.concatenate(parts, axis=1)


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
    run: Run, *, config: VisualConfig, categories: list[str], metrics: dict[str, float]
) -> Card:
    parts = {"shape": 2 * config.waves, "colour": config.colours}
    sizes = {"shape": config.shape, "waves": config.waves, "colours": config.colours}
    return Card(
        name="visual",
        version=run.version,
        purpose=Purpose.VISUAL,
        network="visual",
        options={"categories": len(categories), **sizes},
        reads="pixels",
        dimension=sum(parts.values()),
        parts=parts,
        weights={"shape": config.shape_weight, "colour": config.colour_weight},
        preprocessing={"function": "workers.images.prepare", "side_px": SIDE_PX},
        categories=slots_of(categories),
        data=data_description(run.collections),
        training=asdict(config),
        seed=config.seed,
        commit=source_commit(),
        metrics={"categories_held_out": metrics},
        licence="Apache-2.0 (backbone: MobileNetV2, ImageNet, Apache-2.0)",
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
